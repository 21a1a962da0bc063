import { afterAll, beforeAll, describe, it } from 'vitest';
import { Random } from '../../src/time/random.js';
import {
  describeParity,
  type RealConnection,
  type RealRedis,
  startRealRedis,
} from '../support/real-redis.js';
import { type Call, callsOf, expectSame, Pair } from './compare.js';
import { type StandaloneNode, startStandaloneNode } from './standalone-node.js';
import { parseTypedReply } from './typed-reply.js';

describeParity('SORT answers as redis-server does', () => {
  describe('in cluster mode', () => {
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
            await pair.sameAll([...VALUES, ...calls]);
          });
        }
      });
    }
  });

  describe('outside of cluster mode', () => {
    let real: RealRedis;
    let node: StandaloneNode;
    let theirs: RealConnection;
    let ours: RealConnection;

    beforeAll(async () => {
      real = await startRealRedis();
      node = await startStandaloneNode(real.version.startsWith('7.0.') ? '7.0' : '7.2');
      theirs = await real.connect();
      ours = await node.connect();
    });
    afterAll(async () => {
      theirs.close();
      ours.close();
      await Promise.all([real.stop(), node[Symbol.asyncDispose]()]);
    });

    async function same(calls: readonly Call[]): Promise<void> {
      for (const call of calls) {
        const [a, b] = await Promise.all([theirs.raw(...call), ours.raw(...call)]);
        expectSame(call, parseTypedReply(a), parseTypedReply(b));
      }
    }

    for (const protocol of [2, 3] as const) {
      describe(`RESP${protocol}`, () => {
        beforeAll(() => Promise.all([theirs.raw('HELLO', protocol), ours.raw('HELLO', protocol)]));

        for (const [name, calls] of Object.entries({ ...TABLES, ...PATTERN_TABLES })) {
          it(name, () => same([['FLUSHALL'], ...VALUES, ...calls]));
        }

        it('random lists, sets and sorted sets', async () => {
          const random = new Random(protocol);
          for (let round = 0; round < 40; round++) await same(randomRound(random));
        });
      });
    }
  });
});

function randomRound(random: Random): Call[] {
  const oneOf = <T>(choices: readonly T[]): T => choices[random.below(choices.length)] as T;
  const element = (): string =>
    oneOf([String(random.below(60) - 20), `${random.below(9)}.5`, '1e3', '0x10', '007']);
  const elements = Array.from({ length: 1 + random.below(40) }, element);
  const limit = (): string[] =>
    random.below(2) === 0 ? [] : ['LIMIT', String(random.below(30) - 3), String(random.below(30) - 3)];
  const options = (): string[] => [
    ...(random.below(3) === 0 ? ['ALPHA'] : []),
    ...(random.below(2) === 0 ? [oneOf(['ASC', 'DESC'])] : []),
    ...limit(),
    ...(random.below(3) === 0 ? ['GET', '#', 'GET', 'w_*'] : []),
    ...(random.below(4) === 0 ? ['STORE', 'out'] : []),
  ];
  // Equal weights come in no certain order: all are different.
  const weights = [...new Set(elements)].map((each, index): Call => ['SET', `w_${each}`, (index * 7) % 41]);
  return [
    ['FLUSHALL'],
    ...weights,
    ['RPUSH', 'l', ...elements],
    ['SADD', 's', ...elements],
    ['ZADD', 'z', ...elements.flatMap((each, index) => [String(index % 7), each])],
    ...Array.from({ length: 6 }, (): Call => ['SORT', oneOf(['l', 's', 'z']), ...options()]),
    ['SORT', 's', 'BY', 'w_*', ...options()],
    ['SORT', 'z', 'BY', 'nosort', ...options()],
    ['SORT', 'l', 'BY', 'nosort', ...options()],
    ['LRANGE', 'out', '0', '-1'],
    ['OBJECT', 'ENCODING', 'out'],
  ];
}

const VALUES: readonly Call[] = callsOf(`
  RPUSH {t}l 3 1 10 2 -5 1.5
  SADD {t}s 3 1 10 2 -5
  ZADD {t}z 5 3 4 1 3 10 2 2 1 -5
  RPUSH {t}words pear apple 10 9 fig
`);

const TABLES: Readonly<Record<string, readonly Call[]>> = {
  'orders and limits': callsOf(`
    SORT {t}l
    SORT {t}l DESC
    SORT {t}l ASC
    SORT {t}l DESC ASC
    SORT {t}l ALPHA
    SORT {t}l ALPHA DESC
    SORT {t}l LIMIT 0 2
    SORT {t}l LIMIT 2 100
    SORT {t}l LIMIT -5 2
    SORT {t}l LIMIT 100 2
    SORT {t}l LIMIT 0 0
    SORT {t}l LIMIT 1 -1
    SORT {t}l LIMIT 1 -7
    SORT {t}l LIMIT x 1
    SORT {t}l LIMIT 1 x
    SORT {t}l LIMIT 1
    SORT {t}l LIMIT 9223372036854775807 9223372036854775807
    SORT {t}l BOGUS
    SORT {t}l STORE
    SORT {t}l BY
    SORT {t}l GET
    SORT {t}s
    SORT {t}s DESC LIMIT 1 2
    SORT {t}z
    SORT {t}z ALPHA
    OBJECT ENCODING {t}z
    SORT {t}words
    SORT {t}words ALPHA
    SORT {t}words LIMIT 0 0
    SORT {t}none
    SORT_RO {t}l DESC
    SORT_RO {t}l STORE {t}out
    SORT_RO {t}none
    SORT
    SORT_RO
  `),
  'BY nothing': callsOf(`
    SORT {t}l BY nosort
    SORT {t}l BY nosort DESC
    SORT {t}l BY nosort LIMIT 1 2
    SORT {t}l BY nosort DESC LIMIT 1 2
    SORT {t}l BY nosort LIMIT 10 2
    SORT {t}l BY nosort LIMIT 0 0
    SORT {t}z BY nosort
    SORT {t}z BY nosort DESC
    SORT {t}z BY nosort DESC LIMIT 1 2
    SORT {t}z BY nosort LIMIT 3 10
    SORT {t}z BY nosort LIMIT 30 10
    SORT {t}words BY nosort
    SORT {t}s BY nosort STORE {t}out
    LRANGE {t}out 0 -1
    SORT {t}s BY nosort DESC LIMIT 1 2 STORE {t}out
    LRANGE {t}out 0 -1
  `),
  STORE: callsOf(`
    SORT {t}l STORE {t}out
    LRANGE {t}out 0 -1
    OBJECT ENCODING {t}out
    SORT {t}l DESC LIMIT 1 3 STORE {t}out
    LRANGE {t}out 0 -1
    SORT {t}none STORE {t}out
    EXISTS {t}out
    SORT {t}none STORE {t}out
    SET {t}out text EX 1000
    SORT {t}s STORE {t}wrong STORE {t}out
    EXISTS {t}wrong
    TTL {t}out
    SORT {t}l STORE {t}l
    LRANGE {t}l 0 -1
    SORT {t}words STORE {t}out
    LRANGE {t}out 0 -1
    SORT {t}words ALPHA STORE {t}words
    LRANGE {t}words 0 -1
    COMMAND GETKEYS SORT a LIMIT 0 1 STORE b STORE c
    COMMAND GETKEYS SORT a BY store GET store
    COMMAND GETKEYS SORT_RO a
  `),
  'patterns that cluster mode denies': callsOf(`
    SORT {t}l BY w_*
    SORT {t}l BY w_* BOGUS
    SORT {t}l BOGUS BY w_*
    SORT_RO {t}l BY w_*
  `),
  'the wrong type': callsOf(`
    SET {t}string v
    HSET {t}hash f v
    SORT {t}string
    SORT {t}hash ALPHA
    SORT_RO {t}string
    SORT {t}string BOGUS
    SORT {t}string STORE {t}out
  `),
  'numbers as strtod reads them': [
    ['RPUSH', '{t}n', '1e2', '0x1F', ' 7', 'inf', '-inf', '', '.5', '-0', '5.'],
    ['SORT', '{t}n'],
    ['RPUSH', '{t}m', '1', '2x'],
    ['SORT', '{t}m'],
    ['DEL', '{t}m'],
    ['RPUSH', '{t}m', '1', 'nan'],
    ['SORT', '{t}m'],
    ['DEL', '{t}m'],
    ['RPUSH', '{t}m', '1', '2 '],
    ['SORT', '{t}m'],
    ['RPUSH', '{t}o', '1', '1e999'],
    ['SORT', '{t}o'],
  ],
};

const PATTERN_TABLES: Readonly<Record<string, readonly Call[]>> = {
  'BY and GET': callsOf(`
    MSET w_1 30 w_2 20 w_3 10 w_10 5 d_1 one d_2 two d_3 three
    HSET h_1 f 9 g x
    HSET h_2 f 8
    HSET h_3 f 7 -> arrow
    SORT {t}s BY w_*
    SORT {t}s BY w_* DESC
    SORT {t}s BY w_* GET d_*
    SORT {t}s BY w_* GET # GET d_* GET nothing GET h_*->f
    SORT {t}s BY h_*->f GET # GET h_*->g
    SORT {t}s BY w_* LIMIT 1 2 GET d_* STORE out
    LRANGE out 0 -1
    SORT {t}s GET h_*->
    SORT {t}s GET h_*->-> GET *
    SORT {t}s GET h_* GET d_*->f
    SORT {t}s BY d_*
    SORT {t}s BY d_* ALPHA GET #
    SORT {t}s BY w_* ALPHA GET #
    SORT {t}s BY none_* ALPHA LIMIT 0 0
    SORT {t}s BY w_* BY nosort STORE out
    LRANGE out 0 -1
    SORT {t}z BY w_* GET #
    SORT {t}l GET # GET # LIMIT 0 2
    SORT_RO {t}l BY w_* GET # LIMIT 0 100
  `),
};
