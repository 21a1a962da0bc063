/** The table `redis` that scripts call their node through (luaRegisterRedisAPI of script_lua.c). https://redis.io/docs/latest/develop/interact/programmability/lua-api/ */
import { type HostFunction, LuaErrorValue } from '../lua/engine.js';
import { type LuaState, LuaType } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import { formatGeneral, formatShortestDigits } from '../resp/number-format.js';
import { ErrorReply } from '../resp/reply.js';
import { environmentOf } from './environment-of.js';
import { markCounted, pushError } from './lua-values.js';
import { registerFunction } from './register-function.js';
import { pushReply } from './reply-to-lua.js';
import { sha1Hex } from './script-digest.js';
import { LOG_LEVELS, ReplicationFlag } from './script-run.js';

const REDIS_FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  call: (lua) => callCommand(lua, true),
  pcall: (lua) => callCommand(lua, false),
  log,
  setresp: setProtocol,
  sha1hex,
  error_reply: errorReply,
  status_reply: statusReply,
  set_repl: setReplication,
  acl_check_cmd: checkAcl,
  breakpoint: (lua) => {
    lua.pushBoolean(false);
    return 1;
  },
  debug: () => 0,
  replicate_commands: (lua) => {
    lua.pushBoolean(true);
    return 1;
  },
};

/** What functions do not have: it is of EVAL and its debugger. */
const SCRIPTS_ONLY: ReadonlySet<string> = new Set(['breakpoint', 'debug', 'replicate_commands']);

/** Sets the global `redis`. @param release full release text, e.g. 7.2.4. */
export function openRedisLibrary(lua: LuaState, release: string, forFunctions = false): void {
  lua.newTable(0, 32);
  for (const [name, run] of Object.entries(REDIS_FUNCTIONS)) {
    if (forFunctions && SCRIPTS_ONLY.has(name)) continue;
    lua.pushFunction(run);
    lua.setField(-2, name);
  }
  const numbers: Record<string, number> = {
    REPL_NONE: ReplicationFlag.none,
    REPL_AOF: ReplicationFlag.aof,
    REPL_SLAVE: ReplicationFlag.replicas,
    REPL_REPLICA: ReplicationFlag.replicas,
    REPL_ALL: ReplicationFlag.all,
  };
  for (const [name, value] of Object.entries(numbers)) {
    lua.pushNumber(value);
    lua.setField(-2, name);
  }
  setReleaseAndLevels(lua, release);
  lua.setGlobal('redis');
}

/** Pushes the table `redis` as a function library finds it while it is loaded. */
export function pushLibraryApi(lua: LuaState, release: string): void {
  lua.newTable(0, 8);
  lua.pushFunction(registerFunction);
  lua.setField(-2, 'register_function');
  lua.pushFunction(log);
  lua.setField(-2, 'log');
  setReleaseAndLevels(lua, release);
}

/** Of the table on top of the stack. */
function setReleaseAndLevels(lua: LuaState, release: string): void {
  const levels = ['LOG_DEBUG', 'LOG_VERBOSE', 'LOG_NOTICE', 'LOG_WARNING'];
  for (const [level, name] of levels.entries()) {
    lua.pushNumber(level);
    lua.setField(-2, name);
  }
  lua.pushNumber(versionNumber(release));
  lua.setField(-2, 'REDIS_VERSION_NUM');
  lua.pushBytes(release);
  lua.setField(-2, 'REDIS_VERSION');
}

/** A byte for each part: 7.2.4 is 0x00070204. */
function versionNumber(release: string): number {
  return release.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

export function raise(lua: LuaState, text: ByteString): never {
  pushError(lua, text);
  throw new LuaErrorValue();
}

/** redis.call() raises what redis.pcall() returns. */
function callCommand(lua: LuaState, raises: boolean): number {
  const { run, version } = environmentOf(lua);
  const argv = commandArguments(lua, version);
  if (typeof argv === 'string') {
    pushError(lua, argv);
    if (raises) throw new LuaErrorValue();
    return 1;
  }
  const reply = run.call(argv);
  if (typeof reply === 'object' && reply !== null && 'refusal' in reply) {
    pushError(lua, reply.refusal);
    markCounted(lua);
    if (raises) throw new LuaErrorValue();
    return 1;
  }
  pushReply(lua, reply, { protocol: run.protocol, version });
  if (raises && reply instanceof ErrorReply) throw new LuaErrorValue();
  return 1;
}

/** @returns an error text when the arguments make no command. */
function commandArguments({ engine, thread }: LuaState, version: '7.0' | '7.2'): ByteString[] | ByteString {
  // Not through the interpreter: a call of it for each argument costs more than all the rest.
  const { memory } = engine;
  const count = memory.argumentCount(thread);
  if (count === 0) return 'Please specify at least one argument for this redis lib call';
  const argv: ByteString[] = [];
  for (let index = 1; index <= count; index++) {
    const value = memory.argument(thread, index);
    const type = memory.tag(value);
    if (type === LuaType.string) argv.push(memory.text(memory.pointer(value)));
    // Lua itself prints fourteen digits of a number only.
    else if (type === LuaType.number) argv.push(formatNumber(memory.number(value), version));
    else return 'Lua redis lib command arguments must be strings or integers';
  }
  return argv;
}

function formatNumber(value: number, version: '7.0' | '7.2'): ByteString {
  if (Number.isSafeInteger(value) && Math.abs(value) < 1e15 && !Object.is(value, -0)) return String(value);
  // What a division of zeros makes has a sign on the machines that servers run on.
  if (Number.isNaN(value)) return '-nan';
  return version === '7.0' ? formatGeneral(value, 17) : formatShortestDigits(value);
}

function log(lua: LuaState): number {
  const count = lua.top;
  if (count < 2) raise(lua, 'redis.log() requires two arguments or more.');
  if (!lua.isNumeric(1)) raise(lua, 'First argument must be a number (log level).');
  const level = LOG_LEVELS[Math.trunc(lua.toNumber(1))];
  if (level === undefined) raise(lua, 'Invalid debug level.');
  const parts: ByteString[] = [];
  for (let index = 2; index <= count; index++) {
    const part = lua.toBytes(index);
    if (part !== null) parts.push(part);
  }
  environmentOf(lua).log(level, parts.join(' '));
  return 0;
}

function setProtocol(lua: LuaState): number {
  if (lua.top !== 1) raise(lua, 'redis.setresp() requires one argument.');
  const protocol = Math.trunc(lua.toNumber(1));
  if (protocol !== 2 && protocol !== 3) raise(lua, 'RESP version must be 2 or 3.');
  environmentOf(lua).run.protocol = protocol;
  return 0;
}

function sha1hex(lua: LuaState): number {
  if (lua.top !== 1) raise(lua, 'wrong number of arguments');
  lua.pushBytes(sha1Hex(lua.toBytes(1) ?? ''));
  return 1;
}

function errorReply(lua: LuaState): number {
  const text = onlyString(lua);
  if (text === null) pushError(lua, 'wrong number or type of arguments');
  else pushError(lua, text.startsWith('-') ? text : `-${text}`);
  return 1;
}

function statusReply(lua: LuaState): number {
  const text = onlyString(lua);
  if (text === null) {
    pushError(lua, 'wrong number or type of arguments');
    return 1;
  }
  lua.newTable(0, 1);
  lua.pushBytes(text);
  lua.setField(-2, 'ok');
  return 1;
}

function onlyString(lua: LuaState): ByteString | null {
  return lua.top === 1 && lua.type(1) === LuaType.string ? lua.toBytes(1) : null;
}

function setReplication(lua: LuaState): number {
  const { run, version } = environmentOf(lua);
  if (lua.top !== 1)
    raise(lua, `redis.set_repl() requires ${version === '7.0' ? 'two arguments' : 'one argument'}.`);
  const flags = Math.trunc(lua.toNumber(1));
  if ((flags & ~ReplicationFlag.all) !== 0)
    raise(lua, 'Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
  run.replicationFlags = flags;
  return 0;
}

function checkAcl(lua: LuaState): number {
  const { run, version } = environmentOf(lua);
  const argv = commandArguments(lua, version);
  if (typeof argv === 'string') raise(lua, argv);
  const allowed = run.mayRun(argv);
  if (allowed === null) raise(lua, 'Invalid command passed to redis.acl_check_cmd()');
  lua.pushBoolean(allowed);
  return 1;
}

/** The error that a script sees when it was killed. */
export function raiseKilled(lua: LuaState): never {
  return raise(lua, 'Script killed by user with SCRIPT KILL...');
}

/** Of our own: in Redis the script would go on, and the server answer BUSY. */
export function raiseStuck(lua: LuaState): never {
  return raise(lua, 'Script ended: it ran for 10 s where nothing else of this process could run beside it');
}
