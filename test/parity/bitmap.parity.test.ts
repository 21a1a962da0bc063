import { afterAll, beforeAll, describe, it } from 'vitest';
import { Random } from '../../src/time/random.js';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';

describeParity('bitmap commands answer as redis-server does', () => {
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

      it('BITCOUNT and BITPOS in every range', async () => {
        await pair.same(['SET', 'b', Uint8Array.of(0, 0x5a, 255, 255, 1, 0)]);
        const edges = [
          -60, -49, -48, -47, -17, -6, -5, -1, 0, 1, 5, 6, 7, 8, 9, 15, 16, 31, 39, 40, 47, 48, 60,
        ];
        const ranges = edges.flatMap((start) => edges.map((end) => [start, end] as const));
        await pair.sameAll(
          ranges.flatMap(([start, end]): Call[] => [
            ['BITCOUNT', 'b', start, end],
            ['BITCOUNT', 'b', start, end, 'BIT'],
            ['BITPOS', 'b', 1, start, end, 'bit'],
            ['BITPOS', 'b', 0, start, end, 'BIT'],
            ['BITPOS', 'b', 0, start, end],
            ['BITPOS', 'b', 1, start, end, 'byte'],
          ]),
        );
        await pair.sameAll(
          edges.flatMap((start): Call[] => [
            ['BITPOS', 'b', 0, start],
            ['BITPOS', 'b', 1, start],
          ]),
        );
      });

      it('whatever the order of commands', async () => {
        await pair.same(['FLUSHALL']);
        const random = new Random(protocol);
        await pair.sameAll(Array.from({ length: 2000 }, () => randomCall(random)));
        await pair.sameAll(KEYS.map((key) => ['GET', key]));
      });
    });
  }
});

const KEYS = ['{b}1', '{b}2', '{b}3', '{b}4'];

function randomCall(random: Random): Call {
  const oneOf = <T>(choices: readonly T[]): T => choices[random.below(choices.length)] as T;
  const key = (): string => oneOf(KEYS);
  const number = (): string =>
    oneOf([
      String(random.below(300)),
      String(-random.below(300)),
      '9223372036854775807',
      '-9223372036854775808',
      '0',
      '1',
    ]);
  const field = (): string[] => [
    oneOf(['u', 'i']) + String(1 + random.below(63)),
    oneOf(['', '#']) + String(random.below(40)),
  ];
  const operation = (): string[] =>
    oneOf<() => string[]>([
      () => ['GET', ...field()],
      () => ['SET', ...field(), number()],
      () => ['INCRBY', ...field(), number()],
      () => ['OVERFLOW', oneOf(['WRAP', 'sat', 'FAIL'])],
      () => ['SET', 'i64', String(random.below(100)), number()],
      () => ['INCRBY', 'i64', String(random.below(100)), number()],
    ])();
  const operations = (): string[] => Array.from({ length: 1 + random.below(4) }, operation).flat();
  return oneOf<() => Call>([
    () => ['SETBIT', key(), random.below(200), random.below(2)],
    () => ['GETBIT', key(), random.below(220)],
    () => ['BITCOUNT', key()],
    () => ['BITPOS', key(), random.below(2)],
    () => ['BITOP', oneOf(['AND', 'OR', 'XOR']), key(), ...Array.from({ length: 1 + random.below(3) }, key)],
    () => ['BITOP', 'NOT', key(), key()],
    () => ['BITFIELD', key(), ...operations()],
    () => ['BITFIELD', key(), ...operations()],
    () => ['BITFIELD_RO', key(), 'GET', ...field()],
    () => ['STRLEN', key()],
    () => ['GET', key()],
    () => ['OBJECT', 'ENCODING', key()],
    () => (random.below(8) === 0 ? ['DEL', key()] : ['SET', key(), oneOf(['12345', 'abc', ''])]),
  ])();
}

const TABLES: Readonly<Record<string, readonly Call[]>> = {
  'SETBIT and GETBIT': callsOf(`
    SETBIT b 7 1
    GET b
    SETBIT b 7 1
    SETBIT b 7 0
    SETBIT b 100 0
    STRLEN b
    GETBIT b 100
    GETBIT b 1000000
    GETBIT none 0
    SETBIT b -1 1
    SETBIT b x 1
    SETBIT b #1 1
    SETBIT b 1 2
    SETBIT b 1 -1
    SETBIT b 1 x
    SETBIT b 4294967296 1
    SETBIT b 9223372036854775807 1
    GETBIT b 4294967296
    GETBIT b 4294967295
    GETBIT b x
    GETBIT b -1
    SETBIT b 1
    GETBIT b
    SET n 123
    OBJECT ENCODING n
    SETBIT n 6 1
    OBJECT ENCODING n
    GET n
    SET n 123
    SETBIT n 7 1
    OBJECT ENCODING n
    GETBIT n 2
    SET e 5 PXAT 4102444800000
    SETBIT e 0 1
    PEXPIRETIME e
    SETBIT new 0 0
    EXISTS new
  `),
  BITCOUNT: callsOf(`
    BITCOUNT none
    BITCOUNT none x y
    BITCOUNT none 1
    SET b foobar
    BITCOUNT b
    BITCOUNT b 0 0
    BITCOUNT b 1 -1
    BITCOUNT b 5 30 BIT
    BITCOUNT b 5 30 bogus
    BITCOUNT b 0
    BITCOUNT b 0 1 BIT more
    BITCOUNT b x 1
    BITCOUNT b 1 x
    BITCOUNT b -1 -5
    BITCOUNT b -1 -5 bogus
    BITCOUNT b -9223372036854775808 9223372036854775807
    BITCOUNT b -9223372036854775808 9223372036854775807 BIT
    SET n 12345
    BITCOUNT n
    SET e ''
    BITCOUNT e
    BITCOUNT e 0 -1
    BITCOUNT e 0 -1 BIT
    BITCOUNT
  `),
  BITPOS: callsOf(`
    BITPOS none 0
    BITPOS none 1
    BITPOS none 1 x
    BITPOS none 2
    BITPOS none x
    SET b foobar
    BITPOS b 1
    BITPOS b 0
    BITPOS b 2
    BITPOS b 1 x
    BITPOS b 1 0 x
    BITPOS b 1 0 x bogus
    BITPOS b 1 0 -1 bogus
    BITPOS b 1 0 -1 BIT more
    BITPOS b 1 100
    BITPOS b 0 100
    SETBIT ones 0 1
    BITFIELD ones SET u8 0 255 SET u8 8 255
    BITPOS ones 0
    BITPOS ones 0 0
    BITPOS ones 0 1
    BITPOS ones 0 0 -1
    BITPOS ones 0 0 -1 BIT
    BITPOS ones 0 2
    BITPOS ones 1 2
    SET e ''
    BITPOS e 0
    BITPOS e 1
    BITPOS e 0 0 -1
    BITPOS b
  `),
  BITOP: callsOf(`
    SET {x}a foof
    SET {x}b foobar
    SET {x}n 123
    BITOP AND {x}d {x}a {x}b
    GET {x}d
    OBJECT ENCODING {x}d
    BITOP or {x}d {x}a {x}b {x}none
    GET {x}d
    BITOP XOR {x}d {x}a {x}b {x}n
    GET {x}d
    BITOP NOT {x}d {x}n
    GET {x}d
    BITOP NOT {x}d {x}a {x}b
    BITOP NAND {x}d {x}a
    BITOP toString {x}d {x}a
    BITOP AND {x}d {x}none
    EXISTS {x}d
    BITOP AND {x}d {x}none {x}none2
    SET {x}d old EX 1000
    BITOP AND {x}d {x}a
    TTL {x}d
    LPUSH {x}l 1
    BITOP AND {x}d {x}a {x}l
    BITOP AND {x}l {x}a
    GET {x}l
    BITOP AND {x}d
  `),
  BITFIELD: callsOf(`
    BITFIELD b
    BITFIELD b GET u8 0
    EXISTS b
    BITFIELD b SET u8 0 200 GET u8 0 GET i8 0 GET u4 2 GET u63 0
    BITFIELD b SET u8 #2 -1 GET u8 16 GET i64 0
    BITFIELD b INCRBY u8 0 100
    BITFIELD b INCRBY i8 0 100 INCRBY i8 0 100 INCRBY i8 0 -300
    BITFIELD b OVERFLOW SAT INCRBY u8 0 1000 INCRBY u8 0 -1000 INCRBY i8 8 1000 INCRBY i8 8 -1000
    BITFIELD b OVERFLOW FAIL INCRBY u8 0 1000 SET u8 0 256 SET u8 0 -1 INCRBY i4 0 8 OVERFLOW WRAP INCRBY i4 0 8
    BITFIELD b OVERFLOW SAT SET u8 0 -1 GET u8 0 SET i8 0 200 GET i8 0 SET i8 0 -200 GET i8 0
    BITFIELD w SET i64 0 9223372036854775807 INCRBY i64 0 1 INCRBY i64 0 -1
    BITFIELD w OVERFLOW SAT INCRBY i64 0 1 SET i64 0 -9223372036854775808 INCRBY i64 0 -1
    BITFIELD w OVERFLOW FAIL INCRBY i64 0 -1 SET u63 1 9223372036854775807 INCRBY u63 1 1
    BITFIELD w OVERFLOW SAT SET u63 3 -5 INCRBY u63 3 -9223372036854775808
    BITFIELD w SET i64 5 -2 GET i64 5 GET u63 6
    GET w
    BITFIELD b GET u64 0
    BITFIELD b GET i65 0
    BITFIELD b GET u0 0
    BITFIELD b GET x8 0
    BITFIELD b GET u 0
    BITFIELD b GET u8
    BITFIELD b GET u8 -1
    BITFIELD b GET u8 x
    BITFIELD b GET u8 #x
    BITFIELD b GET u8 #
    BITFIELD b GET u8 4294967296
    BITFIELD b GET u8 #4294967296
    BITFIELD b SET u8 0
    BITFIELD b SET u8 0 x
    BITFIELD b OVERFLOW
    BITFIELD b OVERFLOW bogus
    BITFIELD b BOGUS
    BITFIELD_RO b GET u8 0 GET i8 4
    BITFIELD_RO none GET u8 0
    BITFIELD_RO b SET u8 0 1
    BITFIELD_RO b OVERFLOW SAT GET u8 0
    BITFIELD_RO b
    SET n 999
    BITFIELD n GET u8 0
    OBJECT ENCODING n
    BITFIELD n SET u8 0 57
    OBJECT ENCODING n
    BITFIELD new OVERFLOW FAIL SET u8 0 256
    EXISTS new
    STRLEN new
  `),
  'the wrong type': callsOf(`
    HSET h f v
    SETBIT h 0 1
    SETBIT h x 1
    GETBIT h 0
    BITCOUNT h
    BITCOUNT h x
    BITPOS h 1
    BITFIELD h
    BITFIELD h GET u8 0
    BITFIELD h SET u8 0 1
    BITFIELD_RO h GET u8 0
    BITOP AND d{h} {h}x h
  `),
};
