import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';
import { withoutTimes } from './stream-replies.js';

const TIMES = { normalise: withoutTimes };
const MAX = '18446744073709551615';

const CONFIG = {
  'enable-debug-command': 'yes',
  'stream-node-max-entries': '10',
  'stream-node-max-bytes': '1000',
};

describeParity('stream commands answer as redis-server does', () => {
  for (const protocol of [2, 3] as const) {
    describe(`RESP${protocol}`, () => {
      let pair: Pair;
      beforeAll(async () => {
        pair = await Pair.start({ protocol, config: CONFIG });
      });
      afterAll(() => pair.stop());

      for (const [name, calls] of Object.entries(TABLES)) {
        it(name, async () => {
          await pair.same(['FLUSHALL']);
          for (const call of calls) await pair.same(call, TIMES);
        });
      }

      it('HELP has as many lines', async () => {
        for (const call of callsOf('XGROUP HELP\nXINFO HELP')) {
          const { theirs, ours } = await pair.both(call);
          expect((ours.value as unknown[]).length).toBe((theirs.value as unknown[]).length);
        }
      });
    });
  }
});

const FIVE = callsOf(`
  XADD s 1-0 f 1
  XADD s 2-0 f 2
  XADD s 2-5 f 3
  XADD s 3-0 g 4 f x
  XADD s 10-0 f 5
`);

const TABLES: Readonly<Record<string, readonly Call[]>> = {
  'XADD and its IDs': callsOf(`
    XADD s
    XADD s *
    XADD s * f
    XADD s * f v g
    XADD s 0-0 f v
    XADD s 0 f v
    XADD s 0-* f v
    XADD s 0-* f v
    XADD s 5 f v
    XADD s 5 f v
    XADD s 5-1 f v
    XADD s 4-9 f v
    XADD s 5-* f v
    XADD s 4-* f v
    XADD s -5 f v
    XADD s 5- f v
    XADD s - f v
    XADD s + f v
    XADD s x f v
    XADD s '' f v
    XADD s ** f v
    XADD s 6-*1 f v
    XADD s 6-1-1 f v
    XADD s 06-01 f v
    XADD s +7-1 f v
    XADD s -07-1 f v
    XLEN s
    XADD s NOMKSTREAM 18446744073709551615-5 f v
    XADD none NOMKSTREAM * f v
    EXISTS none
    XADD s 18446744073709551615-* f v
    XADD s 18446744073709551615-18446744073709551615 f v
    XADD s * f v
    XADD s 18446744073709551615-* f v
    XADD s 18446744073709551616-1 f v
    XADD m ${MAX}-${MAX} f v
    XRANGE s - +
    XINFO STREAM s
    TYPE s
    OBJECT ENCODING s
    OBJECT REFCOUNT s
  `),
  'MAXLEN, MINID and LIMIT': [
    ...FIVE,
    ...callsOf(`
      XADD s MAXLEN 3 11-0 f 6
      XADD s MAXLEN = 3 12-0 f 7
      XADD s MAXLEN ~ 3 13-0 f 8
      XADD s MAXLEN -1 * f 8
      XADD s MAXLEN x * f 8
      XADD s MAXLEN * f 8
      XADD s MAXLEN ~ * f 8
      XADD s MAXLEN 3 MINID 5 * f 8
      XADD s MINID 5 MINID 5 * f 8
      XADD s MINID x * f 8
      XADD s MINID - * f 8
      XADD s LIMIT 5 * f 8
      XADD s LIMIT 0 14-0 f 8
      XADD s MAXLEN 5 LIMIT 5 * f 8
      XADD s MAXLEN 5 LIMIT 0 15-0 f 8
      XADD s MAXLEN ~ 5 LIMIT -5 * f 8
      XADD s MAXLEN ~ 5 LIMIT x * f 8
      XADD s LIMIT 5 MAXLEN ~ 5 15-0 f 8
      XADD s MINID 12 15-1 f 9
      XADD s MINID = 12-5 16-0 f 10
      XADD s MAXLEN 0 17-0 f 11
      XINFO STREAM s
      XTRIM s
      XTRIM s MAXLEN
      XTRIM s MAXLEN 1 EXTRA
      XTRIM s LIMIT 5
      XTRIM s NOMKSTREAM MAXLEN 5
      XTRIM s MAXLEN ~ 5 LIMIT
      XTRIM none MAXLEN 5
      XTRIM s MAXLEN 0
      XTRIM s MINID 5
      XINFO STREAM s
      XADD s 18-0 f 1
      XINFO STREAM s FULL
    `),
  ],
  'approximate trimming goes node by node': [
    ...Array.from(
      { length: 65 },
      (_, index): Call => ['XADD', 's', `${index + 1}-1`, 'f', 'v'.repeat(index % 7)],
    ),
    ...callsOf(`
      XINFO STREAM s
      XTRIM s MAXLEN ~ 60
      XTRIM s MAXLEN ~ 55
      XTRIM s MINID ~ 15
      XTRIM s MINID ~ 21
      XTRIM s MAXLEN ~ 5 LIMIT 9
      XTRIM s MAXLEN ~ 5 LIMIT 15
      XTRIM s MAXLEN ~ 5 LIMIT 20
      XTRIM s MAXLEN ~ 5 LIMIT 0
      XRANGE s - +
      XINFO STREAM s
    `),
    ...Array.from(
      { length: 30 },
      (_, index): Call => ['XADD', 's', 'MAXLEN', '~', '20', `${index + 100}-1`, 'f', 'v'],
    ),
    ['XINFO', 'STREAM', 's'],
    ...Array.from(
      { length: 20 },
      (_, index): Call => ['XADD', 'big', `${index + 1}`, 'f', 'v'.repeat(index * 15), 'g', '1'],
    ),
    ['XINFO', 'STREAM', 'big'],
    ['XTRIM', 'big', 'MAXLEN', '~', '7'],
    ['XADD', 'big', '100', 'f', 'v'.repeat(3000)],
    ['XADD', 'big', '101', 'f', 'v'.repeat(3000)],
    ['XADD', 'big', '102', 'f', 'v'],
    ['XINFO', 'STREAM', 'big'],
    ['XTRIM', 'big', 'MAXLEN', '~', '2'],
    ['XLEN', 'big'],
  ],
  'radix trees of many kinds of IDs': [
    ['CONFIG', 'SET', 'stream-node-max-entries', '1'],
    ...[
      '1-0',
      '1-1',
      '1-256',
      '1-65536',
      '2-0',
      '255-1',
      '256-1',
      '257-0',
      '65536-7',
      '16777216-1',
      `${2n ** 40n}-${2n ** 63n}`,
      `${2n ** 63n}-0`,
    ].flatMap((id): Call[] => [
      ['XADD', 's', id, 'f', 'v'],
      ['XINFO', 'STREAM', 's'],
    ]),
    ...['1-1', '65536-7', '2-0', '1-0'].flatMap((id): Call[] => [
      ['XDEL', 's', id],
      ['XINFO', 'STREAM', 's'],
    ]),
    ['CONFIG', 'SET', 'stream-node-max-entries', '10'],
  ],
  XDEL: [
    ...FIVE,
    ...callsOf(`
      XDEL s
      XDEL s 1-0 x
      XDEL s 99-0
      XDEL s 2-5 2-5
      XINFO STREAM s
      XDEL s 1-0
      XINFO STREAM s
      XRANGE s - +
      XREVRANGE s + -
      XDEL s 10-0
      XINFO STREAM s
      XDEL s 2 3
      XINFO STREAM s
      EXISTS s
      XADD s 4-0 f v
      XADD s 11-0 f v
      XINFO STREAM s
      XDEL none 1
      XDEL none x
    `),
  ],
  'XRANGE and XREVRANGE': [
    ...FIVE,
    ...callsOf(`
      XRANGE s - +
      XRANGE s 2 2
      XRANGE s 2-0 2-4
      XRANGE s (2-0 (3-0
      XRANGE s (2 +
      XRANGE s (2 (2
      XRANGE s - + COUNT 2
      XRANGE s - + COUNT 0
      XRANGE s - + COUNT -5
      XRANGE s - + COUNT x
      XRANGE s - + COUNT
      XRANGE s - + COUNT 1 COUNT 3
      XRANGE s - + BOGUS
      XRANGE s 9 1
      XRANGE s x +
      XRANGE s - x
      XRANGE s (- +
      XRANGE s ( +
      XRANGE s (${MAX}-${MAX} +
      XRANGE s - (0
      XRANGE s - (0-0
      XRANGE s - (0-1
      XRANGE s
      XREVRANGE s + -
      XREVRANGE s 3 2
      XREVRANGE s (3-0 (2-0
      XREVRANGE s + - COUNT 2
      XREVRANGE s 2 3
      XREVRANGE s + - COUNT 0
      XRANGE none - +
      XRANGE none - + COUNT 0
      XRANGE none x y
    `),
  ],
  XREAD: [
    ...FIVE,
    ...callsOf(`
      XADD {s}x 5-0 a b
      XREAD STREAMS s 0
      XREAD STREAMS s 2-5
      XREAD STREAMS s 10-0
      XREAD STREAMS s $
      XREAD COUNT 2 STREAMS s 0
      XREAD COUNT 0 STREAMS s 0
      XREAD COUNT -1 STREAMS s 0
      XREAD COUNT x STREAMS s 0
      XREAD STREAMS s none{s} 0 0
      XREAD STREAMS none 0
      XREAD STREAMS s
      XREAD STREAMS s {s} 0
      XREAD STREAMS
      XREAD COUNT 1
      XREAD BOGUS STREAMS s 0
      XREAD STREAMS s >
      XREAD STREAMS s x
      XREAD STREAMS s -
      XREAD STREAMS s ${MAX}-${MAX}
      XREAD GROUP g c STREAMS s 0
      XREAD NOACK STREAMS s 0
      XREAD BLOCK x STREAMS s 0
      XREAD BLOCK -1 STREAMS s 0
      XREAD BLOCK 9223372036854775807 STREAMS s 0
      XREAD BLOCK 9223372036854775808 STREAMS s 0
      XREAD BLOCK 1 STREAMS s 0
      XREAD BLOCK 1 STREAMS s $
      XREAD BLOCK 1 STREAMS none 0
      XREAD block 1 count 1 streams s 0
    `),
  ],
  'groups and consumers': [
    ...FIVE,
    ...callsOf(`
      XGROUP CREATE s g 0
      XGROUP CREATE s g 0
      XGROUP CREATE s end $
      XGROUP CREATE s x1 x
      XGROUP CREATE s x1 -
      XGROUP CREATE s most 0 ENTRIESREAD 9223372036854775807
      XREADGROUP GROUP most c COUNT 2 STREAMS s >
      XINFO GROUPS s
      XGROUP CREATE s mid 2-5 ENTRIESREAD 3
      XGROUP CREATE s x1 0 ENTRIESREAD -2
      XGROUP CREATE s x1 0 ENTRIESREAD x
      XGROUP CREATE s x1 0 ENTRIESREAD
      XGROUP CREATE s x1 0 BOGUS
      XGROUP CREATE s x1
      XGROUP CREATE s x1 0 MKSTREAM MKSTREAM MKSTREAM MKSTREAM
      XGROUP CREATE none g 0
      XGROUP CREATE none g x MKSTREAM
      EXISTS none
      XGROUP CREATE none g $ MKSTREAM
      XINFO STREAM none
      XINFO GROUPS none
      XGROUP CREATECONSUMER s g c1
      XGROUP CREATECONSUMER s g c1
      XGROUP CREATECONSUMER s no c1
      XGROUP CREATECONSUMER absent g c1
      XINFO CONSUMERS s g
      XREADGROUP GROUP g c1 COUNT 2 STREAMS s >
      XREADGROUP GROUP g c2 COUNT 1 STREAMS s >
      XINFO GROUPS s
      XINFO CONSUMERS s g
      XPENDING s g
      XPENDING s g - + 10
      XPENDING s g - + 10 c1
      XPENDING s g - + 10 nobody
      XPENDING s g - + 1
      XPENDING s g (1-0 + 10
      XPENDING s g - (1-0 10
      XPENDING s g IDLE 100000 - + 10
      XPENDING s g IDLE 0 - + 10 c1
      XPENDING s g IDLE x - + 10
      XPENDING s g IDLE 5 - +
      XPENDING s g IDLE 5
      XPENDING s g - +
      XPENDING s g - + x
      XPENDING s g x + 1
      XPENDING s g - + -1
      XPENDING s g - + 1 c1 more and more
      XPENDING s none
      XPENDING absent g
      XPENDING s
      XREADGROUP GROUP g c1 STREAMS s 0
      XREADGROUP GROUP g c1 COUNT 1 STREAMS s 0
      XREADGROUP GROUP g c1 STREAMS s 1-0
      XREADGROUP GROUP g new STREAMS s 0
      XINFO CONSUMERS s g
      XDEL s 1-0
      XREADGROUP GROUP g c1 STREAMS s 0
      XREADGROUP GROUP g c1 NOACK STREAMS s >
      XREADGROUP GROUP g c1 STREAMS s >
      XREADGROUP GROUP g idle STREAMS s >
      XINFO CONSUMERS s g
      XACK s g 1-0 2-0 99-0
      XACK s g x
      XACK s g 1-0 x
      XACK s none 1-0
      XACK none g 1-0
      XACK s none x
      XINFO STREAM s FULL
      XINFO STREAM s FULL COUNT 1
      XINFO STREAM s FULL COUNT 0
      XINFO STREAM s FULL COUNT -1
      XINFO STREAM s FULL COUNT x
      XINFO STREAM s FULL COUNT
      XINFO STREAM s BOGUS
      XINFO STREAM s FULL BOGUS 1
      XINFO STREAM absent
      XINFO GROUPS absent
      XINFO CONSUMERS s none
      XINFO CONSUMERS absent g
      XINFO BOGUS s
      XINFO
      XINFO GROUPS
      XGROUP SETID s g 2-0
      XINFO GROUPS s
      XREADGROUP GROUP g c2 STREAMS s >
      XINFO STREAM s FULL
      XGROUP SETID s g $
      XGROUP SETID s g -
      XGROUP SETID s g +
      XGROUP SETID s g x
      XGROUP SETID s g 0 ENTRIESREAD 2
      XGROUP SETID s g 0 ENTRIESREAD 2 ENTRIESREAD 3
      XGROUP SETID s g 0 MKSTREAM
      XGROUP SETID s none 0
      XGROUP SETID absent none 0
      XINFO GROUPS s
      XGROUP DELCONSUMER s g c2
      XGROUP DELCONSUMER s g c2
      XGROUP DELCONSUMER s none c2
      XGROUP DESTROY s g
      XGROUP DESTROY s g
      XGROUP DESTROY absent g
      XGROUP BOGUS s g
      XGROUP
      XINFO STREAM s FULL
    `),
  ],
  'XREADGROUP syntax': [
    ...FIVE,
    ...callsOf(`
      XGROUP CREATE s g 0
      XREADGROUP
      XREADGROUP GROUP g c STREAMS s
      XREADGROUP GROUP g c STREAMS s $
      XREADGROUP GROUP g c STREAMS s x
      XREADGROUP GROUP no c STREAMS s >
      XREADGROUP GROUP g c STREAMS none >
      XREADGROUP COUNT 1 NOACK STREAMS s >
      XREADGROUP GROUP g c COUNT 1 BOGUS STREAMS s >
      XREADGROUP GROUP g c STREAMS s {s}2 >
      XREADGROUP GROUP g c STREAMS s {s}2 > >
      XREADGROUP GROUP g c BLOCK 1 STREAMS s ${MAX}-${MAX}
      XREADGROUP GROUP g c BLOCK 1 STREAMS s >
      XREADGROUP NOACK GROUP g c COUNT 1 BLOCK 1 STREAMS s 0
      XINFO CONSUMERS s g
    `),
  ],
  'XCLAIM and XAUTOCLAIM': [
    ...FIVE,
    ...callsOf(`
      XGROUP CREATE s g 0
      XREADGROUP GROUP g c1 STREAMS s >
      XCLAIM s g c2 0 1-0
      XCLAIM s g c2 100000 2-0
      XCLAIM s g c2 -5 2-0
      XCLAIM s g c3 100000 3-0
      XINFO CONSUMERS s g
      XCLAIM s g c2 0 1-0 2-0 JUSTID
      XCLAIM s g c2 0 99-0
      XCLAIM s g c2 0 99-0 FORCE
      XCLAIM s g c2 x 1-0
      XCLAIM s g c2 0 x
      XCLAIM s g c2 0 1-0 BOGUS
      XCLAIM s g c2 0 1-0 IDLE
      XCLAIM s g c2 0 1-0 IDLE x
      XCLAIM s g c2 0 1-0 TIME x
      XCLAIM s g c2 0 1-0 RETRYCOUNT x
      XCLAIM s g c2 0 1-0 LASTID x
      XCLAIM s g c2 0 1-0 IDLE 50000
      XCLAIM s g c1 40000 1-0 2-0
      XCLAIM s g c1 0 1-0 TIME 1000
      XCLAIM s g c1 0 1-0 RETRYCOUNT 5
      XCLAIM s g c1 0 1-0 RETRYCOUNT -5
      XCLAIM s g c1 0 1-0 RETRYCOUNT 9223372036854775806
      XCLAIM s g c1 0 1-0
      XCLAIM s g c1 0 1-0 FORCE JUSTID LASTID 50-0
      XCLAIM s g c1 0 LASTID 60-0
      XCLAIM s g c1 0
      XPENDING s g - + 100
      XINFO GROUPS s
      XCLAIM s none c1 0 1-0
      XCLAIM none g c1 0 1-0
      XACK s g 1-0
      XCLAIM s g c5 0 1-0
      XCLAIM s g c5 0 1-0 FORCE
      XPENDING s g - + 100
      XDEL s 2-0 2-5
      XCLAIM s g c1 0 2-0
      XPENDING s g
      XAUTOCLAIM s g c9 0 0
      XAUTOCLAIM s g c9 0 0 COUNT 1
      XAUTOCLAIM s g c9 0 (1-0 COUNT 1 JUSTID
      XAUTOCLAIM s g c10 100000 0
      XAUTOCLAIM s g c9 0 0 COUNT 0
      XAUTOCLAIM s g c9 0 0 COUNT -1
      XAUTOCLAIM s g c9 0 0 COUNT x
      XAUTOCLAIM s g c9 0 0 COUNT
      XAUTOCLAIM s g c9 0 0 BOGUS
      XAUTOCLAIM s g c9 x 0
      XAUTOCLAIM s g c9 0 x
      XAUTOCLAIM s g c9 0 (${MAX}-${MAX}
      XAUTOCLAIM s none c9 0 0
      XAUTOCLAIM none g c9 0 0
      XAUTOCLAIM s g c9 0
      XINFO STREAM s FULL
    `),
  ],
  XSETID: [
    ...FIVE,
    ...callsOf(`
      XSETID s 20-0
      XSETID s 5-0
      XSETID s x
      XSETID s -
      XSETID s 30-0 ENTRIESADDED 100 MAXDELETEDID 2-0
      XINFO STREAM s
      XSETID s 30-0 ENTRIESADDED 2
      XSETID s 30-0 ENTRIESADDED -2
      XSETID s 30-0 ENTRIESADDED x
      XSETID s 30-0 ENTRIESADDED
      XSETID s 30-0 MAXDELETEDID 40-0
      XSETID s 30-0 MAXDELETEDID x
      XSETID s 30-0 MAXDELETEDID 25-0
      XSETID s 26-0
      XSETID s 24-0
      XSETID s 30-0 BOGUS
      XSETID none 1-0
      XSETID none x
      XSETID s 30-0 ENTRIESADDED 9223372036854775807
      XADD s 31-0 f v
      XINFO STREAM s
      XGROUP CREATE s g 3-0
      XINFO GROUPS s
    `),
  ],
  'what a group has read, and its lag': [
    ...FIVE,
    ...callsOf(`
      XGROUP CREATE s zero 0
      XGROUP CREATE s first 1-0
      XGROUP CREATE s mid 2-0
      XGROUP CREATE s last 10-0
      XGROUP CREATE s far 99-0
      XGROUP CREATE s known 2-0 ENTRIESREAD 2
      XINFO GROUPS s
      XREADGROUP GROUP mid c COUNT 1 STREAMS s >
      XREADGROUP GROUP known c COUNT 1 STREAMS s >
      XINFO GROUPS s
      XDEL s 3-0
      XINFO GROUPS s
      XREADGROUP GROUP known c COUNT 1 STREAMS s >
      XREADGROUP GROUP zero c COUNT 1 STREAMS s >
      XINFO GROUPS s
      XADD s 20-0 f v
      XREADGROUP GROUP mid c COUNT 1 STREAMS s >
      XREADGROUP GROUP zero c COUNT 10 STREAMS s >
      XINFO GROUPS s
      XTRIM s MAXLEN 1
      XINFO GROUPS s
      XDEL s 20-0
      XINFO GROUPS s
      XADD s 100-0 f v
      XINFO GROUPS s
    `),
  ],
  'the wrong type': callsOf(`
    SET t v
    XADD t * f v
    XADD t 0-0 f v
    XADD t x f v
    XTRIM t MAXLEN 1
    XDEL t 1
    XDEL t x
    XLEN t
    XRANGE t - +
    XRANGE t x +
    XREVRANGE t + -
    XREAD STREAMS t 0
    XREAD STREAMS t x
    XREADGROUP GROUP g c STREAMS t >
    XGROUP CREATE t g 0
    XGROUP CREATE t g x MKSTREAM
    XGROUP DESTROY t g
    XACK t g 1
    XPENDING t g
    XCLAIM t g c 0 1
    XAUTOCLAIM t g c 0 0
    XINFO STREAM t
    XINFO GROUPS t
    XSETID t 1-0
    XADD s 1-0 f v
    GET s
    HGET s f
    APPEND s x
    SET s now a string
    SET s text
    XLEN s
  `),
  'copies, names and digests': [
    ...FIVE,
    ...callsOf(`
      XGROUP CREATE s g 0
      XREADGROUP GROUP g c1 COUNT 3 STREAMS s >
      XDEL s 2-0
      COPY s {s}copy
      XACK s g 1-0
      XADD s 11-0 f v
      XINFO STREAM s FULL
      XINFO STREAM {s}copy FULL
      DEBUG DIGEST-VALUE s {s}copy
      DEBUG DIGEST
      RENAME s {s}2
      XLEN {s}2
      DEL {s}copy
      SCAN 0 TYPE stream COUNT 100
    `),
  ],
};
