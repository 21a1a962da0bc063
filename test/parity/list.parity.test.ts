import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';

describeParity('list commands answer as redis-server does', () => {
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
    });
  }

  it('keeps nodes compressed that are far from both ends', async () => {
    await using pair = await Pair.start({
      config: {
        'list-compress-depth': '1',
        'list-max-listpack-size': '4',
        'enable-debug-command': 'yes',
        rdbcompression: 'no',
      },
    });
    for (let element = 0; element < 40; element++) {
      // Some nodes are too short to be compressed, some have nothing in common with themselves.
      const text = element < 20 ? `${element} `.repeat(element) : `${element ** 7}`.repeat(element % 7);
      await pair.same(['RPUSH', 'l', text]);
      await pair.same(['DUMP', 'l']);
    }
    await pair.sameAll([
      ['COPY', 'l', '{l}2'],
      ['DUMP', '{l}2'],
      ['LRANGE', 'l', 0, -1],
    ]);
    for (const key of ['l', '{l}2'])
      await pair.same(['DEBUG', 'OBJECT', key], {
        normalise: ({ value }) => /ql_.*/.exec(String(value))?.[0],
      });
  });

  it('a list grows out of a listpack and back into one', async () => {
    await using pair = await Pair.start();
    for (let element = 0; element < 800; element++) {
      await pair.same(['RPUSH', 'l', `element:${element}`]);
      if (element > 580) await pair.same(['OBJECT', 'ENCODING', 'l']);
    }
    for (let left = 800; left > 0; left--) {
      await pair.same(['LPOP', 'l']);
      await pair.same(['OBJECT', 'ENCODING', 'l']);
    }
  });
});

const TABLES: Record<string, Call[]> = {
  'pushing and reading': callsOf(`
    LPUSH l a
    LPUSH l b c
    RPUSH l d e
    LRANGE l 0 -1
    LRANGE l 1 2
    LRANGE l -3 -2
    LRANGE l -100 100
    LRANGE l 3 1
    LRANGE l 5 9
    LRANGE l 0 x
    LRANGE l x 0
    LRANGE l 0 9223372036854775807
    LRANGE l -9223372036854775808 9223372036854775807
    LRANGE l 0 9223372036854775808
    LRANGE none 0 -1
    LRANGE none x 0
    LLEN l
    LLEN none
    LINDEX l 0
    LINDEX l -1
    LINDEX l 4
    LINDEX l 5
    LINDEX l -6
    LINDEX l x
    LINDEX l 9223372036854775807
    LINDEX none 0
    LINDEX none x
    LPUSHX l z
    RPUSHX l y x
    LPUSHX none z
    RPUSHX none z
    EXISTS none
    LRANGE l 0 -1
    TYPE l
    OBJECT ENCODING l
    LPUSH e ''
    LRANGE e 0 -1
    LPUSH l
    RPUSH
    LPUSHX l
    LLEN
    LINDEX l
    LRANGE l 0
  `),
  popping: callsOf(`
    RPUSH l a b c d e f g h
    LPOP l
    RPOP l
    LPOP l 2
    RPOP l 2
    LPOP l 0
    LPOP l -1
    LPOP l x
    LPOP l 1 1
    LPOP none
    LPOP none 0
    LPOP none 1
    LPOP none -1
    RPOP none 2
    RPOP l 100
    EXISTS l
    RPUSH l a
    LPOP l
    EXISTS l
    RPUSH l 1 2 3
    LPOP l 9223372036854775807
    LPOP
    RPUSH {t}2 a b c
    LMPOP 1 {t}2 LEFT
    LMPOP 2 {t}1 {t}2 right COUNT 1
    LMPOP 2 {t}1 {t}2 left count 10
    LMPOP 2 {t}1 {t}2 LEFT
    LMPOP 0 {t}2 LEFT
    LMPOP -1 {t}2 LEFT
    LMPOP x {t}2 LEFT
    LMPOP 1 {t}2 MIDDLE
    LMPOP 2 {t}2 LEFT
    LMPOP 3 {t}2 LEFT
    LMPOP 1 {t}2 LEFT COUNT
    LMPOP 1 {t}2 LEFT COUNT 0
    LMPOP 1 {t}2 LEFT COUNT -1
    LMPOP 1 {t}2 LEFT COUNT x
    LMPOP 1 {t}2 LEFT COUNT 1 COUNT 1
    LMPOP 1 {t}2 LEFT BOGUS 1
    LMPOP 1 {t}2 LEFT BOGUS
    LMPOP 1 {t}2
    LMPOP 9223372036854775807 {t}2 LEFT
    LMPOP 1
  `),
  'changing inside': callsOf(`
    RPUSH l a b c a b c a
    LSET l 0 first
    LSET l -1 last
    LSET l 7 x
    LSET l -8 x
    LSET l x x
    LSET l 4294967296 wrapped
    LSET l 4294967295 wrapped
    LSET none 0 x
    LSET none x x
    LRANGE l 0 -1
    LINSERT l BEFORE b 1
    LINSERT l after b 2
    LINSERT l After none 2
    LINSERT l BETWEEN b 2
    LINSERT none BEFORE b 2
    LINSERT none BETWEEN b 2
    LRANGE l 0 -1
    LREM l 1 b
    LREM l -1 c
    LREM l 0 none
    LREM l x b
    LREM none 0 b
    LREM none x b
    LRANGE l 0 -1
    RPUSH r a b a b a b a
    LREM r 2 a
    LRANGE r 0 -1
    LREM r -1 b
    LRANGE r 0 -1
    LREM r 0 a
    LREM r -9223372036854775808 b
    EXISTS r
    RPUSH t 1 2 3 4 5 6 7 8
    LTRIM t 1 -2
    LRANGE t 0 -1
    LTRIM t -3 100
    LRANGE t 0 -1
    LTRIM t 0 -1
    LTRIM t x 0
    LTRIM t 0 x
    LTRIM none 0 0
    LTRIM none x 0
    LTRIM t 2 1
    EXISTS t
    RPUSH t 1
    LTRIM t 5 9
    EXISTS t
    LSET l 0
    LINSERT l BEFORE a
    LREM l 0
    LTRIM l 0
  `),
  LPOS: callsOf(`
    RPUSH l a b c 1 2 3 c c
    LPOS l a
    LPOS l c
    LPOS l none
    LPOS none c
    LPOS none c COUNT 1
    LPOS l none COUNT 1
    LPOS l c RANK 1
    LPOS l c RANK 2
    LPOS l c RANK -1
    LPOS l c RANK -2
    LPOS l c RANK 4
    LPOS l c RANK 0
    LPOS l c RANK x
    LPOS l c RANK
    LPOS l c COUNT 0
    LPOS l c COUNT 1
    LPOS l c COUNT 2
    LPOS l c COUNT 2 RANK -1
    LPOS l c COUNT 2 RANK 2
    LPOS l c COUNT 0 RANK -2
    LPOS l c COUNT -1
    LPOS l c COUNT x
    LPOS l c count 0 maxlen 3
    LPOS l c COUNT 0 MAXLEN 7
    LPOS l c COUNT 0 MAXLEN 0
    LPOS l c MAXLEN 2
    LPOS l c MAXLEN 3
    LPOS l c MAXLEN -1
    LPOS l c MAXLEN x
    LPOS l c RANK -1 MAXLEN 1
    LPOS l a RANK -1 MAXLEN 7 COUNT 0
    LPOS l c BOGUS 1
    LPOS l c RANK 9223372036854775807
    LPOS l c RANK -9223372036854775807
    LPOS l c RANK -9223372036854775808
    LPOS l c RANK -9223372036854775808 COUNT 1
    LPOS l c RANK 2 RANK 3
    LPOS l
  `),
  moving: callsOf(`
    RPUSH {t}a 1 2 3 4
    LMOVE {t}a {t}b LEFT RIGHT
    LMOVE {t}a {t}b right left
    LMOVE {t}a {t}a LEFT RIGHT
    LMOVE {t}a {t}a LEFT LEFT
    RPOPLPUSH {t}a {t}b
    RPOPLPUSH {t}b {t}b
    LRANGE {t}a 0 -1
    LRANGE {t}b 0 -1
    LMOVE {t}a {t}b LEFT LEFT
    EXISTS {t}a
    LMOVE {t}a {t}b LEFT LEFT
    RPOPLPUSH {t}a {t}b
    LMOVE {t}a {t}b UP LEFT
    LMOVE {t}a {t}b LEFT UP
    LMOVE {t}b {t}b UP UP
    RPUSH {t}one x
    LMOVE {t}one {t}one LEFT RIGHT
    LRANGE {t}one 0 -1
    SET {t}s v
    LMOVE {t}b {t}s LEFT RIGHT
    LMOVE {t}s {t}b LEFT RIGHT
    LMOVE {t}a {t}s LEFT RIGHT
    RPOPLPUSH {t}s {t}b
    LRANGE {t}b 0 -1
    LMOVE {t}a {t}b LEFT
    RPOPLPUSH {t}a
  `),
  'the wrong type': callsOf(`
    SET s v
    LPUSH s a
    RPUSH s a
    LPUSHX s a
    RPUSHX s a
    LPOP s
    LPOP s 0
    LPOP s 1
    LPOP s x
    RPOP s
    LMPOP 1 s LEFT
    LLEN s
    LINDEX s 0
    LINDEX s x
    LRANGE s 0 -1
    LRANGE s x 0
    LSET s 0 a
    LSET s x a
    LINSERT s BEFORE a b
    LINSERT s BOGUS a b
    LREM s 0 a
    LREM s x a
    LTRIM s 0 1
    LTRIM s x 1
    LPOS s a
    LPOS s a RANK 0
    BLPOP s 0
    BLPOP s x
    BRPOP s 0
    BLMPOP 0 1 s LEFT
    RPUSH l a
    GET l
    HSET l a b
    APPEND l x
    INCR l
  `),
  'blocking commands that need not wait': callsOf(`
    RPUSH {t}a 1 2 3 4 5 6 7 8
    BLPOP {t}a 0
    BLPOP {t}none {t}a 0
    BRPOP {t}a {t}none 1.5
    BLPOP {t}a
    BLPOP {t}a x
    BLPOP {t}a -1
    BLPOP {t}a -0.0001
    BLPOP {t}a inf
    BLPOP {t}a -inf
    BLPOP {t}a nan
    BLPOP {t}a ''
    BLPOP {t}a 1e400
    BLPOP {t}a 9223372036854775.807
    BLPOP {t}a 9223372036854776
    BLPOP {t}a 0x1
    BLMOVE {t}a {t}b LEFT RIGHT 0
    BLMOVE {t}a {t}b LEFT RIGHT -1
    BLMOVE {t}a {t}b LEFT UP x
    BLMOVE {t}a {t}b UP LEFT x
    BLMOVE {t}a {t}b LEFT RIGHT x
    BRPOPLPUSH {t}a {t}b 0
    BRPOPLPUSH {t}a {t}b x
    BLMPOP 0 1 {t}b LEFT
    BLMPOP 0 2 {t}none {t}b LEFT COUNT 5
    BLMPOP x 1 {t}b LEFT
    BLMPOP -1 1 {t}b LEFT
    BLMPOP x 0 {t}b LEFT
    BLMPOP x 1 {t}b UP
    BLMPOP 0 1 {t}b LEFT COUNT 0
    BLMPOP 0 1 {t}b LEFT COUNT 1 MORE
    BLMPOP 0 1 {t}b
    SET {t}s v
    BLMOVE {t}s {t}b LEFT RIGHT 0
    RPUSH {t}c x
    BLMOVE {t}c {t}s LEFT RIGHT 0
    LRANGE {t}c 0 -1
    MULTI
    BLPOP {t}none 0
    BRPOP {t}none 0
    BLMPOP 0 1 {t}none LEFT
    BLMOVE {t}none {t}b LEFT RIGHT 0
    BRPOPLPUSH {t}none {t}b 0
    BLPOP {t}c 0
    EXEC
  `),
  'binary elements': [
    ['RPUSH', 'l', Uint8Array.from({ length: 64 }, (_, byte) => byte * 4), '\u20ac', 'a\0b', '-0', '007'],
    ['LRANGE', 'l', 0, -1],
    ['LPOS', 'l', 'a\0b'],
    ['LINSERT', 'l', 'BEFORE', 'a\0b', 'x'.repeat(10_000)],
    ['OBJECT', 'ENCODING', 'l'],
    ['LRANGE', 'l', 0, -1],
  ],
  'copies and names': callsOf(`
    RPUSH {t}a 1 2 3
    COPY {t}a {t}b
    RPUSH {t}b 4
    LRANGE {t}a 0 -1
    LRANGE {t}b 0 -1
    RENAME {t}a {t}c
    LRANGE {t}c 0 -1
    OBJECT ENCODING {t}c
    OBJECT REFCOUNT {t}c
    DEL {t}b
    SCAN 0 TYPE list COUNT 1000
    SCAN 0 TYPE hash COUNT 1000
    TYPE {t}c
    EXPIRE {t}c 100
    RPUSH {t}c 5
    TTL {t}c
  `),
};
