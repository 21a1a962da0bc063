/** MULTI, EXEC, DISCARD, WATCH and UNWATCH against a real redis-server. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

describeParity('transactions', () => {
  for (const protocol of [2, 3] as const) {
    it(`answer alike (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol });
      for (const calls of Object.values(TRANSACTIONS)) {
        await pair.sameAll([...calls, ['RESET'], ['FLUSHALL'], ['HELLO', protocol]], {
          normalise: withoutGreeting,
        });
      }
    });
  }
});

/** The reply of HELLO has the number of the client. */
function withoutGreeting(reply: TypedReply): unknown {
  const isGreeting =
    Array.isArray(reply.value) && (reply.value as readonly TypedReply[])[0]?.value === 'server';
  return isGreeting ? 'a greeting' : reply;
}

const TRANSACTIONS: Readonly<Record<string, readonly Call[]>> = {
  'know the hash slots of keys that are named in odd ways': [
    ...[
      ['PFMERGE', 'a'],
      ['ZUNION', '2x', 'a', 'b'],
      ['ZUNIONSTORE', 'b', '1x', 'a'],
      ['ZUNIONSTORE', 'b', '2', 'a'],
      ['LMPOP', '+2', 'a', 'b', 'LEFT'],
      ['EVAL', 'return 1', ' 2', 'a', 'b'],
      ['EVAL', 'return 1', '-1', 'a', 'b'],
      ['GEORADIUS', 'b', 0, 0, 1, 'm', 'STORE', 'b', 'STORE', 'a'],
      ['GEORADIUS', 'b', 0, 0, 1, 'm', 'STORE', 'a', 'STORE'],
      ['XREAD', 'COUNT', 'streams', 'STREAMS', 'a', 'b', 0, 0],
      ['XREAD', 'STREAMS', 'a', 'b', 0],
      ['XREAD', 'NOTHING', 'STREAMS', 'a', 0],
      ['SORT', 'a', 'STORE', 'a', 'STORE', 'b'],
      ['MEMORY', 'USAGE', 'a'],
    ].flatMap((call): Call[] => [['MULTI'], ['GET', 'b'], call, ['EXEC'], call]),
    ['ZUNION', '2x', 'a', 'b'],
    ['LMPOP', '02', 'a', 'b', 'LEFT'],
    ['SINTERCARD', '2', 'a', 'b', 'x'],
    ['BZMPOP', 'x', '2', 'a', 'b', 'MIN'],
  ],
  'run what was queued': [
    ['MULTI'],
    ['SET', 'key', 'value'],
    ['GET', 'key'],
    ['HSET', 'key', 'field', 1],
    ['GET', 'nothing'],
    ['HGETALL', 'nothing'],
    ['PING'],
    ['SELECT', 1],
    ['EXEC'],
    ['MULTI'],
    ['EXEC'],
    ['EXEC'],
    ['DISCARD'],
    ['multi'],
    ['Exec'],
  ],
  'refuse what is wrong at once, and everything at EXEC': [
    ['MULTI'],
    ['NOTHING'],
    ['GET', 'key'],
    ['EXEC'],
    ['MULTI'],
    ['GET'],
    ['EXEC'],
    ['MULTI'],
    ['CONFIG', 'NOTHING'],
    ['EXEC'],
    ['MULTI'],
    ['MGET', 'a', 'b'],
    ['EXEC'],
    ['MULTI'],
    ['SHUTDOWN', 'NOSAVE'],
    ['EXEC'],
    ['MULTI'],
    ['GET', 'a'],
    ['GET', 'b'],
    ['EXEC'],
    ['MULTI', 'x'],
    ['EXEC', 'x'],
    ['DISCARD', 'x'],
  ],
  'refuse some commands without giving up': [
    ['MULTI'],
    ['MULTI'],
    ['WATCH', 'key'],
    ['SET', 'key', 'value'],
    ['UNWATCH'],
    ['EXEC'],
    ['MULTI'],
    ['WATCH'],
    ['EXEC'],
  ],
  'answer null when a watched key changed': [
    ['WATCH', 'key', 'key'],
    ['SET', 'key', 1],
    ['MULTI'],
    ['GET', 'key'],
    ['EXEC'],
    ['WATCH', 'key'],
    ['SET', 'key', 2],
    ['WATCH', 'other'],
    ['UNWATCH'],
    ['MULTI'],
    ['GET', 'key'],
    ['EXEC'],
    ['WATCH', 'key'],
    ['SET', 'key', 3],
    ['MULTI'],
    ['DISCARD'],
    ['MULTI'],
    ['GET', 'key'],
    ['EXEC'],
    ['WATCH', 'key'],
    ['SET', 'key', 4],
    ['MULTI'],
    ['GET'],
    ['EXEC'],
    ['WATCH', 'key'],
    ['DEL', 'key'],
    ['RESET'],
    ['MULTI'],
    ['GET', 'key'],
    ['EXEC'],
    ['WATCH'],
    ['UNWATCH', 'x'],
  ],
  'let what changes nothing pass': [
    ['WATCH', 'nothing'],
    ['DEL', 'nothing'],
    ['FLUSHALL'],
    ['MULTI'],
    ['SET', 'nothing', 'something'],
    ['EXEC'],
    ['WATCH', 'nothing'],
    ['GET', 'nothing'],
    ['MULTI'],
    ['SET', 'nothing', 1],
    ['GET', 'nothing'],
    ['EXEC'],
    ['WATCH', 'nothing'],
    ['FLUSHALL'],
    ['MULTI'],
    ['GET', 'nothing'],
    ['EXEC'],
  ],
  'end with RESET': [
    ['MULTI'],
    ['SET', 'key', 1],
    ['RESET'],
    ['EXEC'],
    ['MULTI'],
    ['CONFIG', 'SET', 'maxmemory', 'lots'],
    ['CLIENT', 'GETNAME'],
    ['ECHO', 'x'],
    ['TIME', 'x'],
    ['EXEC'],
    ['MULTI'],
    ['CONFIG', 'SET', 'maxmemory', 'lots'],
    ['CLIENT', 'GETNAME'],
    ['COMMAND', 'INFO', 'nothing'],
    ['WAIT', 3, 0],
    ['EXEC'],
  ],
};
