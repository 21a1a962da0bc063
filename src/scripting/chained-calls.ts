/**
 * pcall(), xpcall() and coroutines of scripts (luaB_* of lbaselib.c, luaRedisPcall of script_lua.c): each call is a link
 * of the thread chain, so that it can be left in the middle.
 */
import { type HostFunction, LuaError, LuaErrorValue } from '../lua/engine.js';
import { type LuaState, LuaStatus, LuaType, UNGUARDED } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import { environmentOf } from './environment-of.js';
import type { Link } from './thread-chain.js';

/** As deep as Lua lets C functions call each other. */
const DEEPEST_CALL = 195;
const TOO_DEEP = 'C stack overflow';

/** The global functions. */
export const CHAINED_CALLS: Readonly<Record<'pcall' | 'xpcall', HostFunction>> = {
  pcall(lua) {
    const { chain } = environmentOf(lua);
    const count = lua.top;
    // The wrapper in Redis calls what it happens to find on the stack.
    if (count === 0) return refuse(lua, 'attempt to call a boolean value');
    if (chain.depth >= DEEPEST_CALL) return refuse(lua, TOO_DEEP);
    return run(lua, chain.enter(lua.thread, count, 'pcall'), count - 1);
  },
  xpcall(lua) {
    const { chain } = environmentOf(lua);
    lua.checkAny(2);
    if (chain.depth >= DEEPEST_CALL) return refuse(lua, TOO_DEEP);
    lua.top = 2;
    lua.insert(1);
    const link = chain.enter(lua.thread, 2, 'xpcall');
    lua.setErrorHandler(link.thread, 1);
    return run(lua, link, 0);
  },
};

/** Behind a guard: error() with a level, which counts the functions around a protected call as well. */
export const raiseAtLevel: HostFunction = (lua) => {
  const type = lua.type(1);
  if ((type !== LuaType.string && type !== LuaType.number) || !lua.isNumeric(2)) return UNGUARDED;
  const { chain } = environmentOf(lua);
  const own = lua.thread;
  let level = Math.trunc(lua.toNumber(2));
  while (level > 1) {
    const depth = depthOf(lua);
    const caller = level < depth ? 0 : chain.protectedBy(lua.thread);
    if (caller === 0) break;
    level -= depth;
    lua.thread = caller;
  }
  if (lua.thread === own) return UNGUARDED;
  lua.pushPlace(level);
  const place = lua.toBytes(-1) ?? '';
  lua.pop();
  lua.thread = own;
  lua.pushBytes(`${place}${lua.toBytes(1) ?? ''}`);
  throw new LuaErrorValue();
};

/** How many functions the current thread is inside of, tail calls included. */
function depthOf(lua: LuaState): number {
  let depth = 0;
  while (lua.activation(depth) !== null) depth++;
  return depth;
}

/** Those of the library `coroutine`. */
export const COROUTINE_CALLS: Readonly<Record<'resume' | 'wrap' | 'running' | 'status', HostFunction>> = {
  resume(lua) {
    const co = lua.toThread(1);
    if (co === 0) lua.argumentError(1, 'coroutine expected');
    return resumeOwn(lua, co, lua.top - 1, 'resume');
  },
  wrap(lua) {
    if (lua.type(1) !== LuaType.function || lua.isHostFunction(1))
      lua.argumentError(1, 'Lua function expected');
    const co = lua.newThread();
    lua.pushValue(1);
    lua.move(lua.thread, co, 1);
    lua.pushFunctionWith(resumeWrapped);
    return 1;
  },
  running(lua) {
    // What runs a script is no coroutine to the script.
    const around = environmentOf(lua).chain.coroutineAround(lua.thread);
    if (around === 0 || around === lua.main) lua.pushNil();
    else pushThread(lua, around);
    return 1;
  },
  status(lua) {
    const co = lua.toThread(1);
    if (co === 0) lua.argumentError(1, 'coroutine expected');
    lua.pushBytes(statusOf(lua, co));
    return 1;
  },
};

function resumeWrapped(lua: LuaState): number {
  return resumeOwn(lua, lua.upvalueThread(), lua.top, 'wrap');
}

/**
 * Goes on with a script that was left, from the innermost coroutine on. @returns the status of `root`, in which it runs,
 * or LuaStatus.yield: it was left again.
 */
export function proceed(lua: LuaState, root: number): number {
  const { chain } = environmentOf(lua);
  let valueCount = 0;
  let isFailing = false;
  for (;;) {
    const link = chain.takeLeft();
    // One that only called a C function has that one's results.
    const isOver = lua.runsOnlyC(link.thread) && link.thread !== root;
    const ended = isFailing ? LuaStatus.runtimeError : LuaStatus.ok;
    const status = isOver ? ended : chain.resume(link, valueCount);
    isFailing = false;
    if (link.isLeft) return LuaStatus.yield;
    if (link.thread === root) return status;
    lua.thread = link.caller;
    watchCaller(lua);
    try {
      valueCount = takeResults(lua, link, status, isOver ? valueCount : null);
    } catch (error) {
      if (!(error instanceof LuaErrorValue)) throw error;
      isFailing = lua.runsOnlyC(link.caller);
      if (!isFailing) chain.raiseIn(link.caller);
      valueCount = 0;
    }
    lua.thread = lua.main;
  }
}

function statusOf(lua: LuaState, co: number): 'running' | 'normal' | 'suspended' | 'dead' {
  const { chain } = environmentOf(lua);
  if (chain.coroutineAround(lua.thread) === co) return 'running';
  if (chain.has(co)) return 'normal';
  return lua.isResumable(co) ? 'suspended' : 'dead';
}

function resumeOwn(lua: LuaState, co: number, argumentCount: number, kind: 'resume' | 'wrap'): number {
  const { chain } = environmentOf(lua);
  const status = statusOf(lua, co);
  if (status !== 'suspended' || chain.depth >= DEEPEST_CALL) {
    const text = status === 'suspended' ? TOO_DEEP : `cannot resume ${status} coroutine`;
    if (kind === 'resume') return refuse(lua, text);
    lua.pushBytes(text);
    raisePlaced(lua);
  }
  if (!lua.reserveIn(co, argumentCount)) throw new LuaError('too many arguments to resume');
  lua.move(lua.thread, co, argumentCount);
  return run(lua, chain.enterOwn(co, lua.thread, kind), argumentCount);
}

/** Runs a link for the function of the host that made it. @returns what that function returns */
function run(lua: LuaState, link: Link, argumentCount: number): number {
  const { chain } = environmentOf(lua);
  const status = chain.resume(link, argumentCount);
  watchCaller(lua);
  if (!link.isLeft) return takeResults(lua, link, status, null);
  if (link.kind === 'wrap') link.place = placeOf(lua);
  return chain.leaveCaller();
}

function watchCaller(lua: LuaState): void {
  const environment = environmentOf(lua);
  if (environment.isKilled) environment.chain.watchClosely(lua.thread);
}

/**
 * Gives the results of a link that ended, or that its own function yields, to the current thread, and ends the link.
 * @param valueCount of its results, where that is known. @returns how many values the current thread got
 */
function takeResults(lua: LuaState, link: Link, status: number, valueCount: number | null): number {
  const { chain } = environmentOf(lua);
  const { thread, kind } = link;
  const caller = lua.thread;
  const failed = status !== LuaStatus.ok && status !== LuaStatus.yield;
  // Below the results of xpcall() lies its handler.
  const count = failed ? 1 : (valueCount ?? lua.topOf(thread) - (kind === 'xpcall' ? 1 : 0));
  const before = lua.top;
  if (!lua.reserve(count + 3)) {
    chain.leave(link, true);
    throw new LuaError(
      kind === 'pcall' || kind === 'xpcall' ? 'stack overflow' : 'too many results to resume',
    );
  }
  if (kind !== 'wrap') lua.pushBoolean(!failed);
  lua.move(thread, caller, count);
  if (kind === 'xpcall') lua.setErrorHandler(thread, 0);
  if (kind === 'pcall' && failed) simplifyError(lua);
  chain.leave(link, failed || valueCount !== null);
  if (kind === 'wrap' && failed) raisePlaced(lua, link.place);
  return lua.top - before;
}

function refuse(lua: LuaState, text: ByteString): number {
  lua.pushBoolean(false);
  lua.pushBytes(text);
  return 2;
}

/** Raises the error on top of the stack; a text with the place where the running function was called. */
function raisePlaced(lua: LuaState, place: ByteString | null = null): never {
  const type = lua.type(-1);
  if (type === LuaType.string || type === LuaType.number)
    lua.pushBytes(`${place ?? placeOf(lua)}${lua.toBytes(-1) ?? ''}`);
  throw new LuaErrorValue();
}

function placeOf(lua: LuaState): ByteString {
  lua.pushPlace(1);
  const place = lua.toBytes(-1) ?? '';
  lua.pop();
  return place;
}

function pushThread(lua: LuaState, thread: number): void {
  const { thread: caller } = lua;
  lua.thread = thread;
  lua.pushThread();
  lua.thread = caller;
  lua.move(thread, caller, 1);
}

/** Errors are tables since 7.0; scripts that catch one are given its text, as before. */
function simplifyError(lua: LuaState): void {
  if (lua.type(-1) !== LuaType.table) return;
  lua.getField(-1, 'err');
  if (lua.toBytes(-1) !== null) lua.replace(-2);
}
