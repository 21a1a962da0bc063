/** Replies of every type in scripts, and back to the client, by DEBUG PROTOCOL of a real redis-server and of ours. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';

const TYPES = [
  'string',
  'integer',
  'double',
  'bignum',
  'null',
  'array',
  'set',
  'map',
  'attrib',
  'verbatim',
  'true',
  'false',
];

/** What scripts do with a reply; the order in a map or a set is not defined, so that they are looked at entry by entry. */
const USES = [
  'return r',
  'return {r, 1}',
  'return {r, r}',
  'return type(r)',
  'return tostring(r == nil) .. tostring(r == false)',
  'if type(r) ~= "table" then return 0 end local names = {} for name in pairs(r) do names[#names + 1] = tostring(name) end table.sort(names) return names',
  'if type(r) ~= "table" then return 0 end return {r.double or 0, r.big_number or 0, #r}',
  'if type(r) ~= "table" or not r.verbatim_string then return 0 end return {r.verbatim_string.string, r.verbatim_string.format}',
  'if type(r) ~= "table" or not r.map then return 0 end return {tostring(r.map[0]), tostring(r.map[1]), tostring(r.map[2]), tostring(r.map[3])}',
  'if type(r) ~= "table" or not r.set then return 0 end return {tostring(r.set[0]), tostring(r.set[1]), tostring(r.set[3])}',
  'return {map = {key = r}}',
  'redis.setresp(2) return r',
  'redis.setresp(3) return r',
];

const COMMANDS: readonly Call[] = [
  ['DEL', 'z', 'h', 's', 'l', 'x'],
  ['SET', 'text', 'x'],
  ['ZADD', 'z', 1.5, 'a'],
  ['HSET', 'h', 'f', 'v'],
  ['SADD', 's', 'm'],
  ['RPUSH', 'l', 'a', 'b'],
  ['XADD', 'x', '1-1', 'f', 'v'],
];

const READS = [
  '"ZSCORE", "z", "a"',
  '"ZSCORE", "z", "nosuch"',
  '"ZRANGE", "z", 0, -1, "WITHSCORES"',
  '"ZMSCORE", "z", "a", "b"',
  '"ZINCRBY", "z", 1, "b"',
  '"ZPOPMIN", "nosuch"',
  '"HGETALL", "h"',
  '"HGETALL", "nosuch"',
  '"HRANDFIELD", "h", 1, "WITHVALUES"',
  '"SMEMBERS", "s"',
  '"SMEMBERS", "nosuch"',
  '"SISMEMBER", "s", "m"',
  '"LPOP", "nosuch"',
  '"LPOP", "nosuch", 2',
  '"LRANGE", "l", 0, -1',
  '"GET", "nosuch"',
  '"MGET", "nosuch", "h"',
  '"MGET", "text", "nosuch", "text"',
  '"MGET", "text", "text", "nosuch", "nosuch", "text", "nosuch"',
  '"HMGET", "h", "f", "g", "f", "g"',
  '"XRANGE", "x", "-", "+"',
  '"XREAD", "STREAMS", "x", 0',
  '"XREAD", "STREAMS", "x", "5-5"',
  '"XINFO", "STREAM", "x"',
  '"OBJECT", "ENCODING", "h"',
  '"OBJECT", "ENCODING", "nosuch"',
  '"TYPE", "x"',
  '"LCS", "nosuch", "nosuch", "IDX"',
  '"GEOPOS", "nosuch", "a"',
  '"COMMAND", "COUNT"',
  '"SCAN", 0, "MATCH", "nothing"',
  '"INCRBYFLOAT", "n", 1.25',
  '"LATENCY", "HISTOGRAM", "nosuch"',
  '"MEMORY", "USAGE", "nosuch"',
  '"CLIENT", "INFO", 1',
  '"FUNCTION", "LIST"',
  '"WAIT", 0, 0',
];

describeParity('every type of reply', () => {
  for (const protocol of [2, 3] as const) {
    it(`is a value of a script, and comes back (RESP${protocol})`, async () => {
      await using pair = await Pair.start({
        protocol,
        cluster: false,
        config: { 'enable-debug-command': 'yes' },
      });
      await pair.same(['DEBUG', 'SET-DISABLE-DENY-SCRIPTS', 1]);
      for (const inScript of [2, 3]) {
        const call = `redis.setresp(${inScript}) local r = redis.call("DEBUG", "PROTOCOL", ARGV[1])`;
        await pair.sameAll(
          TYPES.flatMap((type) => USES.map((use): Call => ['EVAL', `${call} ${use}`, 0, type])),
        );
        await pair.sameAll(COMMANDS);
        await pair.sameAll(
          READS.flatMap((read) =>
            [
              'return r',
              'return type(r)',
              'return cjson.encode({r})',
              'if type(r) == "table" then return #r end',
            ].map(
              (use): Call => ['EVAL', `redis.setresp(${inScript}) local r = redis.pcall(${read}) ${use}`, 0],
            ),
          ),
        );
      }
    });
  }
});
