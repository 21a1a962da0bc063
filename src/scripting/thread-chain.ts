/**
 * The coroutines that a script runs in. To Redis a long script is a C function that handles events now and then; here it
 * has to be left and come back to. Lua 5.1 leaves a coroutine only where no C function lies between, and pcall() is one.
 * So each pcall() runs its function in a coroutine of its own: the innermost is left first, and what called it after it.
 * Inside of metamethods, iterators, sort(), gsub(), xpcall() and coroutines of the script itself there is no way out.
 */
import { type HostFunction, LuaError } from '../lua/engine.js';
import { HookMask, type LuaState, LuaStatus, LuaType } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import { environmentOf } from './environment-of.js';

/** Instructions between two looks at the clock. */
const INTERRUPT_INTERVAL = 100_000;
/** As deep as Lua lets C functions call each other. */
const DEEPEST_CALL = 195;
/** Coroutines that are kept for the next pcall(). */
const IDLE_LIMIT = 16;

interface Link {
  readonly thread: number;
  /** Keeps it. */
  readonly reference: number;
  /** Whose pcall() runs in it; 0 = it runs the script itself. */
  caller: number;
}

export class ThreadChain {
  readonly #lua: LuaState;
  /** By thread, those that run or wait for what they called. */
  readonly #active = new Map<number, Link>();
  readonly #idle: Link[] = [];
  /** The innermost coroutine was left: those around it follow. */
  #isLeaving = false;

  constructor(lua: LuaState) {
    this.#lua = lua;
  }

  /** A coroutine for a function and its arguments, which are moved to it from the top of the stack. @param caller 0 = it runs the script itself. */
  enter(caller: number, valueCount: number): number {
    const lua = this.#lua;
    const link = this.#idle.pop() ?? this.#newLink();
    link.caller = caller;
    this.#active.set(link.thread, link);
    lua.move(lua.thread, link.thread, valueCount);
    this.watch(link.thread);
    return link.thread;
  }

  /** The function ended. One that failed leaves a coroutine of no more use. */
  leave(thread: number, failed: boolean): void {
    const link = this.#active.get(thread);
    if (link === undefined) return;
    this.#active.delete(thread);
    if (failed || this.#idle.length === IDLE_LIMIT) this.#lua.unref(link.reference);
    else this.#idle.push(link);
  }

  get depth(): number {
    return this.#active.size;
  }

  /** True for a coroutine that the script does not know of. */
  has(thread: number): boolean {
    return this.#active.has(thread);
  }

  /** What the script takes for the coroutine it is in; 0 = it is in none. */
  coroutineAround(thread: number): number {
    let around = thread;
    for (let link = this.#active.get(around); link !== undefined; link = this.#active.get(around))
      around = link.caller;
    return around;
  }

  /** Calls the hook now and then while the coroutine runs. */
  watch(thread: number): void {
    this.#hook(thread, HookMask.count, INTERRUPT_INTERVAL);
  }

  /** Calls the hook at the next line. */
  watchClosely(thread: number): void {
    this.#hook(thread, HookMask.line, 0);
  }

  /** In the hook: leaves the script, one coroutine after the other, if there is a way. */
  tryToLeave(): void {
    const lua = this.#lua;
    const { thread } = lua;
    if (!this.#isLeaving && !this.#canLeave(thread)) return;
    this.watch(thread);
    this.#isLeaving = lua.yieldFromHook() && this.#active.get(thread)?.caller !== 0;
  }

  /** Pushes an active coroutine as a value. */
  pushThread(thread: number): void {
    this.#lua.pushRef(this.#active.get(thread)?.reference as number);
  }

  /** The script ended: nothing of it is active any more. */
  clear(): void {
    for (const { reference } of this.#active.values()) this.#lua.unref(reference);
    this.#active.clear();
    this.#isLeaving = false;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  #canLeave(innermost: number): boolean {
    const { engine } = this.#lua;
    let thread = innermost;
    while (thread !== 0) {
      const link = this.#active.get(thread);
      // resume() itself counts as one call.
      if (link === undefined || engine.callsOf(thread) !== 1) return false;
      thread = link.caller;
    }
    return true;
  }

  #hook(thread: number, mask: number, count: number): void {
    const lua = this.#lua;
    const outer = lua.thread;
    lua.thread = thread;
    lua.setHook(mask, count);
    lua.thread = outer;
  }

  #newLink(): Link {
    const thread = this.#lua.newThread();
    return { thread, reference: this.#lua.ref(), caller: 0 };
  }
}

/** What pcall() is made of: start(f, ...) and continue(coroutine) give a coroutine that was left, or false and the results. */
export const PROTECTED_CALL: Readonly<Record<'start' | 'proceed', HostFunction>> = {
  start(lua) {
    const { chain } = environmentOf(lua);
    const count = lua.top;
    // The wrapper in Redis calls what it happens to find on the stack.
    if (count === 0) return refuse(lua, 'attempt to call a boolean value');
    if (chain.depth >= DEEPEST_CALL) return refuse(lua, 'C stack overflow');
    const thread = chain.enter(lua.thread, count);
    return resume(lua, thread, count - 1);
  },
  proceed(lua) {
    const thread = lua.toThread(1);
    if (thread === 0 || !environmentOf(lua).chain.has(thread))
      throw new LuaError('no coroutine to proceed with');
    lua.top = 0;
    return resume(lua, thread, 0);
  },
};

function resume(lua: LuaState, thread: number, argumentCount: number): number {
  const environment = environmentOf(lua);
  const { chain } = environment;
  const caller = lua.thread;
  const status = lua.resume(thread, argumentCount);
  if (environment.isKilled || status === LuaStatus.yield) chain.watchClosely(caller);
  if (status === LuaStatus.yield) {
    chain.pushThread(thread);
    return 1;
  }
  const failed = status !== LuaStatus.ok;
  lua.thread = thread;
  const count = failed ? 1 : lua.top;
  lua.thread = caller;
  const before = lua.top;
  if (!lua.reserve(count + 3)) {
    chain.leave(thread, true);
    throw new LuaError('stack overflow');
  }
  lua.pushBoolean(false);
  lua.pushBoolean(!failed);
  lua.move(thread, caller, count);
  if (failed) simplifyError(lua);
  chain.leave(thread, failed);
  return lua.top - before;
}

function refuse(lua: LuaState, text: ByteString): number {
  lua.pushBoolean(false);
  lua.pushBoolean(false);
  lua.pushBytes(text);
  return 3;
}

/** Errors are tables since 7.0; scripts that catch one are given its text, as before (luaRedisPcall of script_lua.c). */
function simplifyError(lua: LuaState): void {
  if (lua.type(-1) !== LuaType.table) return;
  lua.getField(-1, 'err');
  if (lua.toBytes(-1) !== null) lua.replace(-2);
}
