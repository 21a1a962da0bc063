import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

describeParity('sorted set commands answer as redis-server does', () => {
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
          await pair.sameAll(calls);
        });
      }

      it('a sorted set becomes a skip list by its number of members', async () => {
        await pair.same(['FLUSHALL']);
        for (let member = 0; member < 130; member++) {
          await pair.same(['ZADD', 'z', member % 7, `m${member}`]);
          if (member > 125) await pair.same(['OBJECT', 'ENCODING', 'z']);
        }
        await pair.sameAll(READS_OF_BIG);
        await pair.same(['ZREMRANGEBYRANK', 'z', 3, 120]);
        await pair.same(['OBJECT', 'ENCODING', 'z']);
        await pair.same(['ZRANGE', 'z', 0, -1, 'WITHSCORES']);
        await pair.same(['DEBUG', 'DIGEST-VALUE', 'z']);
      });

      it('members given twice count before 7.2 once, since then twice', async () => {
        await pair.same(['FLUSHALL']);
        await pair.same(['ZADD', 'z', ...Array.from({ length: 129 }, () => ['1', 'm']).flat()]);
        await pair.same(['OBJECT', 'ENCODING', 'z']);
        await pair.same(['ZADD', 'y', '1', 'm']);
        await pair.same(['ZADD', 'y', ...Array.from({ length: 129 }, () => ['1', 'm']).flat()]);
        await pair.same(['OBJECT', 'ENCODING', 'y']);
      });

      it('ZSCAN goes once through a big sorted set, whatever the steps are', async () => {
        await pair.same(['FLUSHALL']);
        const members = Array.from({ length: 1000 }, (_, member) => [member / 7, `m${member}`]).flat();
        await pair.same(['ZADD', 'z', ...members]);
        for (const options of [[], ['COUNT', '100'], ['MATCH', 'm1*'], ['MATCH', 'none']]) {
          const { theirs, ours } = await scanAll(pair, options);
          expect(ours, `ZSCAN ${options.join(' ')}`).toEqual(theirs);
        }
      });

      it('ZRANDMEMBER draws members only, as many as asked for', async () => {
        await pair.same(['FLUSHALL']);
        await pair.same(['ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd']);
        for (const count of ['2', '3', '-10', '-1', '1']) {
          for (const options of [[], ['WITHSCORES']]) {
            const { theirs, ours } = await pair.both(['ZRANDMEMBER', 'z', count, ...options]);
            expect(shapeOf(ours), `ZRANDMEMBER z ${count}`).toEqual(shapeOf(theirs));
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
      const reply = (await pair.both(['ZSCAN', 'z', cursor, ...options]))[side];
      const [next, items] = reply.value as readonly [TypedReply, TypedReply];
      const texts = (items.value as readonly TypedReply[]).map(({ value }) => String(value));
      for (let index = 0; index < texts.length; index += 2)
        found[side].add(`${texts[index]}=${texts[index + 1]}`);
      cursor = String(next.value);
    } while (cursor !== '0');
  }
  return { theirs: [...found.theirs].sort(), ours: [...found.ours].sort() };
}

/** The reply with every text reduced to whether it is a member or a score. */
function shapeOf(reply: TypedReply): unknown {
  if (Array.isArray(reply.value))
    return { type: reply.type, value: (reply.value as TypedReply[]).map(shapeOf) };
  return { type: reply.type, value: /^[abcd]$/.test(String(reply.value)) ? 'member' : 'score' };
}

const LONG = 'x'.repeat(65);
const LIMIT = 'x'.repeat(64);

const READS_OF_BIG: Call[] = callsOf(`
  ZRANGE z 0 -1 WITHSCORES
  ZREVRANGE z 10 20
  ZRANGEBYSCORE z 2 4
  ZRANGEBYSCORE z (2 4 WITHSCORES LIMIT 3 9
  ZREVRANGEBYSCORE z (4 2 LIMIT 3 9
  ZCOUNT z 2 4
  ZCOUNT z (2 (4
  ZCOUNT z (2 (2
  ZRANK z m3
  ZREVRANK z m3
  ZRANK z m77
  ZSCORE z m77
  ZRANDMEMBER z 500
`);

const TABLES: Record<string, Call[]> = {
  'ZADD and its options': callsOf(`
    ZADD z 1 a
    ZADD z 1 a 2 b 3 c
    ZADD z 2 a
    ZADD z CH 3 a 4 b 5 d
    ZADD z NX 9 a 9 e
    ZADD z XX 7 a 7 f
    ZADD z XX CH 8 a 8 f
    ZADD z GT 1 a 10 b 3 new
    ZADD z GT CH 1 a 11 b
    ZADD z LT CH 1 a 12 b 1 newer
    ZADD z INCR 5 a
    ZADD z NX INCR 5 a
    ZADD z NX INCR 5 incr
    ZADD z XX INCR 5 none
    ZADD z GT INCR -5 a
    ZADD z LT INCR -5 a
    ZADD z gt ch xx 100 a
    ZADD z INCR 1 a 2 b
    ZADD z NX XX 1 a
    ZADD z NX GT 1 a
    ZADD z NX LT 1 a
    ZADD z GT LT 1 a
    ZADD z GT LT INCR 1 a 2
    ZADD z 1
    ZADD z 1 a 2
    ZADD z NX
    ZADD z NX 1
    ZADD z x a
    ZADD z 1 a x b
    ZADD z nan a
    ZADD z BOGUS 1 a
    ZADD none XX 1 a
    ZADD none XX INCR 1 a
    ZADD none XX CH 1 a
    EXISTS none
    ZADD z 1 a 2 a 3 a
    ZADD z CH 1 a 2 a 3 a
    ZRANGE z 0 -1 WITHSCORES
    ZADD dup 1 a 1 a
    ZCARD dup
    ZCARD none
    ZCARD z
    ZCARD
    ZADD
  `),
  'scores are printed and read as they are': [
    ...[
      ...['1', '-1', '1.5', '0.1', '3.141592653589793', '1e5', '1e20', '1e21', '1e22', '-1e300', '1e-7'],
      ...['5e-324', '1.7976931348623157e308', '9007199254740993', '4611686018427387904', '0x10', '0x1p-4'],
      ...['9223372036854775807', '-9223372036854775808', '0', '-0', '+1', '.5', '5.', '1e400', '1e-400'],
      ...['inf', '+inf', '-inf', 'INFINITY', 'nan', '', ' 1', '1 ', '1a', '0x', '1_0', '123456.789e3'],
    ].flatMap((score): Call[] => [
      ['DEL', 'z'],
      ['ZADD', 'z', score, 'm'],
      ['ZSCORE', 'z', 'm'],
      ['ZRANGE', 'z', 0, -1, 'WITHSCORES'],
      ['ZSCAN', 'z', 0],
      ['ZINCRBY', 'z', '0.1', 'm'],
      ['ZADD', 'z', 7, LONG],
      ['ZSCAN', 'z', 0, 'MATCH', 'm'],
      ['ZSCORE', 'z', 'm'],
      ['ZADD', 'big', score, LONG],
      ['ZSCORE', 'big', LONG],
      ['ZINCRBY', 'big', score, LONG],
      ['ZSCAN', 'big', 0],
      ['DEL', 'big'],
    ]),
  ],
  ZINCRBY: callsOf(`
    ZINCRBY z 1 a
    ZINCRBY z 0.5 a
    ZINCRBY z -3 a
    ZINCRBY z inf a
    ZINCRBY z -inf a
    ZINCRBY z inf a
    ZINCRBY z x a
    ZINCRBY z nan a
    ZINCRBY z 1
    ZINCRBY z 0 b
    ZINCRBY z 0 b
    ZADD z INCR -inf a
    ZRANGE z 0 -1 WITHSCORES
  `),
  'the wrong type': callsOf(`
    SET s v
    ZADD s 1 a
    ZADD s x a
    ZADD s NX XX 1 a
    ZINCRBY s 1 a
    ZREM s a
    ZREMRANGEBYRANK s 0 1
    ZREMRANGEBYRANK s x 1
    ZREMRANGEBYSCORE s 0 1
    ZREMRANGEBYSCORE s x 1
    ZREMRANGEBYLEX s - +
    ZREMRANGEBYLEX s x +
    ZSCORE s a
    ZMSCORE s a b
    ZRANK s a
    ZREVRANK s a
    ZCARD s
    ZCOUNT s 0 1
    ZCOUNT s x 1
    ZLEXCOUNT s - +
    ZRANGE s 0 -1
    ZRANGE s x -1
    ZREVRANGE s 0 -1
    ZRANGEBYSCORE s 0 1
    ZREVRANGEBYSCORE s 0 1
    ZRANGEBYLEX s - +
    ZREVRANGEBYLEX s + -
    ZRANGESTORE {s}d s 0 -1
    ZRANGESTORE s {s}d 0 -1
    ZPOPMIN {s}2
    SET s v
    ZPOPMIN s
    ZPOPMAX s 2
    ZPOPMAX s x
    ZMPOP 1 s MIN
    ZMPOP 2 {s}none s MIN
    BZPOPMIN s 0
    BZPOPMIN {s}none s 0
    BZPOPMAX s x
    BZMPOP 0 1 s MIN
    ZUNION 1 s
    ZUNION 2 {s}none s
    ZUNION 1 s BOGUS
    ZINTER 1 s
    ZDIFF 1 s
    ZINTERCARD 1 s
    ZUNIONSTORE {s}d 1 s
    ZINTERSTORE {s}d 2 s {s}none
    ZDIFFSTORE {s}d 2 {s}none s
    ZRANDMEMBER s
    ZRANDMEMBER s 2
    ZSCAN s 0
    ZSCAN s x
    ZUNIONSTORE s 1 {s}none
    EXISTS s
  `),
  'ZSCORE, ZMSCORE, ZRANK': callsOf(`
    ZADD z 1 a 2 b 2 c 3 d
    ZSCORE z a
    ZSCORE z none
    ZSCORE none a
    ZSCORE z
    ZMSCORE z a none b
    ZMSCORE none a b
    ZMSCORE z
    ZRANK z a
    ZRANK z d
    ZRANK z none
    ZRANK none a
    ZREVRANK z a
    ZREVRANK z c
    ZREVRANK z none
    ZRANK z c WITHSCORE
    ZREVRANK z c withscore
    ZRANK z none WITHSCORE
    ZRANK none a WITHSCORE
    ZREVRANK none a WITHSCORE
    ZRANK z c BOGUS
    ZRANK none c BOGUS
    ZRANK z c WITHSCORE MORE
    ZRANK z
  `),
  'ranges by rank': callsOf(`
    ZADD z 1 a 2 b 2 c 3 d -5 e inf f -inf g
    ZRANGE z 0 -1
    ZRANGE z 0 -1 WITHSCORES
    ZRANGE z 0 -1 REV
    ZRANGE z 0 -1 rev withscores
    ZRANGE z 1 3
    ZRANGE z -3 -2
    ZRANGE z -100 100
    ZRANGE z 5 2
    ZRANGE z 7 9
    ZRANGE z 6 6
    ZRANGE z 1 2 REV
    ZRANGE z -2 -1 REV
    ZRANGE z 0 x
    ZRANGE z x 0
    ZRANGE z 0 1.5
    ZRANGE z 0 9223372036854775807
    ZRANGE z -9223372036854775808 -1
    ZRANGE z 0 9223372036854775808
    ZRANGE z 0 -1 LIMIT 0 1
    ZRANGE z 0 -1 LIMIT 0 -1
    ZRANGE z 0 -1 LIMIT 5 -1
    ZRANGE z 0 -1 LIMIT 0
    ZRANGE z 0 -1 LIMIT x 1
    ZRANGE z 0 -1 LIMIT 0 x
    ZRANGE z 0 -1 BOGUS
    ZRANGE z 0 -1 WITHSCORES WITHSCORES
    ZRANGE z 0 -1 REV REV
    ZRANGE none 0 -1
    ZRANGE none 0 -1 WITHSCORES
    ZRANGE none 0 -1 BOGUS
    ZREVRANGE z 0 -1
    ZREVRANGE z 0 1 WITHSCORES
    ZREVRANGE z 1 1 REV
    ZREVRANGE z 1 1 BYSCORE
    ZREVRANGE z 1 1 LIMIT 0 1
    ZREVRANGE none 0 1
    ZRANGE z 0
  `),
  'ranges by score': callsOf(`
    ZADD z 1 a 2 b 2 c 3 d -5 e inf f -inf g 2.5 h
    ZRANGEBYSCORE z -inf +inf
    ZRANGEBYSCORE z -inf inf WITHSCORES
    ZRANGEBYSCORE z 1 2
    ZRANGEBYSCORE z (1 2
    ZRANGEBYSCORE z 1 (2
    ZRANGEBYSCORE z (1 (2
    ZRANGEBYSCORE z (2 (2
    ZRANGEBYSCORE z (2 2
    ZRANGEBYSCORE z 2 2
    ZRANGEBYSCORE z 3 1
    ZRANGEBYSCORE z (-inf (inf
    ZRANGEBYSCORE z 1 2 LIMIT 1 1
    ZRANGEBYSCORE z 1 3 LIMIT 1 -1
    ZRANGEBYSCORE z 1 3 LIMIT 1 -7
    ZRANGEBYSCORE z 1 3 LIMIT 100 1
    ZRANGEBYSCORE z 1 3 LIMIT -1 1
    ZRANGEBYSCORE z 1 3 LIMIT 0 0
    ZRANGEBYSCORE z 1 3 WITHSCORES LIMIT 2 2
    ZRANGEBYSCORE z 1 3 LIMIT 2
    ZRANGEBYSCORE z 1 3 LIMIT a b
    ZRANGEBYSCORE z 1 3 LIMIT 9223372036854775807 9223372036854775807
    ZRANGEBYSCORE z 1 3 REV
    ZRANGEBYSCORE z 1 3 BYSCORE
    ZRANGEBYSCORE z x 3
    ZRANGEBYSCORE z 1 x
    ZRANGEBYSCORE z nan 3
    ZRANGEBYSCORE z 1 nan
    ZRANGEBYSCORE z '' ''
    ZRANGEBYSCORE z ( 3
    ZRANGEBYSCORE z ((1 3
    ZRANGEBYSCORE z 0x1 0x2
    ZRANGEBYSCORE z 1e0 20e-1
    ZRANGEBYSCORE z -1e400 1e400
    ZRANGEBYSCORE z 1e-400 1
    ZRANGEBYSCORE none 1 3
    ZRANGEBYSCORE none x 3
    ZREVRANGEBYSCORE z +inf -inf
    ZREVRANGEBYSCORE z 2 1
    ZREVRANGEBYSCORE z (2 1
    ZREVRANGEBYSCORE z 2 (1 WITHSCORES
    ZREVRANGEBYSCORE z 1 2
    ZREVRANGEBYSCORE z 3 1 LIMIT 1 2
    ZREVRANGEBYSCORE z x 1
    ZRANGE z 1 3 BYSCORE
    ZRANGE z 3 1 BYSCORE REV
    ZRANGE z 1 3 BYSCORE REV
    ZRANGE z (1 3 BYSCORE LIMIT 1 1 WITHSCORES
    ZRANGE z 1 3 BYSCORE BYLEX
    ZRANGE z 1 3 BYSCORE BYSCORE
    ZCOUNT z 1 3
    ZCOUNT z -inf +inf
    ZCOUNT z (1 3
    ZCOUNT z 3 1
    ZCOUNT z x 1
    ZCOUNT none 1 3
    ZCOUNT z 1
  `),
  'bounds with spaces and NULs': [
    ['ZADD', 'z', 0, 'o', 1, 'a', 2, 'b'],
    ['ZCOUNT', 'z', ' 1', '2'],
    ['ZCOUNT', 'z', '\t\n1', '2'],
    ['ZCOUNT', 'z', '1 ', '2'],
    ['ZCOUNT', 'z', '( 1', '2'],
    ['ZCOUNT', 'z', ' ', '2'],
    ['ZCOUNT', 'z', '1\0x', '2'],
    ['ZADD', 'z', '1\0', 'm'],
    ['ZLEXCOUNT', 'z', '-\0x', '+\0y'],
    ['ZLEXCOUNT', 'z', '[\0', '+'],
    ['ZRANGE', 'z', '0', '-1', 'withscores\0'],
  ],
  'ranges by member': callsOf(`
    ZADD z 0 a 0 b 0 c 0 d 0 aa 0 Z 0 10 0 9
    ZRANGEBYLEX z - +
    ZRANGEBYLEX z [a [c
    ZRANGEBYLEX z (a [c
    ZRANGEBYLEX z [a (c
    ZRANGEBYLEX z (a (a
    ZRANGEBYLEX z [a [a
    ZRANGEBYLEX z [c [a
    ZRANGEBYLEX z + -
    ZRANGEBYLEX z - -
    ZRANGEBYLEX z + +
    ZRANGEBYLEX z - [b
    ZRANGEBYLEX z (b +
    ZRANGEBYLEX z [ +
    ZRANGEBYLEX z ( (c
    ZRANGEBYLEX z - + LIMIT 1 2
    ZRANGEBYLEX z - + LIMIT -1 2
    ZRANGEBYLEX z - + LIMIT 1 -1
    ZRANGEBYLEX z - + WITHSCORES
    ZRANGEBYLEX z a [c
    ZRANGEBYLEX z [a c
    ZRANGEBYLEX z -x +
    ZRANGEBYLEX z - +x
    ZRANGEBYLEX z '' +
    ZRANGEBYLEX z 1 2
    ZRANGEBYLEX none - +
    ZREVRANGEBYLEX z + -
    ZREVRANGEBYLEX z [c [a
    ZREVRANGEBYLEX z [a [c
    ZREVRANGEBYLEX z (c - LIMIT 1 2
    ZRANGE z [a [c BYLEX
    ZRANGE z [c [a BYLEX REV
    ZRANGE z - + BYLEX WITHSCORES
    ZRANGE z - + BYLEX LIMIT 2 2
    ZLEXCOUNT z - +
    ZLEXCOUNT z [a (c
    ZLEXCOUNT z [c [a
    ZLEXCOUNT z a c
    ZLEXCOUNT none - +
    ZREMRANGEBYLEX z [a (b
    ZRANGE z 0 -1
    ZREMRANGEBYLEX z + -
    ZREMRANGEBYLEX z x +
    ZREMRANGEBYLEX z - +
    EXISTS z
    ZREMRANGEBYLEX z - +
    ZADD mixed 1 c 2 a 3 b 4 d 5 a1
    ZRANGEBYLEX mixed - +
    ZRANGEBYLEX mixed [a [b
    ZRANGEBYLEX mixed [b [c
    ZRANGEBYLEX mixed [b [z
    ZREVRANGEBYLEX mixed [d [a
    ZREVRANGEBYLEX mixed [z [b
    ZREVRANGEBYLEX mixed [a1 [a
    ZLEXCOUNT mixed [a [b
    ZLEXCOUNT mixed [b [z
    ZREMRANGEBYLEX mixed [b [c
    ZREMRANGEBYLEX mixed [a [z
    ZRANGE mixed 0 -1
  `),
  ZRANGESTORE: callsOf(`
    ZADD {z} 1 a 2 b 3 c 4 d
    ZRANGESTORE {z}d {z} 0 -1
    ZRANGE {z}d 0 -1 WITHSCORES
    OBJECT ENCODING {z}d
    ZRANGESTORE {z}d {z} 0 1 REV
    ZRANGE {z}d 0 -1 WITHSCORES
    ZRANGESTORE {z}d {z} 2 3 BYSCORE
    OBJECT ENCODING {z}d
    ZRANGE {z}d 0 -1 WITHSCORES
    ZRANGESTORE {z}d {z} - [b BYLEX
    OBJECT ENCODING {z}d
    ZRANGESTORE {z}d {z} 1 4 BYSCORE LIMIT 1 2
    ZRANGE {z}d 0 -1 WITHSCORES
    ZRANGESTORE {z}d {z} 0 -1 WITHSCORES
    ZRANGESTORE {z}d {z} 0 -1 LIMIT 1 2
    ZRANGESTORE {z}d {z} x -1
    ZRANGESTORE {z}d {z} 9 10
    EXISTS {z}d
    ZRANGESTORE {z}d {z} 9 10
    ZRANGESTORE {z} {z} 0 1
    ZRANGE {z} 0 -1
    ZRANGESTORE {z} {z}none 0 1
    EXISTS {z}
    ZRANGESTORE {z} {z}none 0
  `),
  'removing members': callsOf(`
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
    ZREM z a
    ZREM z a none b
    ZREM none a
    ZREM z
    ZREMRANGEBYRANK z 0 0
    ZREMRANGEBYRANK z -1 -1
    ZREMRANGEBYRANK z 5 9
    ZREMRANGEBYRANK z x 9
    ZREMRANGEBYRANK z 0 x
    ZREMRANGEBYSCORE z (4 4
    ZREMRANGEBYSCORE z 4 4
    ZREMRANGEBYSCORE z x 4
    ZREMRANGEBYSCORE none 1 4
    ZRANGE z 0 -1
    ZREM z e e e
    EXISTS z
    ZADD z 1 a 2 b
    ZREMRANGEBYRANK z 0 -1
    EXISTS z
    ZADD z 1 a 2 b
    ZREMRANGEBYSCORE z -inf +inf
    EXISTS z
  `),
  'ZPOPMIN, ZPOPMAX, ZMPOP': callsOf(`
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g
    ZPOPMIN z
    ZPOPMAX z
    ZPOPMIN z 2
    ZPOPMAX z 1
    ZPOPMIN z 0
    ZPOPMIN z -1
    ZPOPMIN z x
    ZPOPMIN z 1 2
    ZPOPMIN none
    ZPOPMIN none 2
    ZPOPMIN none -1
    ZPOPMAX z 100
    EXISTS z
    ZADD z 1 a 2 b 3 c 4 d
    ZMPOP 1 z MIN
    ZMPOP 1 z MAX
    ZMPOP 2 {z}none z min COUNT 5
    ZMPOP 1 z MIN
    ZMPOP 0 z MIN
    ZMPOP -1 z MIN
    ZMPOP x z MIN
    ZMPOP 1 z
    ZMPOP 2 z MIN
    ZMPOP 1 z BOGUS
    ZMPOP 1 z MIN COUNT
    ZMPOP 1 z MIN COUNT 0
    ZMPOP 1 z MIN COUNT -1
    ZMPOP 1 z MIN COUNT x
    ZMPOP 1 z MIN COUNT 1 COUNT 2
    ZMPOP 1 z MIN BOGUS 1
    ZMPOP 1 z MIN COUNT 1 MORE
  `),
  'blocking commands that need not wait': callsOf(`
    ZADD z 1 a 2 b 3 c 4 d
    BZPOPMIN z 0
    BZPOPMAX {z}none z 0
    BZPOPMIN none 0.01
    BZPOPMAX none 0.01
    BZPOPMIN z x
    BZPOPMIN z -1
    BZPOPMIN none -1
    BZPOPMIN z
    BZMPOP 0 1 z MIN
    BZMPOP 0.01 1 none MAX COUNT 2
    BZMPOP 0 2 {z}none z MAX COUNT 10
    BZMPOP x 1 z MIN
    BZMPOP -1 1 z MIN
    BZMPOP x 0 z MIN
    BZMPOP 0 1 z BOGUS
    BZMPOP 0 1 z MIN COUNT 0
    MULTI
    BZPOPMIN z 0
    BZMPOP 0 1 z MIN
    EXEC
  `),
  'unions, intersections, differences': callsOf(`
    ZADD {z}1 1 a 2 b 3 c
    ZADD {z}2 10 b 20 c 30 d
    ZADD {z}3 100 c
    ZUNION 2 {z}1 {z}2
    ZUNION 2 {z}1 {z}2 WITHSCORES
    ZUNION 2 {z}1 {z}2 WEIGHTS 2 3 WITHSCORES
    ZUNION 2 {z}1 {z}2 AGGREGATE MIN WITHSCORES
    ZUNION 2 {z}1 {z}2 AGGREGATE max WEIGHTS -1 1 WITHSCORES
    ZUNION 2 {z}1 {z}none WITHSCORES
    ZUNION 2 {z}1 {z}1 WITHSCORES
    ZUNION 1 {z}none
    ZINTER 2 {z}1 {z}2 WITHSCORES
    ZINTER 3 {z}1 {z}2 {z}3 WITHSCORES
    ZINTER 3 {z}1 {z}2 {z}3 WEIGHTS 1 0.5 0 AGGREGATE MAX WITHSCORES
    ZINTER 2 {z}1 {z}none
    ZINTER 2 {z}1 {z}1 WITHSCORES
    ZDIFF 2 {z}1 {z}2 WITHSCORES
    ZDIFF 3 {z}1 {z}2 {z}3
    ZDIFF 2 {z}1 {z}1
    ZDIFF 2 {z}none {z}1
    ZDIFF 1 {z}1 WEIGHTS 1
    ZDIFF 1 {z}1 AGGREGATE MIN
    ZINTERCARD 2 {z}1 {z}2
    ZINTERCARD 2 {z}1 {z}2 LIMIT 1
    ZINTERCARD 2 {z}1 {z}2 LIMIT 0
    ZINTERCARD 2 {z}1 {z}2 LIMIT -1
    ZINTERCARD 2 {z}1 {z}2 LIMIT x
    ZINTERCARD 2 {z}1 {z}2 LIMIT
    ZINTERCARD 2 {z}1 {z}2 WITHSCORES
    ZINTERCARD 2 {z}1 {z}2 WEIGHTS 1 1
    ZUNIONSTORE {z}d 2 {z}1 {z}2
    ZRANGE {z}d 0 -1 WITHSCORES
    ZINTERSTORE {z}d 2 {z}1 {z}2 AGGREGATE MIN
    ZRANGE {z}d 0 -1 WITHSCORES
    ZDIFFSTORE {z}d 2 {z}1 {z}2
    ZRANGE {z}d 0 -1 WITHSCORES
    ZUNIONSTORE {z}d 1 {z}1 WITHSCORES
    ZINTERSTORE {z}d 2 {z}1 {z}none
    EXISTS {z}d
    ZINTERSTORE {z}d 2 {z}1 {z}none
    ZUNIONSTORE {z}1 2 {z}1 {z}2 WEIGHTS 1 2
    ZRANGE {z}1 0 -1 WITHSCORES
    ZUNION 0 {z}1
    ZUNION -1 {z}1
    ZUNION x {z}1
    ZUNION 3 {z}1 {z}2
    ZUNION 1 {z}1 WEIGHTS
    ZUNION 2 {z}1 {z}2 WEIGHTS 1
    ZUNION 1 {z}1 WEIGHTS x
    ZUNION 1 {z}1 WEIGHTS nan
    ZUNION 1 {z}1 AGGREGATE
    ZUNION 1 {z}1 AGGREGATE AVG
    ZUNION 1 {z}1 BOGUS
    ZUNIONSTORE {z}d 0 {z}1
    ZINTERSTORE {z}d x {z}1
    ZDIFFSTORE {z}d 0 {z}1
    ZINTERCARD 0 {z}1
    ZINTERSTORE {z}d 0 {z}1
  `),
  'sets among sorted sets': callsOf(`
    SADD {z}s a b c 7
    SADD {z}i 1 7 9
    ZADD {z}1 10 a 20 7 30 x
    ZUNION 3 {z}s {z}i {z}1 WITHSCORES
    ZUNION 2 {z}s {z}1 WEIGHTS 2 3 WITHSCORES
    ZINTER 3 {z}s {z}i {z}1 WITHSCORES
    ZINTER 2 {z}1 {z}s AGGREGATE MAX WEIGHTS 1 100 WITHSCORES
    ZDIFF 2 {z}1 {z}i WITHSCORES
    ZDIFF 2 {z}s {z}1 WITHSCORES
    ZINTERCARD 2 {z}s {z}i
    ZUNIONSTORE {z}s 1 {z}s
    TYPE {z}s
    SADD {z}s a
    ZADD {z}i 1 a
    ZSCORE {z}i a
  `),
  'infinities and weights': callsOf(`
    ZADD {z}1 inf a -inf b 0 c 1e308 d
    ZADD {z}2 -inf a inf b inf c 1e308 d
    ZUNION 2 {z}1 {z}2 WITHSCORES
    ZINTER 2 {z}1 {z}2 WITHSCORES
    ZUNION 2 {z}1 {z}2 WEIGHTS 0 0 WITHSCORES
    ZINTER 2 {z}1 {z}2 WEIGHTS 0 0 WITHSCORES
    ZINTER 2 {z}1 {z}2 WEIGHTS 1 0 AGGREGATE MIN WITHSCORES
    ZINTER 2 {z}1 {z}2 WEIGHTS 1 0 AGGREGATE MAX WITHSCORES
    ZUNION 2 {z}1 {z}2 WEIGHTS 1 0 AGGREGATE MAX WITHSCORES
    ZUNION 2 {z}1 {z}2 WEIGHTS inf -inf WITHSCORES
    ZUNION 1 {z}1 WEIGHTS -1 WITHSCORES
    ZADD {f}1 0.1 a
    ZADD {f}2 0.2 a 1 b
    ZADD {f}3 0.3 a 1 b 2 c
    ZUNION 3 {f}1 {f}2 {f}3 WITHSCORES
    ZUNION 3 {f}3 {f}2 {f}1 WITHSCORES
    ZINTER 3 {f}3 {f}1 {f}2 WITHSCORES
  `),
  'ZSCAN and ZRANDMEMBER': callsOf(`
    ZSCAN none 0
    ZSCAN none 0 BOGUS
    ZSCAN none x
    ZADD z 1 a 2.5 b 3 ab 4 17
    ZSCAN z 0
    ZSCAN z 17
    ZSCAN z 0 MATCH a*
    ZSCAN z 0 MATCH 1*
    ZSCAN z 0 COUNT 1
    ZSCAN z 0 COUNT 0
    ZSCAN z 0 COUNT x
    ZSCAN z 0 TYPE zset
    ZSCAN z 0 BOGUS
    ZSCAN z x
    ZSCAN z
    ZRANDMEMBER none
    ZRANDMEMBER none 5
    ZRANDMEMBER none 5 WITHSCORES
    ZRANDMEMBER z 4
    ZRANDMEMBER z 10
    ZRANDMEMBER z 10 WITHSCORES
    ZRANDMEMBER z 0
    ZRANDMEMBER z x
    ZRANDMEMBER z 1 BOGUS
    ZRANDMEMBER z 1 WITHSCORES MORE
    ZRANDMEMBER z 9223372036854775808
    ZRANDMEMBER z -9223372036854775808
    ZRANDMEMBER z 9223372036854775807
    ZRANDMEMBER z 9223372036854775807 WITHSCORES
    ZRANDMEMBER z 4611686018427387903 WITHSCORES
    DEL z
    ZADD z 1.5 only
    ZRANDMEMBER z
    ZRANDMEMBER z -3
    ZRANDMEMBER z -3 WITHSCORES
    ZRANDMEMBER z 1 WITHSCORES
  `),
  'which arguments are keys': callsOf(`
    COMMAND GETKEYS ZADD z 1 a
    COMMAND GETKEYS ZUNION 2 a b
    COMMAND GETKEYS ZUNION 2 a b WEIGHTS 1 2
    COMMAND GETKEYS ZUNION 0 a b
    COMMAND GETKEYS ZUNION 3 a b
    COMMAND GETKEYS ZUNION x a b
    COMMAND GETKEYS ZUNION -1 a b
    COMMAND GETKEYS ZUNIONSTORE d 2 a b
    COMMAND GETKEYS ZUNIONSTORE d 3 a b
    COMMAND GETKEYS ZUNIONSTORE d x a b
    COMMAND GETKEYS ZUNIONSTORE d 0 a b
    COMMAND GETKEYSANDFLAGS ZUNIONSTORE d 2 a b
    COMMAND GETKEYSANDFLAGS ZRANGESTORE d a 0 1
    COMMAND GETKEYS ZMPOP 2 a b MIN
    COMMAND GETKEYS ZMPOP 9 a b MIN
    COMMAND GETKEYS BZMPOP 0 2 a b MIN
    COMMAND GETKEYS BZPOPMIN a b 0
    COMMAND GETKEYS ZINTERCARD 1 a LIMIT 1
    COMMAND GETKEYS ZDIFFSTORE d 1 a
    COMMAND GETKEYS GEORADIUS g 1 2 3 m STORE d
    COMMAND GETKEYS GEORADIUS g 1 2 3 m STOREDIST e STORE d
    COMMAND GETKEYSANDFLAGS GEORADIUS g 1 2 3 m STORE d STORE e
    COMMAND GETKEYS GEORADIUS g 1 2 3 m COUNT 1
    COMMAND GETKEYS GEORADIUS g 1 2 3 m STORE
    COMMAND GETKEYS GEORADIUSBYMEMBER g m 3 m store d
    COMMAND GETKEYSANDFLAGS GEOSEARCHSTORE d g FROMMEMBER m BYRADIUS 1 m
    ZUNION 2 a b
    ZUNION 3 {z}a {z}b
    ZUNIONSTORE a 1 b
    ZRANGESTORE a b 0 -1
    GEORADIUS g 1 2 3 m STORE d
    GEOSEARCHSTORE a b FROMLONLAT 1 2 BYRADIUS 1 m
  `),
  'what any key can do': callsOf(`
    ZADD {z}1 1 a -0 b 0.1 c
    TYPE {z}1
    OBJECT ENCODING {z}1
    OBJECT REFCOUNT {z}1
    DEBUG DIGEST-VALUE {z}1
    COPY {z}1 {z}2
    ZRANGE {z}2 0 -1 WITHSCORES
    RENAME {z}2 {z}3
    ZINCRBY {z}1 1 a
    ZRANGE {z}3 0 -1 WITHSCORES
    SCAN 0 TYPE zset MATCH {z}3
    SCAN 0 TYPE hash
    GET {z}1
    LPUSH {z}1 a
    HSET {z}1 a b
    SET {z}1 v
    ZADD {z}1 1 a
    DEBUG DIGEST
  `),
  'a sorted set becomes a skip list by the length of its members': [
    ['ZADD', 'z', '1', LIMIT],
    ['OBJECT', 'ENCODING', 'z'],
    ['ZADD', 'z', '1', LONG],
    ['OBJECT', 'ENCODING', 'z'],
    ['ZREM', 'z', LONG],
    ['OBJECT', 'ENCODING', 'z'],
    ['COPY', 'z', '{z}2'],
    ['OBJECT', 'ENCODING', '{z}2'],
    ['ZUNIONSTORE', '{z}3', '1', 'z'],
    ['OBJECT', 'ENCODING', '{z}3'],
    ['ZADD', 'y', '-0', LONG, '-0', 'zero'],
    ['OBJECT', 'ENCODING', 'y'],
    ['ZRANGE', 'y', '0', '-1', 'WITHSCORES'],
    ['ZREM', 'y', LONG],
    ['ZUNIONSTORE', '{y}2', '1', 'y'],
    ['ZRANGE', '{y}2', '0', '-1', 'WITHSCORES'],
    ['ZADD', 'x', '1', 'a', '1', LONG],
    ['OBJECT', 'ENCODING', 'x'],
    ['ZADD', 'w', 'INCR', '-0', 'm'],
    ['ZSCORE', 'w', 'm'],
  ],
};
