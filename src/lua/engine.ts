/** The Lua interpreter of this process: one WebAssembly instance with many Lua states. */
import type { SliceableBuffer } from '../resp/byte-string.js';
import { LuaState } from './state.js';
import { ValueMemory } from './value-memory.js';
import { type LinkedLua, LONG_JUMP, type LuaExports, linkLua } from './wasm-module.js';

/** Bytes that all states of an engine may take together; a script that wants more gets Lua's "not enough memory". */
const MEMORY_LIMIT = 1024 * 1024 * 1024;
const SCRATCH_BYTES = 65536;
/** Fields of struct lua_State of Lua 5.1, on a 32-bit machine: the first value of the running function, the call of it, the stack, the first call, how deep C functions call each other, the handler of errors. */
const BASE_OFFSET = 12;
const CALL_OFFSET = 20;
const STACK_OFFSET = 32;
const BASE_CALL_OFFSET = 40;
const BASE_C_CALLS_OFFSET = 54;
const ERROR_HANDLER_OFFSET = 116;
const VALUE_BYTES = 16;
const CALL_BYTES = 24;
/** Of a call: the value that is called; of a closure: whether it is a C function. */
const CALLED_OFFSET = 4;
const IS_C_OFFSET = 6;

/** Where closures keep the number of their host function. */
const HOST_UPVALUE = 1;
const GUARD_UPVALUE = 2;

/** A function for Lua: its arguments are on the stack of `lua` from index 1 on. @returns how many results it pushed. */
export type HostFunction = (lua: LuaState) => number;

/** Called by the interpreter between two instructions; see LuaState.setHook(). */
export type LuaHook = (lua: LuaState) => void;

/** Thrown by a host function: luaL_error(), the message with the place in the script where it was called. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** Thrown by a host function: lua_error() with the value on top of the stack. */
export class LuaErrorValue extends Error {
  override readonly name = 'LuaErrorValue';
}

export class LuaEngine {
  readonly exports: LuaExports;
  readonly hostFunction: number;
  readonly hookFunction: number;
  readonly guardFunctions: LinkedLua['guardFunctions'];
  /** Eight bytes that hold results by pointer, for the time of one call. */
  readonly out: number;
  /** The interpreter gave up (a panic, a trap, a stack overflow of the machine): its states cannot be used any more. */
  isBroken = false;
  /** Where bytes are put for the time of one call. */
  readonly scratch: number;
  /** By the pointer to their shared part. */
  readonly #states = new Map<number, LuaState>();
  readonly #names = new Map<string, number>();
  readonly #functions: HostFunction[] = [];
  readonly #functionIds = new Map<HostFunction, number>();
  #memory: ValueMemory;
  /** The state that called last: it often does so again. */
  #lastGlobal = 0;
  #lastState: LuaState | null = null;
  #words: Uint32Array;
  /** The coroutine that resume() is about to enter. */
  #resumed = 0;

  /** @param wasm the compiled interpreter. @param nowMs Unix milliseconds, for what Lua calls the time. */
  constructor(wasm: Uint8Array, nowMs: () => number, memoryLimit = MEMORY_LIMIT) {
    const linked: LinkedLua = linkLua(
      wasm,
      {
        callHost: (thread) => this.#callHost(thread, HOST_UPVALUE),
        callGuard: (thread) => this.#callHost(thread, GUARD_UPVALUE),
        callHook: (thread) => this.#callHook(thread),
        onProtectedCall: (thread) => this.#onProtectedCall(thread),
        nowMs,
      },
      memoryLimit,
    );
    this.exports = linked.exports;
    this.hostFunction = linked.hostFunction;
    this.hookFunction = linked.hookFunction;
    this.guardFunctions = linked.guardFunctions;
    const { memory, malloc } = linked.exports;
    this.#memory = new ValueMemory(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
    this.out = malloc(8);
    this.scratch = malloc(SCRATCH_BYTES);
  }

  /** A new state without libraries. Close it: nothing else frees its memory. */
  newState(): LuaState {
    const pointer = this.exports.luaL_newstate();
    const state = new LuaState(this, pointer);
    this.#states.set(this.memory.globalOf(pointer), state);
    return state;
  }

  forget(state: LuaState): void {
    for (const [pointer, known] of this.#states) {
      if (known === state) this.#states.delete(pointer);
    }
    this.#lastGlobal = 0;
    this.#lastState = null;
  }

  /** Bytes that the interpreter holds, for all of its states. */
  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  get stateCount(): number {
    return this.#states.size;
  }

  #stateOf(thread: number): LuaState {
    const pointer = this.memory.globalOf(thread);
    if (pointer !== this.#lastGlobal || this.#lastState === null) {
      this.#lastState = this.#states.get(pointer) as LuaState;
      this.#lastGlobal = pointer;
    }
    return this.#lastState;
  }

  /** Good until the interpreter allocates something. */
  get memory(): ValueMemory {
    if (this.#memory.bytes.length === 0) this.#renewViews();
    return this.#memory;
  }

  /** The memory now: growth replaces it. */
  get buffer(): SliceableBuffer {
    return this.memory.bytes;
  }

  word(pointer: number): number {
    if (this.#words.length === 0) this.#renewViews();
    return this.#words[pointer >> 2] as number;
  }

  #renewViews(): void {
    const { buffer } = this.exports.memory;
    this.#memory = new ValueMemory(buffer);
    this.#words = new Uint32Array(buffer);
  }

  /** Runs `use` with a copy of the bytes in the interpreter's memory. */
  withBytes<T>(bytes: string, use: (pointer: number, length: number) => T): T {
    const { length } = bytes;
    if (length <= SCRATCH_BYTES) {
      this.buffer.write(bytes, this.scratch, length, 'latin1');
      return use(this.scratch, length);
    }
    const pointer = this.exports.malloc(length);
    if (pointer === 0) throw new LuaError('not enough memory');
    this.buffer.write(bytes, pointer, length, 'latin1');
    try {
      return use(pointer, length);
    } finally {
      this.exports.free(pointer);
    }
  }

  /** A C string that stays: for names that are used again and again. */
  name(text: string): number {
    let pointer = this.#names.get(text);
    if (pointer === undefined) {
      pointer = this.exports.malloc(text.length + 1);
      this.buffer.write(`${text}\0`, pointer, text.length + 1, 'latin1');
      this.#names.set(text, pointer);
    }
    return pointer;
  }

  /** The number under which Lua calls the function. Functions stay for ever: give the same one for each state. */
  idOf(run: HostFunction): number {
    let id = this.#functionIds.get(run);
    if (id === undefined) {
      id = this.#functions.push(run) - 1;
      this.#functionIds.set(run, id);
    }
    return id;
  }

  /** Says which coroutine is about to be entered, so that only a hook can leave it (see LuaState.resume()). */
  expectResume(thread: number): void {
    this.#resumed = thread;
  }

  /** See LuaState.setErrorHandler(). */
  setErrorHandler(thread: number, index: number): void {
    const offset =
      index === 0
        ? 0
        : this.word(thread + BASE_OFFSET) + (index - 1) * VALUE_BYTES - this.word(thread + STACK_OFFSET);
    this.buffer.writeUInt32LE(offset, thread + ERROR_HANDLER_OFFSET);
  }

  /** Whether a yield is possible in `thread`: no C function between it and its resume(). */
  setBaseCalls(thread: number, calls: number): void {
    this.buffer.writeUInt16LE(calls, thread + BASE_C_CALLS_OFFSET);
  }

  /** How many functions `thread` is inside of. */
  callDepthOf(thread: number): number {
    return (this.word(thread + CALL_OFFSET) - this.word(thread + BASE_CALL_OFFSET)) / CALL_BYTES;
  }

  /** The function that `thread` is in, or waits in, is a C function. */
  isInC(thread: number): boolean {
    const closure = this.word(this.word(this.word(thread + CALL_OFFSET) + CALLED_OFFSET));
    return this.buffer[closure + IS_C_OFFSET] !== 0;
  }

  callsOf(thread: number): number {
    return this.buffer.readUInt16LE(thread + BASE_C_CALLS_OFFSET - 2);
  }

  #onProtectedCall(thread: number): void {
    if (thread !== this.#resumed) return;
    this.#resumed = 0;
    this.setBaseCalls(thread, 0);
  }

  #callHost(thread: number, upvalue: number): number {
    const state = this.#stateOf(thread);
    const outer = state.thread;
    state.thread = thread;
    // Nothing may catch or clean up between a function of the interpreter that raises an error and the protected call
    // that it ends: the error passes through as a long jump. So it is raised here, behind the try.
    let failure: unknown;
    try {
      const run = this.#functions[this.#memory.numericUpvalue(thread, upvalue)] as HostFunction;
      const results = run(state);
      state.thread = outer;
      return results;
    } catch (error) {
      failure = error;
    }
    if (failure === LONG_JUMP) {
      state.thread = outer;
      throw failure;
    }
    return this.#raise(state, thread, outer, failure);
  }

  #raise(state: LuaState, thread: number, outer: number, failure: unknown): number {
    if (failure instanceof LuaError) {
      this.exports.lua_checkstack(thread, 3);
      this.exports.luaL_where(thread, 1);
      state.pushBytes(failure.message);
      this.exports.lua_concat(thread, 2);
    } else if (!(failure instanceof LuaErrorValue)) {
      state.thread = outer;
      throw failure;
    }
    state.thread = outer;
    return this.exports.lua_error(thread);
  }

  #callHook(thread: number): void {
    const state = this.#stateOf(thread);
    const outer = state.thread;
    state.thread = thread;
    let failure: unknown = null;
    try {
      state.onHook?.(state);
    } catch (error) {
      failure = error;
    }
    if (failure === null || failure === LONG_JUMP) {
      state.thread = outer;
      if (failure === LONG_JUMP) throw failure;
    } else {
      this.#raise(state, thread, outer, failure);
    }
  }
}
