/**
 * What scripts may see and change (luaRegisterRedisAPI and luaSetTableProtectionRecursively of script_lua.c). Redis has
 * a Lua of its own whose tables can be locked. Here a script gets an empty table in front of each locked one, which
 * reads through and refuses to be written; the functions that look past metatables are replaced by some that know them.
 */
import { type HostFunction, LuaError, LuaErrorValue } from '../lua/engine.js';
import { GLOBALS, type LuaState, LuaStatus, LuaType, UNGUARDED } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import { CHAINED_CALLS, COROUTINE_CALLS, raiseAtLevel } from './chained-calls.js';

const BAD_PIECE = 'reader function must return a string';
const READONLY = 'Attempt to modify a readonly table';

/** Every global that is left to scripts, KEYS and ARGV apart. */
const ALLOWED = [
  ...['string', 'cjson', 'bit', 'cmsgpack', 'math', 'table', 'struct', 'redis', '__redis__err__handler'],
  ...['xpcall', 'tostring', 'getfenv', 'setmetatable', 'next', 'assert', 'tonumber', 'rawequal'],
  ...['collectgarbage', 'getmetatable', 'rawset', 'pcall', 'coroutine', 'type', '_G', 'select', 'unpack'],
  ...[
    'gcinfo',
    'pairs',
    'rawget',
    'loadstring',
    'ipairs',
    '_VERSION',
    'setfenv',
    'load',
    'error',
    'newproxy',
  ],
] as const;

/**
 * Runs once in each state, with its own globals. Lua's own `debug` is at hand here; what a level of the call stack means
 * to the error handler: 2 is the function that failed.
 */
const PRELUDE = `
local allowed, host, lock = ...
local globals, getinfo, type, tostring = _G, debug.getinfo, type, tostring
local setmetatable, getmetatable, pairs, byte = setmetatable, getmetatable, pairs, string.byte

function __redis__err__handler(err)
  local place = getinfo(2, 'Sl')
  if place and place.what == 'C' then place = getinfo(3, 'Sl') end
  if type(err) ~= 'table' then err = {err = 'ERR ' .. tostring(err)} end
  if place then
    err.source, err.line = place.source, place.currentline
  end
  return err
end

for name in pairs(globals) do
  if not allowed[name] then globals[name] = nil end
end
for name in pairs(allowed) do globals[name] = host[name] or globals[name] end
table.insert, table.foreach = host.insert, host.foreach
coroutine.resume, coroutine.wrap = host.resume, host.wrap
coroutine.running, coroutine.status = host.running, host.status

local function front(inner, shown_metatable)
  local outer = setmetatable({}, {__index = inner, __newindex = host.readonly})
  lock(outer, inner, shown_metatable)
  return outer
end

for name, value in pairs(globals) do
  if type(value) == 'table' and value ~= globals then globals[name] = front(value) end
end
getmetatable('').__index = globals.string
local metatable = {__index = host.nonexistent}
setmetatable(globals, metatable)
globals._G = front(globals, front(metatable))
return globals._G, globals, function(read)
  local first = true
  return function()
    local piece = read()
    if first and type(piece) == 'string' and piece ~= '' then
      first = false
      if byte(piece) == 27 then return ' ' .. piece end
    end
    return piece
  end
end
`;

/**
 * Functions have an empty, locked table for globals; what they find behind it is one thing while their library is loaded,
 * and another while they run.
 */
const FUNCTION_PRELUDE = `
local globals, api, nonexistent, readonly, lock = ...
local setmetatable = globals.setmetatable

local function front(inner, shown_metatable)
  local outer = setmetatable({}, {__index = inner, __newindex = readonly})
  lock(outer, inner, shown_metatable)
  return outer
end

local missing = {__index = nonexistent}
local library = setmetatable({redis = front(setmetatable(api, missing), front(missing))}, missing)
local metatable = {__index = globals, __newindex = readonly}
local user = setmetatable({}, metatable)
lock(user, {}, front({__index = globals._G}))
globals.__redis__err__handler = nil
return user, metatable, library
`;

/** Tables in front of locked ones, by their identity; they live as long as their state. */
interface Lock {
  readonly inner: number;
  /** What getmetatable() shows; null = nothing. */
  readonly metatable: number | null;
}

const locksOf = new WeakMap<LuaState, Map<number, Lock>>();
/** References to functions of Lua itself, and to one of the prelude. */
interface OwnFunctions {
  readonly next: number;
  readonly load: number;
  /** Gives a reader for load() whose text is no compiled chunk. */
  readonly asText: number;
}

const ownFunctions = new WeakMap<LuaState, OwnFunctions>();

/** Locks the state's globals. @returns a reference to the table of globals itself, for KEYS and ARGV. */
export function lockGlobals(lua: LuaState): number {
  locksOf.set(lua, new Map());
  lua.getGlobal('next');
  const next = lua.ref();
  lua.getGlobal('load');
  const load = lua.ref();
  if (lua.load(PRELUDE, '@err_handler_def') !== LuaStatus.ok) throw new Error(`${lua.toBytes(-1)}`);
  lua.newTable(0, ALLOWED.length);
  for (const name of ALLOWED) {
    lua.pushBoolean(true);
    lua.setField(-2, name);
  }
  pushHost(lua, next);
  lua.pushFunction(lock);
  if (lua.protectedCall(3, 3) !== LuaStatus.ok) throw new Error(`${lua.toBytes(-1)}`);
  ownFunctions.set(lua, { next, load, asText: lua.ref() });
  const globals = lua.ref();
  lua.replace(GLOBALS);
  return globals;
}

/** Pushes the table `host` of the prelude. */
function pushHost(lua: LuaState, next: number): void {
  lua.newTable(0, 32);
  for (const [name, run] of Object.entries({ ...HOST, ...CHAINED_CALLS, ...COROUTINE_CALLS })) {
    lua.pushFunction(run);
    lua.setField(-2, name);
  }
  lua.pushNil();
  lua.getGlobal('error');
  lua.pushGuarded(raiseAtLevel, 'several');
  lua.setField(-2, 'error');
  for (const [name, run] of Object.entries(GUARDS)) {
    // What pairs() gives for the loop.
    lua.pushRef(next);
    lua.getGlobal(name in TABLE_GUARDS ? 'table' : '_G');
    lua.getField(-1, name);
    lua.remove(-2);
    lua.pushGuarded(run, 'metatable');
    lua.setField(-2, name);
  }
}

/** What is behind the globals of functions. */
export class FunctionGlobals {
  readonly #lua: LuaState;
  readonly #globals: number;
  readonly #metatable: number;
  readonly #library: number;

  /** Changes the globals of the state from those of scripts, locked before. @param globals a reference to them. Pops the table `redis` of libraries. */
  constructor(lua: LuaState, globals: number) {
    this.#lua = lua;
    this.#globals = globals;
    const api = lua.ref();
    if (lua.load(FUNCTION_PRELUDE, '@function_globals') !== LuaStatus.ok)
      throw new Error(`${lua.toBytes(-1)}`);
    lua.pushRef(globals);
    lua.pushRef(api);
    lua.unref(api);
    for (const run of [HOST.nonexistent, HOST.readonly, lock]) lua.pushFunction(run as HostFunction);
    if (lua.protectedCall(5, 3) !== LuaStatus.ok) throw new Error(`${lua.toBytes(-1)}`);
    this.#library = lua.ref();
    this.#metatable = lua.ref();
    lua.replace(GLOBALS);
  }

  /** Shows what a library finds while it is loaded, or what functions find. */
  show(what: 'library' | 'function'): void {
    const lua = this.#lua;
    lua.pushRef(this.#metatable);
    lua.pushBytes('__index');
    lua.pushRef(what === 'library' ? this.#library : this.#globals);
    lua.rawSet(-3);
    lua.pop();
  }
}

const HOST: Readonly<Record<string, HostFunction>> = {
  readonly: () => {
    throw new LuaError(READONLY);
  },
  nonexistent: (lua) => {
    if (lua.top !== 2) throw new LuaError('Wrong number of arguments to luaProtectedTableError');
    const name = lua.toBytes(-1);
    if (name === null)
      throw new LuaError('Second argument to luaProtectedTableError must be a string or number');
    throw new LuaError(`Script attempted to access nonexistent global variable '${name}'`);
  },
  loadstring: (lua) => {
    const source = lua.checkBytes(1);
    return pushChunk(lua, source, lua.type(2) <= LuaType.nil ? source : lua.checkBytes(2));
  },
  load: (lua) => {
    const name = lua.type(2) <= LuaType.nil ? '=(load)' : lua.checkBytes(2);
    lua.checkType(1, LuaType.function);
    const { load, asText } = ownOf(lua);
    lua.pushRef(load);
    lua.pushRef(asText);
    lua.pushValue(1);
    lua.call(1, 1);
    lua.pushBytes(name);
    lua.call(2, 2);
    // Lua names the caller, which is this function now.
    if (lua.type(-1) !== LuaType.string || lua.toBytes(-1) !== BAD_PIECE) return 2;
    lua.pushPlace(1);
    lua.pushBytes(`${lua.toBytes(-1) ?? ''}${BAD_PIECE}`);
    lua.pushNil();
    lua.insert(-2);
    return 2;
  },
};

/** Functions of Lua's library `table` that look past metatables; see GUARDS. */
const TABLE_GUARDS: Readonly<Record<string, HostFunction>> = {
  insert: (lua) => {
    const isCall = lua.top === 2 || (lua.top === 3 && lua.isNumeric(2));
    return isCall ? refuseLocked(lua) : UNGUARDED;
  },
  foreach: (lua) => {
    if (lockOf(lua, 1) === undefined) return UNGUARDED;
    pushCopy(lua);
    lua.replace(1);
    return UNGUARDED;
  },
};

/** What the functions that look past metatables do with a locked table; in calls that fail anyway they fail themselves. */
const GUARDS: Readonly<Record<string, HostFunction>> = {
  ...TABLE_GUARDS,
  getmetatable: (lua) => {
    const found = lockOf(lua, 1);
    if (found === undefined) return UNGUARDED;
    if (found.metatable === null) lua.pushNil();
    else lua.pushRef(found.metatable);
    return 1;
  },
  setmetatable: (lua) => {
    const type = lua.type(2);
    return type === LuaType.nil || type === LuaType.table ? refuseLocked(lua) : UNGUARDED;
  },
  rawget: showInner,
  rawset: (lua) => (lua.top < 3 ? UNGUARDED : refuseLocked(lua)),
  next: showInner,
  pairs: (lua) => {
    if (lockOf(lua, 1) === undefined) return UNGUARDED;
    lua.pushRef(ownOf(lua).next);
    // The loop itself is Lua's own, so it is given a copy: the table would not be locked there.
    pushCopy(lua);
    lua.pushNil();
    return 3;
  },
};

function ownOf(lua: LuaState): OwnFunctions {
  return ownFunctions.get(lua) as OwnFunctions;
}

/** Compiles a chunk: the function, or nil and what is wrong. */
function pushChunk(lua: LuaState, source: ByteString, name: ByteString): number {
  if (lua.load(source, name) === LuaStatus.ok) return 1;
  lua.pushNil();
  lua.insert(-2);
  return 2;
}

/** lock(outer, inner, metatable): notes that `outer` stands in front of `inner`. */
function lock(lua: LuaState): number {
  const identity = lua.identity(1);
  lua.pushValue(2);
  const inner = lua.ref();
  let metatable: number | null = null;
  if (lua.type(3) === LuaType.table) {
    lua.pushValue(3);
    metatable = lua.ref();
  }
  locksOf.get(lua)?.set(identity, { inner, metatable });
  lua.behind.set(identity, lua.identity(2));
  return 0;
}

function lockOf(lua: LuaState, index: number): Lock | undefined {
  return lua.type(index) === LuaType.table ? locksOf.get(lua)?.get(lua.identity(index)) : undefined;
}

/** Puts the locked table in the place of what stands in front of it. */
function showInner(lua: LuaState): number {
  const found = lockOf(lua, 1);
  if (found !== undefined) {
    lua.pushRef(found.inner);
    lua.replace(1);
  }
  return UNGUARDED;
}

/** As the interpreter itself complains inside of a C function: without a place in the script. */
function refuseLocked(lua: LuaState): number {
  if (lockOf(lua, 1) === undefined) return UNGUARDED;
  lua.pushBytes(READONLY satisfies ByteString);
  throw new LuaErrorValue();
}

function pushCopy(lua: LuaState): void {
  showInner(lua);
  lua.newTable();
  lua.pushNil();
  while (lua.next(1)) {
    lua.pushValue(-2);
    lua.insert(-2);
    lua.rawSet(-4);
  }
}
