/** Calls of FUNCTION and FCALL, and the libraries they work with. */
import type { Call } from './compare.js';
import { callsOf } from './compare.js';

const ONE = "redis.register_function('one', function() return 1 end)";

/** Libraries that can be loaded together. */
export const LIBRARIES = {
  store: `#!lua name=store
redis.register_function('set', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{function_name = 'get', callback = function(keys) return redis.call('GET', keys[1]) end, flags = {'no-writes'}, description = 'reads a key'}
local function double(n) return n * 2 end
redis.register_function('double', function(keys, args) return double(args[1]) end)`,
  echo: `#!LUA name=echo
redis.register_function('echo', function(keys, args) return {#keys, #args, keys, args} end)
redis.register_function{function_name = 'every_flag', callback = function() return 'ok' end, flags = {'allow-stale', 'no-writes', 'allow-oom', 'no-cluster', 'allow-cross-slot-keys'}}`,
  long_name_0123456789: `#!lua name=long_name_0123456789
-- ${'a comment that is compressed '.repeat(20)}
redis.register_function('nothing', function() end)`,
} as const;

const load = (code: string, ...options: string[]): Call => ['FUNCTION', 'LOAD', ...options, code];
const library = (body: string, name = 'lib'): Call => load(`#!lua name=${name}\n${body}`);
const everyLibrary = Object.values(LIBRARIES).map((code) => load(code));
/** Loads the body of a function as `f` of a library. */
const run = (body: string, ...args: string[]): Call[] => [
  load(`#!lua name=run\nredis.register_function('f', function(KEYS, ARGV)\n${body}\nend)`, 'REPLACE'),
  ['FCALL', 'f', ...(args.length === 0 ? ['0'] : args)],
];

export const FUNCTION_CALLS: Readonly<Record<string, readonly Call[]>> = {
  'LOAD and its first line': [
    load(''),
    load('return 1'),
    load('#!lua'),
    load('#!lua name=a'),
    load('#!lua\n'),
    load('#!\n'),
    load('#! name=a\n'),
    load('#!lua name=\n'),
    load('#!lua name=a name=b\n'),
    load('#!lua name=a x=b\n'),
    load('#!lua foo\n'),
    load('#!lua name="a\n'),
    load(`#!lua name="a"\n${ONE}`),
    load('#!lua name=a-b\n'),
    load("#!lua name='a b'\n"),
    load('#!lua name=bad\\0name\n'),
    load(`#!python name=a\n${ONE}`),
    load(`#!Lua NAME=b\n${ONE}`),
    load(`#!lua name=c\n${ONE}`),
    load(`#!lua name=a\n${ONE}`),
    load(`#!lua name=a\n${ONE}`, 'REPLACE'),
    load(`#!lua name=a\n${ONE}`, 'replace', 'REPLACE'),
    load(`#!lua name=a\n${ONE}`, 'NX'),
    load(`#!lua name=A\n${ONE}`),
    load('#!lua name=d\nreturn 1'),
    load('#!lua name=d\nbad code'),
    load("#!lua name=d\nerror('my error')"),
    load("#!lua name=d\nerror({err = 'MY error'})"),
    load('#!lua name=d\nlocal x = nil\n x.y = 1'),
    load('#!lua name=d\na = 1'),
    load('#!lua name=d\nreturn a'),
    load('#!lua name=d\0\nreturn a'),
    ...callsOf(`
      FUNCTION LOAD
      FUNCTION LOAD REPLACE
      FUNCTION LIST WITHCODE
    `),
  ],
  'a library that does not load leaves the old one': [
    library("redis.register_function('a', function() return 'old' end)"),
    load("#!lua name=other\nredis.register_function('b', function() return 'b' end)"),
    load('#!lua name=lib\nerror("x")', 'REPLACE'),
    load("#!lua name=lib\nredis.register_function('b', function() end)", 'REPLACE'),
    load("#!lua name=lib\nredis.register_function('B', function() end)", 'REPLACE'),
    load("#!lua name=lib\nredis.register_function('A', function() return 'new' end)", 'REPLACE'),
    ...callsOf(`
      FCALL a 0
      FCALL A 0
      FCALL b 0
      FUNCTION LIST
      FUNCTION DELETE LIB
      FUNCTION DELETE lib
      FUNCTION DELETE lib
      FCALL a 0
    `),
  ],
  'redis.register_function and its checks': [
    library('redis.register_function()'),
    library("redis.register_function('a')"),
    library("redis.register_function('a', 1)"),
    library('redis.register_function({}, function() end)'),
    library('redis.register_function(function() end, function() end)'),
    library("redis.register_function('a', function() end, 3)"),
    library("redis.register_function('a b', function() end)"),
    library("redis.register_function('', function() end)"),
    library("redis.register_function('a\\0b', function() end)"),
    library("redis.register_function('a', function() end) redis.register_function('a', function() end)"),
    library("redis.register_function('a', function() end) redis.register_function('A', function() end)"),
    library('redis.register_function{}'),
    library("redis.register_function{function_name = 'a'}"),
    library('redis.register_function{callback = function() end}'),
    library('redis.register_function{function_name = {}, callback = function() end}'),
    library("redis.register_function{function_name = 'a', callback = 'x'}"),
    library("redis.register_function{function_name = 'a', callback = function() end, description = {}}"),
    library("redis.register_function{function_name = 'a', callback = function() end, flags = 'no-writes'}"),
    library("redis.register_function{function_name = 'a', callback = function() end, flags = {'nope'}}"),
    library("redis.register_function{function_name = 'a', callback = function() end, flags = {{}}}"),
    library("redis.register_function{function_name = 'a', callback = function() end, other = 1}"),
    library("redis.register_function{function_name = 'a', callback = function() end, [1] = 1}"),
    library('redis.register_function{[function() end] = 1}'),
    library("pcall(redis.register_function, 'a')"),
    library('redis.register_function(12, function() return 12 end)', 'numbered'),
    library(
      "redis.register_function{FUNCTION_NAME = 'upper', Callback = function() return 'upper' end, FLAGS = {'NO-WRITES'}, Description = 5}",
      'upper',
    ),
    ...callsOf(`
      FCALL 12 0
      FCALL upper 0
      FUNCTION LIST
    `),
  ],
  'what a library finds while it is loaded': [
    ...[
      'string',
      'tostring',
      'math',
      'cjson',
      'print',
      'KEYS',
      '_G',
      'pcall',
      'redis.call',
      'redis.pcall',
      'redis.setresp',
      'redis.sha1hex',
      'redis.x',
    ].map((name) => library(`local x = ${name}\n${ONE}`)),
    library('redis.x = 1'),
    library('redis = 1'),
    library(`redis.log(redis.LOG_NOTICE, 'hello')\n${ONE}`, 'logs'),
    library("redis.log('x')"),
    library(
      `local x = redis.REDIS_VERSION .. redis.REDIS_VERSION_NUM .. redis.LOG_DEBUG\n${ONE}`,
      'versions',
    ),
    library(
      "local f = redis.register_function f('late', function() return f('x', function() end) end)",
      'late',
    ),
    ['FCALL', 'late', '0'],
    library("redis.register_function('upvalue', function() return redis.register_function end)", 'upvalue'),
    ['FCALL', 'upvalue', '0'],
  ],
  'what functions find': [
    ...run('return {#KEYS, #ARGV, KEYS[1], ARGV[1]}', '1', 'k', 'v'),
    ...run('return redis.call("PING")'),
    ...run('return redis.call("SET", KEYS[1], ARGV[1])', '1', 'k', 'v'),
    ...run('return redis.call("GET", KEYS[1])', '1', 'k'),
    ...run('return redis.call("GET", "elsewhere")', '1', 'k'),
    ...run('return redis.register_function'),
    ...run(
      'return {type(redis.breakpoint), type(redis.debug), type(redis.replicate_commands), type(redis.setresp)}',
    ),
    ...run('return a'),
    ...run('a = 1'),
    ...run('return print'),
    ...run('redis.x = 1'),
    ...run('redis = 1'),
    ...run('string.x = 1'),
    ...run('rawset(_G, "a", 1)'),
    ...run('getmetatable(_G).__index = 1'),
    ...run('setmetatable(_G, {})'),
    ...run('return _G.a'),
    ...run('return type(_G)'),
    ...run('return __redis__err__handler'),
    ...run('local n = 0 for _ in pairs(_G) do n = n + 1 end return n > 20'),
    ...run(
      'return {tostring(1.5), cjson.encode({1}), cmsgpack.unpack(cmsgpack.pack("x")), bit.band(7, 3), struct.size("i")}',
    ),
    ...run('return math.random() == math.random()'),
    ...run('error("wrong")'),
    ...run('error({err = "MY error"})'),
    ...run('return {err = "MY error"}'),
    ...run('return {ok = "fine"}'),
    ...run('return redis.error_reply("MY error")'),
    ...run('return redis.call("NOPE")'),
    ...run('return redis.call("INCR")'),
    ...run('return redis.pcall("INCR")'),
    ...run('return redis.call("EVAL", "return 1", 0)'),
    ...run('return redis.call("FCALL", "f", 0)'),
    ...run('return redis.call("FUNCTION", "FLUSH")'),
    ...run('local x = nil\n\n return x.y'),
    ...run('redis.setresp(3) return redis.call("HGETALL", KEYS[1])', '1', 'none'),
    ...run('return 3.99'),
    ...run('return {double = 3.5}'),
    ...run('return'),
  ],
  FCALL: [
    ...everyLibrary,
    ...callsOf(`
      FCALL set 1 k v
      FCALL get 1 k
      FCALL_RO get 1 k
      FCALL_RO set 1 k v
      FCALL double 0 21
      FCALL echo 0
      FCALL echo 2 {a}1 {a}2 x y z
      FCALL ECHO 0 a
      FCALL echo
      FCALL echo x
      FCALL echo -1
      FCALL echo 1
      FCALL echo 3 a b
      FCALL echo 1.5 a
      FCALL none 0
      FCALL none x
      FCALL every_flag 0
      FCALL_RO echo 0
      FCALL nothing 0
      MULTI
      FCALL set 1 k w
      FCALL none 0
      FUNCTION LIST
      EXEC
      GET k
      COMMAND GETKEYS FCALL f 2 a b c
    `),
  ],
  'LIST, STATS, HELP and what else there is': [
    ...callsOf(`
      FUNCTION LIST
      FUNCTION STATS
      FUNCTION HELP
      FUNCTION KILL
      FUNCTION DUMP
      FUNCTION DUMP x
      FUNCTION
      FUNCTION NOPE
    `),
    ...everyLibrary,
    ...callsOf(`
      FUNCTION LIST
      FUNCTION LIST WITHCODE
      FUNCTION LIST LIBRARYNAME s*
      FUNCTION LIST LIBRARYNAME S*
      FUNCTION LIST LIBRARYNAME STORE WITHCODE
      FUNCTION LIST WITHCODE LIBRARYNAME none
      FUNCTION LIST LIBRARYNAME
      FUNCTION LIST LIBRARYNAME * LIBRARYNAME *
      FUNCTION LIST WITHCODE WITHCODE
      FUNCTION LIST x
      FUNCTION STATS
      FUNCTION DELETE none
      FUNCTION DELETE
      FUNCTION FLUSH NOW
      FUNCTION FLUSH SYNC x
      FUNCTION FLUSH SYNC
      FUNCTION STATS
      FUNCTION FLUSH ASYNC
      FUNCTION RESTORE
      FUNCTION RESTORE x
      FUNCTION RESTORE x y
      FUNCTION RESTORE x APPEND y
      FUNCTION RESTORE '' FLUSH
    `),
  ],
};
