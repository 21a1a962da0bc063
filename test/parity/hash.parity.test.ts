import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

describeParity('hash commands answer as redis-server does', () => {
  for (const protocol of [2, 3] as const) {
    describe(`RESP${protocol}`, () => {
      let pair: Pair;
      beforeAll(async () => {
        pair = await Pair.start({ protocol });
      });
      afterAll(() => pair.stop());

      for (const [name, calls] of Object.entries(TABLES)) {
        it(name, async () => {
          await pair.same(['FLUSHALL']);
          await pair.sameAll(calls);
        });
      }

      it('a hash becomes a hash table by its number of fields', async () => {
        await pair.same(['FLUSHALL']);
        for (let field = 0; field < 514; field++) {
          await pair.same(['HSET', 'h', `f${field}`, field]);
          if (field > 508) await pair.same(['OBJECT', 'ENCODING', 'h']);
        }
        await pair.same(['HGETALL', 'h'], { unordered: 'pairs' });
        await pair.same(['HKEYS', 'h'], { unordered: 'items' });
        await pair.same(['HVALS', 'h'], { unordered: 'items' });
        await pair.same(['HDEL', 'h', ...Array.from({ length: 510 }, (_, field) => `f${field}`)]);
        await pair.same(['OBJECT', 'ENCODING', 'h']);
        await pair.same(['HGETALL', 'h'], { unordered: 'pairs' });
        await pair.same(['COPY', 'h', '{h}copy']);
        await pair.same(['HRANDFIELD', 'h', '10', 'WITHVALUES'], { unordered: 'pairs' });
      });

      it('fields given twice count before 7.2 once, since then twice', async () => {
        await pair.same(['FLUSHALL']);
        await pair.same(['HSET', 'h', ...Array.from({ length: 513 }, () => ['f', 'v']).flat()]);
        await pair.same(['OBJECT', 'ENCODING', 'h']);
        await pair.same(['HLEN', 'h']);
      });

      it('HSCAN goes once through a big hash, whatever the steps are', async () => {
        await pair.same(['FLUSHALL']);
        const fields = Array.from({ length: 1000 }, (_, field) => [`f${field}`, `v${field}`]).flat();
        await pair.same(['HSET', 'h', ...fields]);
        for (const options of [
          [],
          ['COUNT', '100'],
          ['MATCH', 'f1*'],
          ['MATCH', 'none'],
          ['COUNT', '5000'],
        ]) {
          const { theirs, ours } = await scanAll(pair, options);
          expect(ours, `HSCAN ${options.join(' ')}`).toEqual(theirs);
        }
      });

      it('HRANDFIELD draws members only, as many as asked for', async () => {
        await pair.same(['FLUSHALL']);
        await pair.same(['HSET', 'h', 'a', '1', 'b', '2', 'c', '3', 'd', '4']);
        for (const count of ['2', '3', '-10', '-1', '1']) {
          for (const options of [[], ['WITHVALUES']]) {
            const { theirs, ours } = await pair.both(['HRANDFIELD', 'h', count, ...options]);
            expect(shapeOf(ours), `HRANDFIELD h ${count}`).toEqual(shapeOf(theirs));
          }
        }
      });
    });
  }
});

/** What every step gave, sorted. */
async function scanAll(pair: Pair, options: Call): Promise<{ theirs: string[]; ours: string[] }> {
  const found = { theirs: new Set<string>(), ours: new Set<string>() };
  for (const side of ['theirs', 'ours'] as const) {
    let cursor = '0';
    do {
      const reply = (await pair.both(['HSCAN', 'h', cursor, ...options]))[side];
      const [next, items] = reply.value as readonly [TypedReply, TypedReply];
      const texts = (items.value as readonly TypedReply[]).map(({ value }) => String(value));
      for (let index = 0; index < texts.length; index += 2)
        found[side].add(`${texts[index]}=${texts[index + 1]}`);
      cursor = String(next.value);
    } while (cursor !== '0');
  }
  return { theirs: [...found.theirs].sort(), ours: [...found.ours].sort() };
}

/** The reply with every text reduced to whether it is a field or a value. */
function shapeOf(reply: TypedReply): unknown {
  if (Array.isArray(reply.value))
    return { type: reply.type, value: (reply.value as TypedReply[]).map(shapeOf) };
  return { type: reply.type, value: /^[abcd]$/.test(String(reply.value)) ? 'field' : 'value' };
}

const LONG = 'x'.repeat(65);
const LIMIT = 'x'.repeat(64);

const TABLES: Record<string, Call[]> = {
  'HSET, HMSET, HSETNX, HGET, HMGET': callsOf(`
    HSET h a 1
    HSET h a 2 b 3
    HSET h c 1 c 2 c 3
    HGET h c
    HGET h none
    HGET none a
    HMSET h d 4
    HMSET h d 4 e
    HSET h d 4 e
    HSET h d
    HMSET h d
    HSETNX h a 9
    HSETNX h z 9
    HSETNX h z
    HSETNX new a 1
    HGETALL new
    HMGET h a none z
    HMGET none a b
    HMGET h
    HGETALL h
    HKEYS h
    HVALS h
    HLEN h
    HGETALL none
    HKEYS none
    HVALS none
    HLEN none
    HEXISTS h a
    HEXISTS h none
    HEXISTS none a
    HSTRLEN h a
    HSTRLEN h none
    HSTRLEN none a
    HSET h '' ''
    HGET h ''
    HSTRLEN h ''
    HDEL h a
    HSET h a again
    HGETALL h
    HDEL h none
    HDEL h a b c d z ''
    EXISTS h
    HDEL h a
    HSET h a 1 b 2
    HDEL h a a b b c
    EXISTS h
    HDEL h
  `),
  'the wrong type': callsOf(`
    SET s v
    HSET s a 1
    HMSET s a 1
    HSETNX s a 1
    HGET s a
    HMGET s a
    HGETALL s
    HKEYS s
    HVALS s
    HLEN s
    HEXISTS s a
    HSTRLEN s a
    HDEL s a
    HINCRBY s a 1
    HINCRBY s a x
    HINCRBYFLOAT s a 1
    HINCRBYFLOAT s a x
    HINCRBYFLOAT s a inf
    HSCAN s 0
    HSCAN s x
    HSCAN s 0 BOGUS
    HRANDFIELD s
    HRANDFIELD s 1
    HRANDFIELD s x
    HSET s a
    GET s
  `),
  'binary fields and values': [
    ['HSET', 'h', Uint8Array.from({ length: 64 }, (_, byte) => byte * 4), Uint8Array.of(0, 255, 10, 13)],
    ['HSET', 'h', 'a\0b', '\u20ac'],
    ['HGETALL', 'h'],
    ['HGET', 'h', 'a\0b'],
    ['HSTRLEN', 'h', 'a\0b'],
    ['HSCAN', 'h', 0],
  ],
  HINCRBY: callsOf(`
    HINCRBY h n 5
    HINCRBY h n -7
    HINCRBY h n 9223372036854775807
    HINCRBY h n 9223372036854775807
    HINCRBY h n -9223372036854775808
    HSET h n 9223372036854775807 m -9223372036854775808
    HINCRBY h n 1
    HINCRBY h m -1
    HINCRBY h n x
    HINCRBY h n 1.5
    HINCRBY h n ''
    HSET h s abc f 1.5 z 007 e ''
    HINCRBY h s 1
    HINCRBY h f 1
    HINCRBY h z 1
    HINCRBY h e 1
    HINCRBY new n x
    EXISTS new
    HINCRBY h n
    HGETALL h
  `),
  HINCRBYFLOAT: callsOf(`
    HINCRBYFLOAT h f 0.1
    HINCRBYFLOAT h f 0.2
    HINCRBYFLOAT h f -0.3
    HINCRBYFLOAT h f 1e20
    HINCRBYFLOAT h f -1e20
    HSET h n 10 s abc i inf e ''
    HINCRBYFLOAT h n 1
    HINCRBYFLOAT h n 0.5
    HINCRBYFLOAT h n 5.0e3
    HINCRBYFLOAT h s 1
    HINCRBYFLOAT h e 1
    HINCRBYFLOAT h i 1
    HINCRBYFLOAT h n inf
    HINCRBYFLOAT h n -inf
    HINCRBYFLOAT h n nan
    HINCRBYFLOAT h n abc
    HINCRBYFLOAT h n ''
    HINCRBYFLOAT h n
    HINCRBYFLOAT new n abc
    EXISTS new
    HGETALL h
  `),
  'HSCAN and HRANDFIELD': callsOf(`
    HSCAN none 0
    HSCAN none 0 BOGUS
    HSCAN none x
    HSET h a 1 b 2 ab 3
    HSCAN h 0
    HSCAN h 17
    HSCAN h 0 MATCH a*
    HSCAN h 0 MATCH *
    HSCAN h 0 MATCH 1
    HSCAN h 0 COUNT 1
    HSCAN h 0 COUNT 1 MATCH b COUNT 2
    HSCAN h 0 COUNT 0
    HSCAN h 0 COUNT -1
    HSCAN h 0 COUNT x
    HSCAN h 0 COUNT
    HSCAN h 0 TYPE hash
    HSCAN h 0 BOGUS
    HSCAN h x
    HSCAN h ''
    HSCAN h -1
    HSCAN h 1x
    HSCAN h 18446744073709551615
    HSCAN h 18446744073709551616
    HSCAN h
    HRANDFIELD none
    HRANDFIELD none 5
    HRANDFIELD none 5 WITHVALUES
    HRANDFIELD h 3
    HRANDFIELD h 10
    HRANDFIELD h 10 WITHVALUES
    HRANDFIELD h 0
    HRANDFIELD h 0 WITHVALUES
    HRANDFIELD h x
    HRANDFIELD h 1 BOGUS
    HRANDFIELD h 1 WITHVALUES MORE
    HRANDFIELD h x BOGUS
    HRANDFIELD h 9223372036854775807
    HRANDFIELD h 9223372036854775808
    HRANDFIELD h -9223372036854775808
    HRANDFIELD h 9223372036854775807 WITHVALUES
    HRANDFIELD h -9223372036854775807 WITHVALUES
    HRANDFIELD h 4611686018427387903 WITHVALUES
    HRANDFIELD h 4611686018427387904 WITHVALUES
    HRANDFIELD
    DEL h
    HSET h only 1
    HRANDFIELD h
    HRANDFIELD h -3
    HRANDFIELD h -3 WITHVALUES
    HRANDFIELD h 1
    HRANDFIELD h 1 WITHVALUES
  `),
  'a hash becomes a hash table by the length of its fields and values': [
    ['HSET', 'h', 'a', LIMIT],
    ['OBJECT', 'ENCODING', 'h'],
    ['HSET', 'h', LIMIT, 'b'],
    ['OBJECT', 'ENCODING', 'h'],
    ['HSET', 'h', 'a', LONG],
    ['OBJECT', 'ENCODING', 'h'],
    ['HSET', 'h', 'a', '1'],
    ['OBJECT', 'ENCODING', 'h'],
    ['HSET', 'i', LONG, '1'],
    ['OBJECT', 'ENCODING', 'i'],
    ['HSETNX', 'j', 'f', LONG],
    ['OBJECT', 'ENCODING', 'j'],
    ['HSET', 'k', 'f', '1'],
    ['HSETNX', 'k', 'f', LONG],
    ['OBJECT', 'ENCODING', 'k'],
    ['HINCRBY', 'k', LONG, '1'],
    ['OBJECT', 'ENCODING', 'k'],
    ['HSET', 'l', 'f', '1'],
    ['HINCRBYFLOAT', 'l', 'f', '1e100'],
    ['OBJECT', 'ENCODING', 'l'],
    ['OBJECT', 'REFCOUNT', 'l'],
    ['RENAME', 'h', '{h}2'],
    ['OBJECT', 'ENCODING', '{h}2'],
  ],
};
