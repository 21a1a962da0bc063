import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair, show } from './compare.js';
import type { TypedReply } from './typed-reply.js';

describeParity('commands on keys answer as redis-server does', () => {
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

      it('lives are rounded as they are there', async () => {
        await pair.same(['SET', 'k', 'v']);
        for (const [call, asked] of LIVES) {
          await pair.same(call);
          const { theirs, ours } = await pair.both(asked);
          expect(Math.abs(Number(ours.value) - Number(theirs.value)), show(call)).toBeLessThan(2000);
        }
      });

      it('KEYS matches the same keys', async () => {
        await pair.same(['FLUSHALL']);
        await pair.same(['MSET', ...KEYS.flatMap((key) => [key, ''])]);
        for (const pattern of PATTERNS) await pair.same(['KEYS', pattern], { unordered: 'items' });
      });

      it('SCAN goes once through all keys, whatever the steps are', async () => {
        await pair.same(['FLUSHALL']);
        const keys = Array.from({ length: 500 }, (_, index) =>
          index % 2 === 0 ? `k${index}` : `{tag}${index}`,
        );
        await pair.sameAll(
          keys.map((key, index) => (index % 5 === 0 ? ['HSET', key, 'f', 'v'] : ['SET', key, 'v'])),
        );
        const optionSets = [
          [],
          ['COUNT', '1'],
          ['COUNT', '1000'],
          ['MATCH', '*7'],
          ['TYPE', 'hash'],
          ['TYPE', 'HaSh'],
        ];
        for (const options of [
          ...optionSets,
          ['TYPE', 'none'],
          ['MATCH', '{tag}*', 'TYPE', 'string', 'COUNT', '7'],
        ]) {
          const { theirs, ours } = await scanAll(pair, options);
          expect(ours, `SCAN ${options.join(' ')}`).toEqual(theirs);
        }
      });

      it('RANDOMKEY names a key', async () => {
        await pair.same(['FLUSHALL']);
        await pair.same(['RANDOMKEY']);
        await pair.same(['SET', 'only', 'v']);
        await pair.same(['RANDOMKEY']);
      });
    });
  }
});

/** What every step of SCAN gave, sorted. */
async function scanAll(pair: Pair, options: Call): Promise<{ theirs: string[]; ours: string[] }> {
  const found = { theirs: new Set<string>(), ours: new Set<string>() };
  for (const side of ['theirs', 'ours'] as const) {
    let cursor = '0';
    do {
      const reply = (await pair.both(['SCAN', cursor, ...options]))[side];
      const [next, keys] = reply.value as readonly [TypedReply, TypedReply];
      for (const { value } of keys.value as readonly TypedReply[]) found[side].add(String(value));
      cursor = String(next.value);
    } while (cursor !== '0');
  }
  return { theirs: [...found.theirs].sort(), ours: [...found.ours].sort() };
}

const LIVES: readonly (readonly [Call, Call])[] = [
  [
    ['EXPIRE', 'k', 1000],
    ['PTTL', 'k'],
  ],
  [
    ['PEXPIRE', 'k', 1_000_499],
    ['PTTL', 'k'],
  ],
  [
    ['SET', 'k', 'v', 'EX', 5000],
    ['PTTL', 'k'],
  ],
  [
    ['GETEX', 'k', 'PX', 7_000_000],
    ['PTTL', 'k'],
  ],
  [
    ['SETEX', 'k', 9000, 'v'],
    ['PTTL', 'k'],
  ],
];

const KEYS = [
  'a',
  'ab',
  'abc',
  'b',
  'B',
  'a*c',
  'a?c',
  '[x]',
  'x-y',
  'back\\slash',
  '',
  '1',
  '12',
  'h\u00e9',
  'a\0b',
].map((key) => `{k}${key}`);

const PATTERNS = [
  ...[
    '*',
    '**',
    '?',
    '??',
    '',
    'a*',
    '*c',
    'a?c',
    'a\\*c',
    'a\\?c',
    '[ab]',
    '[^ab]',
    '[a-b]',
    '[b-a]',
    '[a-',
    '[a',
  ],
  ...[
    '[',
    '[]',
    '[^',
    '\\',
    'a\\',
    '*\\',
    '[\\]x]*',
    '\\[x\\]',
    'x[+--]y',
    'back\\\\slash',
    '*a*b*c*',
    '[1-9]',
    'h??',
  ],
  ...['h[\u00e9]?', 'h[^a-z]*', 'a\0b', 'a?b', '[A-Z]', '[a-zA-Z]*', '*[*]*', '***a', 'a***', '*?*?*'],
].map((pattern) => `{k}${pattern}`);

const TABLES: Record<string, Call[]> = {
  'EXPIRE and its conditions': callsOf(`
    EXPIRE none 10
    SET k v
    EXPIRE k 1000
    TTL k
    PEXPIREAT k 4102444800123
    PEXPIRETIME k
    EXPIRETIME k
    PEXPIREAT k 4102444800500
    EXPIRETIME k
    PEXPIREAT k 4102444800499
    EXPIRETIME k
    EXPIREAT k 4102444800 NX
    EXPIREAT k 4102444801 XX
    EXPIREAT k 4102444800 GT
    EXPIREAT k 4102444801 GT
    EXPIREAT k 4102444802 GT
    EXPIREAT k 4102444803 LT
    EXPIREAT k 4102444802 LT
    EXPIREAT k 4102444801 LT
    EXPIREAT k 4102444900 XX GT
    EXPIREAT k 4102444000 XX LT
    EXPIRETIME k
    EXPIREAT k 4102444000 NX XX
    EXPIREAT k 4102444000 NX GT
    EXPIREAT k 4102444000 LT NX
    EXPIREAT k 4102444000 GT LT
    EXPIREAT k 4102444000 GT LT NX
    EXPIREAT k 4102444000 BOGUS
    EXPIREAT k x BOGUS
    EXPIREAT k x NX XX
    PERSIST k
    PERSIST k
    PERSIST none
    EXPIREAT k 4102444000 XX
    EXPIREAT k 4102444000 GT
    EXPIREAT k 4102444000 LT
    EXPIRETIME k
    PERSIST k
    EXPIREAT k 4102444000 nx nx
    EXPIRE k x
    EXPIRE k 1.5
    EXPIRE k ''
    EXPIRE k 9223372036854775807
    EXPIRE k -9223372036854775808
    EXPIRE k 9223372036854775
    EXPIREAT k 9223372036854775
    PEXPIRETIME k
    EXPIREAT k 9223372036854776
    EXPIREAT k -9223372036854776
    PEXPIRE k 9223372036854775807
    PEXPIREAT k 9223372036854775807
    PEXPIRETIME k
    PEXPIREAT k 9007199254740993
    PEXPIRETIME k
    PEXPIREAT k 9007199254740992 LT
    PEXPIRETIME k
    PEXPIREAT k 9007199254740992 GT
    EXPIRE none x
    EXPIRE none 10 BOGUS
    EXPIRE k 1000
    EXPIRE k 0
    EXISTS k
    SET k v
    EXPIRE k -1
    EXISTS k
    SET k v
    PEXPIREAT k 1000
    EXISTS k
    SET k v EX 1000
    EXPIREAT k 1 NX
    EXISTS k
    EXPIREAT k 1 GT
    EXISTS k
    EXPIREAT k 1 LT
    EXISTS k
    HSET h f v
    EXPIREAT h 4102444800
    HSET h f w
    EXPIRETIME h
    EXPIRE h -9223372036854775
    EXISTS h
    EXPIRE
    EXPIRE k
    PERSIST
    TTL none
    PTTL none
    EXPIRETIME none
    PEXPIRETIME none
    SET p v
    TTL p
    PTTL p
    EXPIRETIME p
    PEXPIRETIME p
    TTL
  `).concat([
    ['SET', 'k', 'v'],
    ['EXPIRE', 'k', '10', 'line\r\nbreak'],
    ['EXPIRE', 'k', '10', 'nul\0after'],
    ['EXPIRE', 'k', '1000', 'nx\0after'],
  ]),
  'DEL, UNLINK, EXISTS, TOUCH, TYPE': callsOf(`
    MSET {d}a 1 {d}b 2 {d}c 3
    EXISTS {d}a {d}b {d}a {d}none
    TOUCH {d}a {d}b {d}a {d}none
    TYPE {d}a
    HSET {d}h f v
    TYPE {d}h
    TYPE {d}none
    DEL {d}a {d}a {d}none
    UNLINK {d}b {d}h {d}b
    DEL {d}none
    EXISTS {d}a
    DEL
    UNLINK
    EXISTS
    TOUCH
    TYPE
    TYPE {d}a {d}b
    DEL {d}a {other}a
  `),
  'RENAME, RENAMENX, COPY, MOVE': callsOf(`
    RENAME {r}none {r}b
    RENAMENX {r}none {r}b
    RENAME {r}none {r}none
    SET {r}a 1
    RENAME {r}a {r}a
    RENAMENX {r}a {r}a
    RENAME {r}a {r}b
    GET {r}b
    EXISTS {r}a
    EXPIREAT {r}b 4102444800
    SET {r}c 2
    RENAMENX {r}b {r}c
    RENAMENX {r}b {r}d
    EXPIRETIME {r}d
    SET {r}e 5 EXAT 5000000000
    RENAME {r}c {r}e
    EXPIRETIME {r}e
    GET {r}e
    HSET {r}h f v
    RENAME {r}h {r}e
    TYPE {r}e
    COPY {r}none {r}x
    COPY {r}e {r}x
    HGETALL {r}x
    HSET {r}x g w
    HGETALL {r}e
    COPY {r}d {r}x
    COPY {r}d {r}x REPLACE
    GET {r}x
    EXPIRETIME {r}x
    COPY {r}x {r}x
    COPY {r}x {r}x REPLACE
    COPY {r}none {r}none
    COPY {r}x {r}y DB 0
    COPY {r}x {r}z DB 1
    COPY {r}x {r}x DB 1
    COPY {r}x {r}z DB 16
    COPY {r}x {r}z DB -1
    COPY {r}x {r}z DB x
    COPY {r}x {r}z DB 99999999999
    COPY {r}x {r}z DB 9223372036854775808
    COPY {r}x {r}z DB
    COPY {r}x {r}z BOGUS
    COPY {r}x {r}z REPLACE REPLACE
    COPY {r}x {r}z replace db 0 DB 0
    COPY {r}x
    RENAME {r}x
    RENAME {r}x {other}x
    COPY {r}x {other}x
    MOVE {r}x 1
    MOVE {r}x x
    MOVE {r}none 1
    MOVE {r}x
  `),
  'SCAN and KEYS arguments': callsOf(`
    SCAN 0
    SCAN 0 COUNT 0
    SCAN 0 COUNT -1
    SCAN 0 COUNT x
    SCAN 0 COUNT 9223372036854775808
    SCAN 0 COUNT
    SCAN 0 MATCH
    SCAN 0 TYPE
    SCAN 0 BOGUS
    SCAN 0 BOGUS 1
    SCAN 0 TYPE bogus
    SCAN x
    SCAN 1x
    SCAN +
    SCAN -
    SCAN ''
    SCAN +0
    SCAN 00
    SCAN -0
    SCAN 18446744073709551616
    SCAN
    SET k v
    SCAN 0 COUNT 1000
    SCAN 0 MATCH k COUNT 1000
    SCAN 0 TYPE string COUNT 1000
    SCAN 0 type STRING match k* count 1000
    SCAN 0 TYPE hash COUNT 1000
    SCAN x BOGUS
    KEYS
    KEYS k
    KEYS none
    RANDOMKEY x
    DBSIZE
  `).concat([
    ['SCAN', ' 0'],
    ['SCAN', '0 '],
    ['SCAN', '\t0'],
    ['SCAN', '0\0x'],
  ]),
  OBJECT: callsOf(`
    OBJECT ENCODING none
    OBJECT REFCOUNT none
    OBJECT IDLETIME none
    OBJECT FREQ none
    SET k v
    OBJECT IDLETIME k
    OBJECT FREQ k
    OBJECT encoding k
    OBJECT
    OBJECT ENCODING
    OBJECT ENCODING k x
    OBJECT BOGUS k
    OBJECT BOGUS
    OBJECT HELP x
    CONFIG SET maxmemory-policy allkeys-lfu
    SET new v
    OBJECT IDLETIME new
    OBJECT FREQ new
    OBJECT FREQ none
    CONFIG SET maxmemory-policy allkeys-lru
    OBJECT FREQ new
    CONFIG SET maxmemory-policy noeviction
  `),
};
