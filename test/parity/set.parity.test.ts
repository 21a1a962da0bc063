import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/time/random.js';
import { describeParity } from '../support/real-redis.js';
import { type Call, type CompareOptions, callsOf, Pair } from './compare.js';
import { SetCommands } from './random-set-commands.js';
import type { TypedReply } from './typed-reply.js';

const UNORDERED: CompareOptions = { normalise: sorted };

describeParity('set commands answer as redis-server does', () => {
  for (const protocol of [2, 3] as const) {
    describe(`RESP${protocol}`, () => {
      let pair: Pair;
      beforeAll(async () => {
        pair = await Pair.start({ protocol, config: { 'enable-debug-command': 'yes' } });
      });
      afterAll(() => pair.stop());

      for (const [name, calls] of Object.entries(TABLES)) {
        it(name, async () => {
          await pair.same(['FLUSHALL']);
          await pair.sameAll(calls, UNORDERED);
        });
      }

      it('integers are listed in their order, and so are small sets', async () => {
        await pair.same(['FLUSHALL']);
        const integers = [
          '5',
          '-1',
          '100000',
          '-9223372036854775808',
          '0',
          '9223372036854775807',
          '-70000',
          '12',
        ];
        await pair.same(['SADD', 'i', ...integers]);
        await pair.same(['SMEMBERS', 'i']);
        await pair.same(['SSCAN', 'i', '0']);
        await pair.same(['SRANDMEMBER', 'i', '100']);
        await pair.same(['SUNION', 'i', '{i}2']);
        await pair.same(['SREM', 'i', '0', '9223372036854775807']);
        await pair.same(['SMEMBERS', 'i']);
        if (pair.version === '7.0') return;
        await pair.same(['SADD', 'i', 'text', '7', 'more']);
        await pair.same(['SREM', 'i', '-1']);
        await pair.same(['SADD', 'i', '-1', 'b', 'a']);
        await pair.same(['SMEMBERS', 'i']);
        await pair.same(['SSCAN', 'i', '0']);
        await pair.same(['SUNION', 'i', '{i}2']);
      });

      it('SPOP and SRANDMEMBER draw members only, as many as asked for', async () => {
        for (const members of [INTEGERS, TEXTS, LONG_TEXTS, MANY]) {
          for (const count of ['1', '2', '5', '-7', '-1', '9']) {
            await pair.same(['DEL', 's']);
            await pair.same(['SADD', 's', ...members]);
            const drawn = await pair.both(['SRANDMEMBER', 's', count]);
            expect(countOf(drawn.ours), `SRANDMEMBER s ${count}`).toBe(countOf(drawn.theirs));
            for (const member of membersOf(drawn.ours)) expect(members).toContain(member);
            if (count.startsWith('-')) continue;
            const popped = await pair.both(['SPOP', 's', count]);
            expect(countOf(popped.ours), `SPOP s ${count}`).toBe(countOf(popped.theirs));
            expect(popped.ours.type).toBe(popped.theirs.type);
            for (const member of membersOf(popped.ours)) {
              await expect(pair.both(['SISMEMBER', 's', member])).resolves.toMatchObject({
                ours: { value: '0' },
              });
            }
            await pair.same(['SCARD', 's']);
            await pair.same(['OBJECT', 'ENCODING', 's']);
          }
        }
      });

      it('taking all but a few chooses the encoding anew', async () => {
        for (const members of [INTEGERS, TEXTS, MANY]) {
          await pair.same(['DEL', 's']);
          await pair.same(['SADD', 's', ...members]);
          await pair.both(['SPOP', 's', members.length - 1]);
          await pair.same(['SCARD', 's']);
          if (pair.version === '7.2' || members !== TEXTS) await pair.same(['OBJECT', 'ENCODING', 's']);
          await pair.both(['SPOP', 's']);
          await pair.same(['EXISTS', 's']);
        }
      });

      it('SSCAN goes once through a big set, whatever the steps are', async () => {
        await pair.same(['DEL', 's']);
        await pair.same(['SADD', 's', ...MANY]);
        for (const options of [
          [],
          ['COUNT', '100'],
          ['MATCH', 'member:1*'],
          ['MATCH', 'x'],
          ['COUNT', '5000'],
        ]) {
          expect(await scanAll(pair, 'ours', options)).toEqual(await scanAll(pair, 'theirs', options));
        }
      });
    });
  }

  for (const config of CONFIGURATIONS) {
    it(`random sequences with ${JSON.stringify(config)}`, { timeout: 30_000 }, async () => {
      // Compression would make the length of a dump depend on the order in a hash table.
      const fixed = { 'enable-debug-command': 'yes', rdbcompression: 'no' };
      await using pair = await Pair.start({ config: { ...fixed, ...config } });
      // Where a set may become a hash table before or after its first text comes, 7.2 is not predictable.
      const comparesEncodings = pair.version === '7.0' || Object.keys(config).length === 0;
      const commands = new SetCommands(new Random(7));
      for (let round = 0; round < 60; round++) {
        await pair.sameAll(
          Array.from({ length: 40 }, () => commands.next()),
          UNORDERED,
        );
        for (const key of commands.keys) {
          await pair.same(['DEBUG', 'DIGEST-VALUE', key]);
          if (!comparesEncodings) continue;
          await pair.same(['OBJECT', 'ENCODING', key]);
          await pair.same(['DEBUG', 'OBJECT', key], {
            normalise: ({ value }) => /serializedlength:\d+/.exec(String(value))?.[0] ?? value,
          });
        }
      }
    });
  }
});

/** Arrays and sets sorted, whatever depth they are at: the order in a hash table is nobody's business. */
function sorted(reply: TypedReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = (reply.value as readonly TypedReply[]).map(sorted);
  return { ...reply, value: items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}

async function scanAll(pair: Pair, side: 'ours' | 'theirs', options: Call): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const reply = (await pair.both(['SSCAN', 's', cursor, ...options]))[side];
    const [next, items] = reply.value as readonly [TypedReply, TypedReply];
    for (const { value } of items.value as readonly TypedReply[]) found.add(String(value));
    cursor = String(next.value);
  } while (cursor !== '0');
  return [...found].sort();
}

function membersOf(reply: TypedReply): string[] {
  return (reply.value as readonly TypedReply[]).map(({ value }) => String(value));
}

function countOf(reply: TypedReply): number {
  return membersOf(reply).length;
}

const INTEGERS = ['1', '2', '30', '-4', '5000', '60', '7'];
const TEXTS = ['a', 'b', 'c', 'd', 'e', '1', '2'];
const LONG_TEXTS = ['a', 'b'.repeat(100), 'c', '4', 'e', 'f', 'g'];
const MANY = Array.from({ length: 600 }, (_, index) => `member:${index}`);
const X64 = 'x'.repeat(64);
const X65 = 'x'.repeat(65);
const SOME_INTEGERS = Array.from({ length: 512 }, (_, index) => String(index - 100));

const CONFIGURATIONS: Record<string, string>[] = [
  {},
  { 'set-max-intset-entries': '4' },
  { 'set-max-intset-entries': '0' },
];

const TABLES: Record<string, Call[]> = {
  'putting in and taking out': callsOf(`
    SADD s a
    SADD s a b c a
    SADD s
    SCARD s
    SCARD none
    SMEMBERS s
    SMEMBERS none
    SISMEMBER s a
    SISMEMBER s z
    SISMEMBER none a
    SMISMEMBER s a z c
    SMISMEMBER none a z
    SMISMEMBER s
    SREM s a z
    SREM s z
    SREM none a
    SREM s
    SMEMBERS s
    SADD s ''
    SISMEMBER s ''
    SREM s b c ''
    EXISTS s
    SADD s a
    SREM s a a b
    EXISTS s
    TYPE s
    SADD i 1 2 3
    SISMEMBER i 1
    SISMEMBER i 01
    SISMEMBER i +1
    SISMEMBER i x
    SREM i 01 x
    SREM i 1 2 3
    EXISTS i
    SMEMBERS
    SISMEMBER s
  `),
  moving: callsOf(`
    SADD {s}1 a b 1
    SADD {s}2 1 2 3
    SMOVE {s}1 {s}2 a
    SMOVE {s}1 {s}2 z
    SMOVE {s}1 {s}2 1
    SMOVE {s}1 {s}1 b
    SMOVE {s}1 {s}1 z
    SMOVE {s}none {s}2 a
    SMOVE {s}1 {s}new b
    EXISTS {s}1
    OBJECT ENCODING {s}new
    OBJECT ENCODING {s}2
    SMEMBERS {s}2
    SET {s}text v
    SMOVE {s}none {s}text a
    SMOVE {s}2 {s}text a
    SMOVE {s}text {s}2 a
    SMOVE {s}2 {s}3
    SMOVE {s}2 {s}int 2
    OBJECT ENCODING {s}int
  `),
  'the algebra': callsOf(`
    SADD {s}1 a b c d 1 2 3
    SADD {s}2 c d e 2 3 4
    SADD {s}3 1 2 3 4 5
    SINTER {s}1 {s}2
    SINTER {s}1 {s}2 {s}3
    SINTER {s}1
    SINTER {s}1 {s}1
    SINTER {s}1 {s}none
    SINTER {s}none
    SUNION {s}1 {s}2 {s}3
    SUNION {s}none {s}3
    SUNION {s}none
    SDIFF {s}1 {s}2
    SDIFF {s}1 {s}2 {s}3
    SDIFF {s}1 {s}1
    SDIFF {s}1 {s}none
    SDIFF {s}none {s}1
    SDIFF {s}3 {s}1 {s}2
    SINTERSTORE {s}r {s}1 {s}2
    SMEMBERS {s}r
    OBJECT ENCODING {s}r
    SINTERSTORE {s}r {s}1 {s}3
    OBJECT ENCODING {s}r
    SINTERSTORE {s}r {s}3 {s}none
    EXISTS {s}r
    SINTERSTORE {s}r {s}3 {s}none
    SUNIONSTORE {s}r {s}1 {s}2
    OBJECT ENCODING {s}r
    SMEMBERS {s}r
    SUNIONSTORE {s}r {s}3 {s}none
    OBJECT ENCODING {s}r
    SDIFFSTORE {s}r {s}1 {s}2
    OBJECT ENCODING {s}r
    SMEMBERS {s}r
    SDIFFSTORE {s}r {s}1 {s}1
    EXISTS {s}r
    SUNIONSTORE {s}r {s}none
    SUNIONSTORE {s}1 {s}1 {s}3
    SMEMBERS {s}1
    SET {s}text v EX 1000
    SUNIONSTORE {s}text {s}3
    TYPE {s}text
    TTL {s}text
    SET {s}text v
    SINTERSTORE {s}text {s}none
    EXISTS {s}text
    SINTERCARD 2 {s}1 {s}2
    SINTERCARD 2 {s}1 {s}2 LIMIT 1
    SINTERCARD 2 {s}1 {s}2 LIMIT 0
    SINTERCARD 2 {s}1 {s}2 limit 100
    SINTERCARD 2 {s}1 {s}none
    SINTERCARD 1 {s}1
    SINTERCARD 0 {s}1
    SINTERCARD x {s}1
    SINTERCARD -1 {s}1
    SINTERCARD 3 {s}1 {s}2
    SINTERCARD 2 {s}1 {s}2 LIMIT
    SINTERCARD 2 {s}1 {s}2 LIMIT -1
    SINTERCARD 2 {s}1 {s}2 LIMIT x
    SINTERCARD 2 {s}1 {s}2 BOGUS 1
    SINTERCARD 1 {s}1 {s}2
    SINTERCARD 2 {s}1 {s}2 LIMIT 1 LIMIT 2
    SINTERCARD 9223372036854775807 {s}1
    SINTERCARD 1
    SINTER
    SINTERSTORE {s}r
  `),
  drawing: callsOf(`
    SPOP none
    SPOP none 1
    SPOP none 0
    SPOP none -1
    SPOP none x
    SRANDMEMBER none
    SRANDMEMBER none 1
    SRANDMEMBER none -1
    SRANDMEMBER none x
    SADD s only
    SRANDMEMBER s
    SRANDMEMBER s 1
    SRANDMEMBER s 10
    SRANDMEMBER s -3
    SRANDMEMBER s 0
    SRANDMEMBER s x
    SRANDMEMBER s 1 1
    SRANDMEMBER s 9223372036854775807
    SRANDMEMBER s 9223372036854775808
    SRANDMEMBER s -9223372036854775808
    SPOP s 0
    SPOP s -1
    SPOP s x
    SPOP s 1 1
    SPOP s 9223372036854775807
    EXISTS s
    SADD s only
    SPOP s
    EXISTS s
    SADD s a b c
    SPOP s 3
    EXISTS s
    SADD s 1 2 3
    SPOP s 10
    EXISTS s
    SPOP
    SRANDMEMBER
  `),
  SSCAN: callsOf(`
    SSCAN none 0
    SSCAN none 0 BOGUS
    SSCAN none x
    SADD s a ab b
    SSCAN s 0
    SSCAN s 0 MATCH a*
    SSCAN s 0 COUNT 1 MATCH b COUNT 20
    SSCAN s 0 COUNT 0
    SSCAN s 0 COUNT x
    SSCAN s 0 TYPE set
    SSCAN s 0 BOGUS
    SSCAN s x
    SSCAN s
    SADD i 1 2 10
    SSCAN i 0
    SSCAN i 0 MATCH 1*
    SSCAN i 5 COUNT 1
  `),
  'the wrong type': callsOf(`
    SET s v
    SADD s a
    SREM s a
    SCARD s
    SMEMBERS s
    SISMEMBER s a
    SMISMEMBER s a
    SPOP s
    SPOP s 1
    SPOP s 0
    SPOP s x
    SRANDMEMBER s
    SRANDMEMBER s 1
    SRANDMEMBER s x
    SSCAN s 0
    SSCAN s x
    SSCAN s 0 BOGUS
    SADD {s}2 a
    SINTER {s}2 s
    SINTER {s}none s
    SUNION {s}none s
    SDIFF {s}2 s
    SINTERSTORE {s}3 {s}none s
    SUNIONSTORE {s}3 {s}2 s
    SDIFFSTORE {s}3 s
    SINTERCARD 2 {s}none s
    EXISTS {s}3
    GET {s}2
    LPUSH {s}2 a
    HSET {s}2 a b
  `),
  encodings: [
    ['SADD', 'a', '1', '2', '3'],
    ['OBJECT', 'ENCODING', 'a'],
    ['SADD', 'a', 'x'],
    ['OBJECT', 'ENCODING', 'a'],
    ['SADD', 'b', 'x', '1'],
    ['OBJECT', 'ENCODING', 'b'],
    ['SADD', 'b', X64],
    ['OBJECT', 'ENCODING', 'b'],
    ['SADD', 'b', X65],
    ['OBJECT', 'ENCODING', 'b'],
    ['SREM', 'b', X65, X64, 'x'],
    ['OBJECT', 'ENCODING', 'b'],
    ['SADD', 'c', X65],
    ['OBJECT', 'ENCODING', 'c'],
    ['SADD', 'd', '1', X65],
    ['OBJECT', 'ENCODING', 'd'],
    ['SADD', 'e', ...SOME_INTEGERS],
    ['OBJECT', 'ENCODING', 'e'],
    ['SADD', 'e', 'text'],
    ['OBJECT', 'ENCODING', 'e'],
    ['SADD', 'f', ...SOME_INTEGERS],
    ['SADD', 'f', '1000'],
    ['OBJECT', 'ENCODING', 'f'],
    ['SADD', 'g', ...SOME_INTEGERS, '1000'],
    ['OBJECT', 'ENCODING', 'g'],
    ['SADD', 'h', ...MANY.slice(0, 128)],
    ['OBJECT', 'ENCODING', 'h'],
    ['SADD', 'h', 'one more'],
    ['OBJECT', 'ENCODING', 'h'],
    ['SADD', 'i', ...MANY.slice(0, 129)],
    ['OBJECT', 'ENCODING', 'i'],
    ['SADD', 'j', ...Array.from({ length: 129 }, () => 'x')],
    ['OBJECT', 'ENCODING', 'j'],
    ['SADD', 'k', 'x'],
    ['SADD', 'k', ...Array.from({ length: 129 }, () => 'x')],
    ['OBJECT', 'ENCODING', 'k'],
    ['SADD', 'l', '1'],
    ['SADD', 'l', ...Array.from({ length: 513 }, () => '1')],
    ['OBJECT', 'ENCODING', 'l'],
    ['SADD', 'm', '1', ...MANY.slice(0, 127)],
    ['OBJECT', 'ENCODING', 'm'],
    ['SADD', 'n', '1', ...Array.from({ length: 512 }, () => '1')],
    ['OBJECT', 'ENCODING', 'n'],
    ['COPY', 'a', '{a}2'],
    ['OBJECT', 'ENCODING', '{a}2'],
    ['COPY', 'h', '{h}2'],
    ['OBJECT', 'ENCODING', '{h}2'],
    ['SMEMBERS', '{h}2'],
    ['SINTERSTORE', '{e}r', 'e', 'e'],
    ['OBJECT', 'ENCODING', '{e}r'],
    ['SREM', 'e', 'text'],
    ['SINTERSTORE', '{e}r', 'e', 'e'],
    ['OBJECT', 'ENCODING', '{e}r'],
    ['SUNIONSTORE', '{e}r', 'e'],
    ['OBJECT', 'ENCODING', '{e}r'],
    ['SDIFFSTORE', '{e}r', 'e'],
    ['OBJECT', 'ENCODING', '{e}r'],
    ['DEBUG', 'DIGEST-VALUE', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
    ['SADD', 'o', Uint8Array.of(0, 255, 128), 'a\0b', '\u20ac'],
    ['SMEMBERS', 'o'],
    ['SISMEMBER', 'o', 'a\0b'],
  ],
};
