/**
 * The coroutines that a script runs in. To Redis a long script is a C function that handles events now and then; here it
 * has to be left and come back to. Lua 5.1 leaves a coroutine only where no C function lies between, and pcall() is one.
 * So each pcall() and xpcall() runs its function in a coroutine of its own: the innermost is left first, in its hook, and
 * then each function that called it yields. Coroutines of the script itself are links of the chain too, while they run.
 * Inside of metamethods, iterators of `for`, handlers of xpcall(), and what C functions call (sort(), gsub(), foreach(),
 * load()) there is no way out.
 */
import { LuaErrorValue } from '../lua/engine.js';
import { HookMask, type LuaState } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';

/** Instructions between two looks at the clock. */
const INTERRUPT_INTERVAL = 100_000;
/** Coroutines that are kept for the next pcall(). */
const IDLE_LIMIT = 16;

/** What runs in it: the script itself, or a function of Lua's library that it called. */
export type CallKind = 'script' | 'pcall' | 'xpcall' | 'resume' | 'wrap';

export interface Link {
  readonly thread: number;
  /** Keeps it; 0 = a coroutine of the script, which something else keeps. */
  readonly reference: number;
  kind: CallKind;
  /** Where it was called; 0 = it runs the script itself. */
  caller: number;
  /** It waits to be gone on with. */
  isLeft: boolean;
  /** The hook is called at each line. */
  isWatchedClosely: boolean;
  /** Where it was called, as errors begin with it; null = not asked yet. */
  place: ByteString | null;
}

export class ThreadChain {
  readonly #lua: LuaState;
  /** By thread, those that run or wait for what they called. */
  readonly #active = new Map<number, Link>();
  readonly #idle: Link[] = [];
  /** Those that were left, the innermost first. */
  #left: Link[] = [];
  /** Reference to an error that the next look at the clock raises. */
  #raised: number | null = null;

  constructor(lua: LuaState) {
    this.#lua = lua;
  }

  /** A coroutine for a function and its arguments, which are moved to it from the top of the stack. @param caller 0 = it runs the script itself. */
  enter(caller: number, valueCount: number, kind: CallKind): Link {
    const lua = this.#lua;
    const link = this.#idle.pop() ?? this.#newLink();
    link.caller = caller;
    link.kind = kind;
    this.#active.set(link.thread, link);
    lua.move(lua.thread, link.thread, valueCount);
    if (link.isWatchedClosely) this.#watch(link);
    return link;
  }

  /** A coroutine of the script is resumed. */
  enterOwn(thread: number, caller: number, kind: CallKind): Link {
    const link: Link = { ...NEW_LINK, thread, reference: 0, caller, kind };
    this.#active.set(thread, link);
    this.#watch(link);
    return link;
  }

  /** Starts a link, or goes on with it. */
  resume(link: Link, argumentCount: number): number {
    const status = this.#lua.resume(link.thread, argumentCount, link.reference === 0);
    return status;
  }

  /** The function ended. One that failed leaves a coroutine of no more use. */
  leave(link: Link, failed: boolean): void {
    this.#active.delete(link.thread);
    if (link.reference === 0) return;
    if (failed || this.#idle.length === IDLE_LIMIT) {
      this.#lua.unref(link.reference);
      return;
    }
    this.#lua.clear(link.thread);
    this.#idle.push(link);
  }

  get depth(): number {
    return this.#active.size;
  }

  has(thread: number): boolean {
    return this.#active.has(thread);
  }

  /** What the script takes for the coroutine it is in; 0 = it is in none. */
  coroutineAround(thread: number): number {
    let around = thread;
    for (let link = this.#active.get(around); link !== undefined && link.reference !== 0; ) {
      around = link.caller;
      link = this.#active.get(around);
    }
    return around;
  }

  /** The thread in which the protected call was made that runs in this one; 0 = it runs none. */
  protectedBy(thread: number): number {
    const link = this.#active.get(thread);
    return link?.kind === 'pcall' || link?.kind === 'xpcall' ? link.caller : 0;
  }

  /** Calls the hook at the next line. */
  watchClosely(thread: number): void {
    const link = this.#active.get(thread);
    if (link !== undefined) link.isWatchedClosely = true;
    this.#hook(thread, HookMask.line, 0);
  }

  /** In the hook: leaves the coroutine that runs, if those around it can be left as well. */
  tryToLeave(): void {
    const lua = this.#lua;
    const link = this.#active.get(lua.thread);
    if (link === undefined || !this.#canLeave(link) || !lua.yieldFromHook()) return;
    this.#noteLeft(link);
  }

  /** In a function of the host whose callee was left: leaves its caller too. @returns what the function has to return */
  leaveCaller(): number {
    const lua = this.#lua;
    this.#noteLeft(this.#active.get(lua.thread) as Link);
    return lua.yieldHere();
  }

  /** The innermost of those that were left; it is to go on. */
  takeLeft(): Link {
    const link = this.#left.shift();
    if (link === undefined) throw new Error('no script was left');
    link.isLeft = false;
    return link;
  }

  /** Pops an error, which `thread` raises as soon as it goes on. */
  raiseIn(thread: number): void {
    this.#raised = this.#lua.ref();
    this.watchClosely(thread);
    this.#hook(thread, HookMask.count, 1);
  }

  /** In the hook: raises what raiseIn() was given. */
  raisePending(): void {
    if (this.#raised === null) return;
    const lua = this.#lua;
    lua.pushRef(this.#raised);
    lua.unref(this.#raised);
    this.#raised = null;
    this.#watch(this.#active.get(lua.thread) as Link);
    throw new LuaErrorValue();
  }

  /** The script ended: nothing of it is active any more. */
  clear(): void {
    for (const { reference } of this.#active.values()) if (reference !== 0) this.#lua.unref(reference);
    this.#active.clear();
    this.#left = [];
    if (this.#raised !== null) this.#lua.unref(this.#raised);
    this.#raised = null;
  }

  /** Behind those that it called, before those that called it. */
  #noteLeft(link: Link): void {
    link.isLeft = true;
    const place = this.#left.findIndex(({ thread }) => thread === link.caller);
    this.#left.splice(place < 0 ? this.#left.length : place, 0, link);
  }

  #canLeave(innermost: Link): boolean {
    const { engine } = this.#lua;
    for (let link = innermost; ; ) {
      // resume() itself counts as one call.
      if (engine.callsOf(link.thread) !== 1) return false;
      if (link.caller === 0) return true;
      const outer = this.#active.get(link.caller);
      if (outer === undefined) return false;
      // It waits already, and so do those around it.
      if (outer.isLeft) return true;
      link = outer;
    }
  }

  #watch(link: Link): void {
    link.isWatchedClosely = false;
    this.#hook(link.thread, HookMask.count, INTERRUPT_INTERVAL);
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
    const link: Link = { ...NEW_LINK, thread, reference: this.#lua.ref() };
    this.#watch(link);
    return link;
  }
}

const NEW_LINK = {
  kind: 'script',
  caller: 0,
  isLeft: false,
  isWatchedClosely: false,
  place: null,
} as const;
