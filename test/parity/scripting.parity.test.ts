/** EVAL and its family, SCRIPT, and what scripts find in Lua, against a real redis-server. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import { randomScripts } from './random-scripts.js';
import { FORBIDDEN_LATER, SCRIPTS } from './scripts.js';
import { STANDARD_LIBRARY_SCRIPTS } from './standard-library-scripts.js';

describeParity('scripts', () => {
  for (const protocol of [2, 3] as const) {
    it(`answer alike (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol });
      for (const scripts of Object.values(SCRIPTS)) await pair.sameAll(scripts.map(callOf));
      if (pair.version === '7.2') await pair.sameAll(FORBIDDEN_LATER.map(callOf));
    });
  }

  it("find in Lua's own libraries what they find on redis-server", async () => {
    await using pair = await Pair.start();
    await pair.sameAll(STANDARD_LIBRARY_SCRIPTS.map(callOf));
  });

  for (const protocol of [2, 3] as const) {
    it(`return random values alike (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol });
      for (const seed of [1, 2, 3]) await pair.sameAll(randomScripts(seed, 200).map(callOf));
    });
  }

  it('are cached, flushed and refused alike', async () => {
    await using pair = await Pair.start();
    await pair.sameAll(CALLS);
    // By itself: in a pipeline it is refused, if a reply is still to be written.
    for (const mode of ['NO', 'no', 'maybe']) await pair.same(['SCRIPT', 'DEBUG', mode]);
  });
});

function callOf(script: string): Call {
  return ['EVAL', script, 2, '{k}1', '{k}2', 'first', 'second'];
}

const SHA_OF_ONE = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db';
const NO_WRITES = '#!lua flags=no-writes\nreturn 1';

const CALLS: readonly Call[] = [
  ['EVALSHA', SHA_OF_ONE, 0],
  ['SCRIPT', 'EXISTS', SHA_OF_ONE, 'x'],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['EVALSHA', SHA_OF_ONE, 0],
  ['EVALSHA', SHA_OF_ONE.toUpperCase(), 0],
  ['EVALSHA_RO', SHA_OF_ONE, 0],
  ['EVALSHA', 'short', 0],
  ['SCRIPT', 'EXISTS', SHA_OF_ONE, SHA_OF_ONE.toUpperCase(), 'x'],
  ['SCRIPT', 'FLUSH', 'ASYNC'],
  ['EVALSHA', SHA_OF_ONE, 0],
  ['SCRIPT', 'FLUSH', 'SYNC'],
  ['SCRIPT', 'FLUSH'],
  ['SCRIPT', 'FLUSH', 'NOW'],
  ['SCRIPT', 'FLUSH', 'SYNC', 'ASYNC'],
  ['SCRIPT', 'KILL'],
  ['SCRIPT', 'HELP'],
  ['SCRIPT', 'DEBUG'],
  ['SCRIPT'],
  ['SCRIPT', 'NOSUCH'],
  ['SCRIPT', 'LOAD'],
  ['SCRIPT', 'EXISTS'],
  ['SCRIPT', 'LOAD', 'return ('],
  ['SCRIPT', 'LOAD', '#!python\n1'],
  ['SCRIPT', 'LOAD', '#!lua flags=nosuch\nreturn 1'],
  ['EVAL', 'return 1'],
  ['EVAL', 'return 1', 'x'],
  ['EVAL', 'return 1', -1],
  ['EVAL', 'return 1', 1],
  ['EVAL', 'return (', 0],
  ['EVAL_RO', 'return redis.call("GET", KEYS[1])', 1, 'key'],
  ['EVAL_RO', 'return redis.call("SET", KEYS[1], 1)', 1, 'key'],
  ['EVAL_RO', 'return redis.pcall("PUBLISH", "a", "b")', 0],
  ['EVAL_RO', '#!lua\nreturn 1', 0],
  ['EVAL_RO', NO_WRITES, 0],
  ['EVAL', NO_WRITES, 0],
  ['EVAL', '#!lua flags=no-writes\nreturn redis.call("SET", KEYS[1], 1)', 1, 'key'],
  ['EVAL', '#!lua flags=no-cluster\nreturn 1', 0],
  ['EVAL', '#!lua\nreturn redis.call("SET", "a", 1)', 0],
  ['EVAL', '#!lua\nredis.call("SET", "a", 1) return redis.call("SET", "b", 1)', 0],
  ['EVAL', '#!lua\nreturn redis.call("SET", "b", 1)', 1, 'a'],
  ['EVAL', '#!lua flags=allow-cross-slot-keys\nreturn redis.call("SET", "b", 1)', 1, 'a'],
  ['EVAL', 'return redis.call("SET", "b", 1)', 1, 'a'],
  ['EVAL', 'return redis.call("MGET", "a", "b")', 0],
  ['EVAL', 'return 1', 2, 'a', 'b'],
  ['MULTI'],
  ['EVAL', 'redis.call("INCR", KEYS[1]) return redis.call("INCR", KEYS[1])', 1, 'n'],
  ['EVAL', 'return redis.error_reply("MY error")', 0],
  ['EVALSHA', SHA_OF_ONE, 0],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['EVALSHA', SHA_OF_ONE, 0],
  ['EXEC'],
  ['COMMAND', 'GETKEYS', 'EVAL', 'return 1', 2, 'a', 'b', 'c'],
  ['COMMAND', 'GETKEYS', 'EVALSHA', 'x', 1, 'a', 'c'],
  ['COMMAND', 'GETKEYS', 'EVAL', 'return 1', 0],
  ['COMMAND', 'GETKEYS', 'EVAL', 'return 1', 5, 'a'],
];
