/** One Lua state: the stack of values through which a host and its scripts talk. Names and rules are those of the C API of Lua 5.1 (https://www.lua.org/manual/5.1/manual.html#3); strings are byte strings, passed without loss. */
import type { ByteString } from '../resp/byte-string.js';
import type { HostFunction, LuaEngine, LuaHook } from './engine.js';
import { upvalue } from './lua-api.js';
import type { GuardCondition } from './trampolines.js';
import type { LuaExports } from './wasm-module.js';

/** Types of values, by the numbers of lua_type(). */
export const LuaType = {
  none: -1,
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

/** What lua_pcall(), lua_resume() and luaL_loadbuffer() return. */
export const LuaStatus = { ok: 0, yield: 1, runtimeError: 2, syntaxError: 3, memoryError: 4 } as const;

export const REGISTRY = -10000;
export const GLOBALS = -10002;
/** As a count of results: all of them. */
export const ALL_RESULTS = -1;

/** Of the function of a guard: it left the call as it was, or changed the arguments alone. */
export const UNGUARDED = -1;

/** Masks of setHook(). */
export const HookMask = { line: 4, count: 8 } as const;

/** First byte of compiled chunks. */
const COMPILED_MARK = '\x1b';
/** Strings that are written byte for byte. */
const SHORT_LENGTH = 64;
const GC_COLLECT = 2;
const GC_COUNT_KB = 3;
const GC_COUNT_BYTES = 4;
const GC_STEP = 5;
/** struct lua_Debug: 100 bytes, of which these are read. */
const ACTIVATION_BYTES = 100;
const ACTIVATION_WHAT = 12;
const ACTIVATION_LINE = 20;
const ACTIVATION_SOURCE = 16;

/** Where a function is: what debug.getinfo(level, 'Sl') tells. */
export interface LuaActivation {
  /** `Lua`, `C`, `main` or `tail`. */
  readonly what: string;
  readonly source: ByteString;
  readonly line: number;
}

export class LuaState {
  readonly engine: LuaEngine;
  /** The main thread. */
  readonly main: number;
  /** The thread whose stack every method works on: of a running host function the coroutine that called it. */
  thread: number;
  onHook: LuaHook | null = null;
  /** What host functions need to know beside the state, which is all that they are given. */
  attachment: unknown = null;
  /** Tables that stand in front of others, by identity: who reads a table past its metatable looks at the one behind. */
  readonly behind = new Map<number, number>();
  readonly #api: LuaExports;
  #closed = false;

  constructor(engine: LuaEngine, pointer: number) {
    this.engine = engine;
    this.#api = engine.exports;
    this.main = pointer;
    this.thread = pointer;
  }

  /** Frees the state. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.engine.forget(this);
    if (!this.engine.isBroken) this.#api.lua_close(this.main);
  }

  openStandardLibraries(): void {
    this.#api.luaL_openlibs(this.thread);
  }

  // The stack

  get top(): number {
    return this.engine.memory.argumentCount(this.thread);
  }

  set top(index: number) {
    this.#api.lua_settop(this.thread, index);
  }

  pop(count = 1): void {
    this.#api.lua_settop(this.thread, -count - 1);
  }

  /** Makes room for so many more values. @returns false: the stack would be too large. */
  reserve(count: number): boolean {
    return this.#api.lua_checkstack(this.thread, count) !== 0;
  }

  pushValue(index: number): void {
    this.#api.lua_pushvalue(this.thread, index);
  }

  remove(index: number): void {
    this.#api.lua_remove(this.thread, index);
  }

  insert(index: number): void {
    this.#api.lua_insert(this.thread, index);
  }

  replace(index: number): void {
    this.#api.lua_replace(this.thread, index);
  }

  // Values to Lua

  pushNil(): void {
    this.#api.lua_pushnil(this.thread);
  }

  pushBoolean(value: boolean): void {
    this.#api.lua_pushboolean(this.thread, value ? 1 : 0);
  }

  pushNumber(value: number): void {
    this.engine.memory.pushNumber(this.thread, value);
  }

  pushBytes(bytes: ByteString): void {
    const { thread, engine } = this;
    const { length } = bytes;
    if (length <= SHORT_LENGTH) {
      // A call out of JavaScript takes longer than to write so few bytes.
      const { scratch } = engine;
      const memory = engine.buffer;
      for (let index = 0; index < length; index++) memory[scratch + index] = bytes.charCodeAt(index);
      this.#api.lua_pushlstring(thread, scratch, length);
      return;
    }
    this.engine.withBytes(bytes, (pointer, length) => this.#api.lua_pushlstring(thread, pointer, length));
  }

  /** A function of the host. Each different function is kept for ever: hand in the same one again for each state. */
  pushFunction(run: HostFunction): void {
    this.#api.lua_pushnumber(this.thread, this.engine.idOf(run));
    this.#api.lua_pushcclosure(this.thread, this.engine.hostFunction, 1);
  }

  /**
   * Puts a guard in the place of the C function on top of the stack and its upvalue below it. On the condition, `run` is
   * called; when that returns UNGUARDED, and for all else, the C function runs as if it had been called itself.
   */
  pushGuarded(run: HostFunction, when: GuardCondition): void {
    const pointer = this.#api.lua_tocfunction(this.thread, -1);
    this.pop();
    this.#api.lua_pushnumber(this.thread, this.engine.idOf(run));
    this.#api.lua_pushnumber(this.thread, pointer);
    this.#api.lua_pushcclosure(this.thread, this.engine.guardFunctions[when], 3);
  }

  /** As pushFunction(), with the coroutine on top of the stack, which it takes, for upvalueThread(). */
  pushFunctionWith(run: HostFunction): void {
    this.#api.lua_pushnumber(this.thread, this.engine.idOf(run));
    this.#api.lua_insert(this.thread, -2);
    this.#api.lua_pushcclosure(this.thread, this.engine.hostFunction, 2);
  }

  /** See pushFunctionWith(). */
  upvalueThread(): number {
    return this.toThread(upvalue(2));
  }

  newTable(arraySize = 0, recordSize = 0): void {
    this.#api.lua_createtable(this.thread, arraySize, recordSize);
  }

  // Values from Lua

  type(index: number): number {
    return this.#api.lua_type(this.thread, index);
  }

  /** A number, or a string that spells one. */
  isNumeric(index: number): boolean {
    return this.#api.lua_isnumber(this.thread, index) !== 0;
  }

  isHostFunction(index: number): boolean {
    return this.#api.lua_iscfunction(this.thread, index) !== 0;
  }

  toBoolean(index: number): boolean {
    return this.#api.lua_toboolean(this.thread, index) !== 0;
  }

  /** 0 for what is no number. */
  toNumber(index: number): number {
    return this.#api.lua_tonumber(this.thread, index);
  }

  /** The bytes of a string or of a number, which becomes a string in its place on the stack; null for anything else. */
  toBytes(index: number): ByteString | null {
    const { out } = this.engine;
    const pointer = this.#api.lua_tolstring(this.thread, index, out);
    return pointer === 0 ? null : this.#bytesAt(pointer, this.engine.word(out));
  }

  /** Length of a string, or the border of a table as `#` gives it. */
  rawLength(index: number): number {
    return this.#api.lua_objlen(this.thread, index);
  }

  rawEqual(first: number, second: number): boolean {
    return this.#api.lua_rawequal(this.thread, first, second) !== 0;
  }

  /** A coroutine, for resume() and `thread`; 0 for other values. */
  toThread(index: number): number {
    return this.#api.lua_tothread(this.thread, index);
  }

  /** Tells tables, functions and coroutines apart; 0 for other values. */
  identity(index: number): number {
    return this.#api.lua_topointer(this.thread, index);
  }

  // Tables; those without "raw" call metamethods and may raise errors.

  getField(index: number, name: string): void {
    this.#api.lua_getfield(this.thread, index, this.engine.name(name));
  }

  setField(index: number, name: string): void {
    this.#api.lua_setfield(this.thread, index, this.engine.name(name));
  }

  getGlobal(name: string): void {
    this.getField(GLOBALS, name);
  }

  setGlobal(name: string): void {
    this.setField(GLOBALS, name);
  }

  getTable(index: number): void {
    this.#api.lua_gettable(this.thread, index);
  }

  setTable(index: number): void {
    this.#api.lua_settable(this.thread, index);
  }

  rawGet(index: number): void {
    this.#api.lua_rawget(this.thread, index);
  }

  rawSet(index: number): void {
    this.#api.lua_rawset(this.thread, index);
  }

  /** Pushes the value of a constant name, without metamethods. */
  rawGetField(index: number, name: string): void {
    const table = this.#absolute(index);
    this.pushBytes(name);
    this.#api.lua_rawget(this.thread, table);
  }

  rawGetAt(index: number, position: number): void {
    this.#api.lua_rawgeti(this.thread, index, position);
  }

  rawSetAt(index: number, position: number): void {
    this.#api.lua_rawseti(this.thread, index, position);
  }

  /** Pops a key and pushes the next pair. @returns false at the end: nothing is pushed. */
  next(index: number): boolean {
    return this.#api.lua_next(this.thread, index) !== 0;
  }

  /** @returns false: there is none, and nothing is pushed. */
  getMetatable(index: number): boolean {
    return this.#api.lua_getmetatable(this.thread, index) !== 0;
  }

  setMetatable(index: number): void {
    this.#api.lua_setmetatable(this.thread, index);
  }

  getEnvironment(index: number): void {
    this.#api.lua_getfenv(this.thread, index);
  }

  setEnvironment(index: number): void {
    this.#api.lua_setfenv(this.thread, index);
  }

  // References to values, kept in the registry

  /** Pops a value and keeps it. */
  ref(): number {
    return this.#api.luaL_ref(this.thread, REGISTRY);
  }

  unref(reference: number): void {
    this.#api.luaL_unref(this.thread, REGISTRY, reference);
  }

  pushRef(reference: number): void {
    this.#api.lua_rawgeti(this.thread, REGISTRY, reference);
  }

  // Running

  /**
   * Compiles a chunk and pushes it as a function, or pushes the error. Text only: compiled chunks could break the
   * interpreter, and Redis reads what looks like one as text too. @param name as errors show it, e.g. `@user_script`.
   */
  load(source: ByteString, name: ByteString): number {
    const { thread } = this;
    const text = source.startsWith(COMPILED_MARK) ? ` ${source}` : source;
    const namePointer = this.#api.malloc(name.length + 1);
    this.engine.buffer.write(`${name}\0`, namePointer, name.length + 1, 'latin1');
    try {
      return this.engine.withBytes(text, (pointer, length) =>
        this.#api.luaL_loadbuffer(thread, pointer, length, namePointer),
      );
    } finally {
      this.#api.free(namePointer);
    }
  }

  call(argumentCount: number, resultCount: number): void {
    this.#api.lua_call(this.thread, argumentCount, resultCount);
  }

  /** @param handler stack index of a function that is given the error, or 0. */
  protectedCall(argumentCount: number, resultCount: number, handler = 0): number {
    return this.#api.lua_pcall(this.thread, argumentCount, resultCount, handler);
  }

  /** Pushes the current coroutine. @returns true: it is the main thread. */
  pushThread(): boolean {
    return this.#api.lua_pushthread(this.thread) !== 0;
  }

  /** Pushes a new coroutine. @returns it, for resume() and `thread`. */
  newThread(): number {
    return this.#api.lua_newthread(this.thread);
  }

  /**
   * Starts or goes on with a coroutine that only its hook can leave, by yieldFromHook(): coroutine.yield() in the function
   * itself fails in it as in a function that runs in no coroutine.
   * @param mayYield the function may leave it as well
   */
  resume(thread: number, argumentCount: number, mayYield = false): number {
    const outer = this.thread;
    this.thread = thread;
    if (!mayYield) this.engine.expectResume(thread);
    try {
      return this.#api.lua_resume(thread, argumentCount);
    } finally {
      this.thread = outer;
    }
  }

  /** Of a coroutine that does not run: whether it has begun and waits, or has a function to begin with. */
  isResumable(thread: number): boolean {
    const status = this.#api.lua_status(thread);
    return status === LuaStatus.yield || (status === LuaStatus.ok && this.#api.lua_gettop(thread) > 0);
  }

  /** What coroutine `thread` calls with an error where it arises, as xpcall() does: the value at that index, or nothing for 0. */
  setErrorHandler(thread: number, index: number): void {
    this.engine.setErrorHandler(thread, index);
  }

  /** Empties the stack of another coroutine. */
  clear(thread: number): void {
    this.#api.lua_settop(thread, 0);
  }

  /** As reserve(), in another coroutine. */
  reserveIn(thread: number, count: number): boolean {
    return this.#api.lua_checkstack(thread, count) !== 0;
  }

  /** The number of values on the stack of another coroutine. */
  topOf(thread: number): number {
    return this.#api.lua_gettop(thread);
  }

  /** Of a coroutine that waits: all that it was given to run is the C function that it waits in. */
  runsOnlyC(thread: number): boolean {
    return this.engine.callDepthOf(thread) === 1 && this.engine.isInC(thread);
  }

  /** At the end of a host function: leaves resume(); what it is given next are the results of the host function. @returns what the host function has to return */
  yieldHere(): number {
    this.engine.setBaseCalls(this.thread, 1);
    return this.#api.lua_yield(this.thread, 0);
  }

  /** Inside of a hook: leaves resume() when the hook returns. @returns false: a C function (pcall, a metamethod...) lies between. */
  yieldFromHook(): boolean {
    // resume() counts as one call.
    if (this.engine.callsOf(this.thread) !== 1) return false;
    this.engine.setBaseCalls(this.thread, 1);
    this.#api.lua_yield(this.thread, 0);
    return true;
  }

  /** Moves values from the top of one thread's stack to another's. */
  move(from: number, to: number, count: number): void {
    this.#api.lua_xmove(from, to, count);
  }

  /** `onHook` is called at each line or after so many instructions; a mask of 0 ends it. Each coroutine has its own hook, and inherits it. */
  setHook(mask: number, count: number): void {
    this.#api.lua_sethook(this.thread, mask === 0 ? 0 : this.engine.hookFunction, mask, count);
  }

  /** Function `level` of the call stack, 0 = the one that runs; null when there are not as many. */
  activation(level: number): LuaActivation | null {
    const pointer = this.#api.malloc(ACTIVATION_BYTES);
    try {
      if (this.#api.lua_getstack(this.thread, level, pointer) === 0) return null;
      this.#api.lua_getinfo(this.thread, this.engine.name('Sl'), pointer);
      const { engine } = this;
      return {
        what: this.#text(engine.word(pointer + ACTIVATION_WHAT)),
        line: engine.word(pointer + ACTIVATION_LINE) | 0,
        source: this.#text(engine.word(pointer + ACTIVATION_SOURCE)),
      };
    } finally {
      this.#api.free(pointer);
    }
  }

  /** Pushes where the function at that level is, as errors begin with it: `user_script:1: `, or nothing. */
  pushPlace(level: number): void {
    this.#api.luaL_where(this.thread, level);
  }

  // Arguments of host functions: each raises Lua's own error when it does not fit.

  checkBytes(argument: number): ByteString {
    const { out } = this.engine;
    const pointer = this.#api.luaL_checklstring(this.thread, argument, out);
    return this.#bytesAt(pointer, this.engine.word(out));
  }

  checkNumber(argument: number): number {
    return this.#api.luaL_checknumber(this.thread, argument);
  }

  checkType(argument: number, type: number): void {
    this.#api.luaL_checktype(this.thread, argument, type);
  }

  checkAny(argument: number): void {
    this.#api.luaL_checkany(this.thread, argument);
  }

  /** Raises "bad argument #n to 'name' (message)". */
  argumentError(argument: number, message: string): never {
    this.#api.luaL_argerror(this.thread, argument, this.engine.name(message));
    throw new Error('luaL_argerror returned');
  }

  // Memory

  /** Bytes that the state uses. */
  get usedBytes(): number {
    const { main } = this;
    return this.#api.lua_gc(main, GC_COUNT_KB, 0) * 1024 + this.#api.lua_gc(main, GC_COUNT_BYTES, 0);
  }

  collectGarbage(): void {
    this.#api.lua_gc(this.main, GC_COLLECT, 0);
  }

  /** A bit of garbage collection, as large as `size` says. */
  stepGarbageCollection(size: number): void {
    this.#api.lua_gc(this.main, GC_STEP, size);
  }

  #absolute(index: number): number {
    return index < 0 && index > REGISTRY ? this.top + index + 1 : index;
  }

  #bytesAt(pointer: number, length: number): ByteString {
    return this.engine.buffer.latin1Slice(pointer, pointer + length);
  }

  #text(pointer: number): ByteString {
    const { buffer } = this.engine;
    return buffer.latin1Slice(pointer, buffer.indexOf(0, pointer));
  }
}
