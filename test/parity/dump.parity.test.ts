/** DUMP and RESTORE: replies and errors, and payloads that go from one server to the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeParity,
  type RealConnection,
  type RealRedis,
  startRealRedis,
} from '../support/real-redis.js';
import { type Call, callsOf, expectSame, Pair, show } from './compare.js';
import { type StandaloneNode, startStandaloneNode } from './standalone-node.js';
import { withoutTimes } from './stream-replies.js';
import { parseTypedReply } from './typed-reply.js';

describeParity('DUMP and RESTORE answer as redis-server does', () => {
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

  describe('payloads', () => {
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

    for (const [name, { make, read, isExact }] of Object.entries(PAYLOADS)) {
      it(`of ${name}`, async () => {
        for (const connection of [theirs, ours]) {
          await connection.raw('FLUSHALL');
          for (const call of make) await connection.raw(...call);
        }
        const payloads = [
          bulkOf(await theirs.raw('DUMP', 'k')),
          bulkOf(await ours.raw('DUMP', 'k')),
        ] as const;
        if (isExact) expect(payloads[1].toString('hex')).toBe(payloads[0].toString('hex'));
        // Each restores what the other one dumped.
        for (const [connection, payload] of [
          [theirs, payloads[1]],
          [ours, payloads[0]],
        ] as const) {
          expect((await connection.raw('RESTORE', 'k', 0, payload, 'REPLACE')).toString()).toBe('+OK\r\n');
        }
        for (const call of read) {
          const [a, b] = await Promise.all([theirs.raw(...call), ours.raw(...call)]);
          const unordered = isExact ? {} : { unordered: 'items' as const };
          expectSame(call, parseTypedReply(a), parseTypedReply(b), { normalise: withoutTimes, ...unordered });
        }
        if (!isExact) return;
        const again = [bulkOf(await theirs.raw('DUMP', 'k')), bulkOf(await ours.raw('DUMP', 'k'))] as const;
        expect(again[1].toString('hex'), `${show(make[0] as Call)} after RESTORE`).toBe(
          again[0].toString('hex'),
        );
      });
    }
  });
});

function bulkOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

interface Payload {
  readonly make: readonly Call[];
  readonly read: readonly Call[];
  /** The bytes are the same, too: nothing depends on times or on the order of a hash table. */
  readonly isExact: boolean;
}

const STREAM_READS = callsOf(`
  XINFO STREAM k FULL COUNT 0
  XINFO STREAM k
  XLEN k
  DEBUG DIGEST-VALUE k
`).filter((call) => call[0] !== 'DEBUG');

const MAX = '18446744073709551615';

const PAYLOADS: Readonly<Record<string, Payload>> = {
  'a text': { make: [['SET', 'k', 'hello '.repeat(50)]], read: [['GET', 'k']], isExact: true },
  'an integer': {
    make: [['SET', 'k', '-12345']],
    read: [
      ['GET', 'k'],
      ['OBJECT', 'ENCODING', 'k'],
    ],
    isExact: true,
  },
  'a bitmap': {
    make: callsOf('SETBIT k 77 1\nSETBIT k 3 1'),
    read: callsOf('GET k\nBITCOUNT k'),
    isExact: true,
  },
  'a sparse HyperLogLog': {
    make: callsOf('PFADD k a b c d'),
    read: callsOf('GET k\nPFCOUNT k'),
    isExact: true,
  },
  'a list': {
    make: callsOf('RPUSH k a 1 -5 long-text-long-text-long-text'),
    read: callsOf('LRANGE k 0 -1'),
    isExact: true,
  },
  'a small set': {
    make: callsOf('SADD k 3 1 2'),
    read: callsOf('SMEMBERS k\nOBJECT ENCODING k'),
    isExact: true,
  },
  'a big set': {
    make: [['SADD', 'k', ...Array.from({ length: 600 }, (_, index) => `m${index}`)]],
    read: callsOf('SCARD k\nSMEMBERS k\nOBJECT ENCODING k'),
    isExact: false,
  },
  'a sorted set': {
    make: callsOf('ZADD k 1 a 2.5 b -inf c'),
    read: callsOf('ZRANGE k 0 -1 WITHSCORES'),
    isExact: true,
  },
  'a hash': {
    make: callsOf('HSET k a 1 b two c 3'),
    read: callsOf('HGETALL k\nOBJECT ENCODING k'),
    isExact: true,
  },
  'an empty stream': {
    make: callsOf('XADD k 1-1 f v\nXDEL k 1-1'),
    read: STREAM_READS,
    isExact: true,
  },
  'a stream with entries of many kinds': {
    make: [
      ...callsOf(`
        XADD k 1-1 f v
        XADD k 1-2 f w
        XADD k 2-0 f v g 127
        XADD k 3-0 1 2 -70000 99999999999
        XADD k 5000000000000-7 f -129
        XADD k 5000000000001-0 f 8388608 f twice
        XADD k ${MAX}-${MAX} f end
      `),
      ['XADD', 'other', '1-1', 'f', ''],
      ['XDEL', 'k', '1-2'],
    ],
    read: STREAM_READS,
    isExact: true,
  },
  'a stream with many nodes': {
    make: Array.from(
      { length: 350 },
      (_, index): Call => [
        'XADD',
        'k',
        `${1000 + index * 300}-${index % 3}`,
        'field',
        'v'.repeat(index % 90),
      ],
    ).concat(callsOf('XDEL k 1300-1 1600-2 4000-1\nXTRIM k MAXLEN 222')),
    read: STREAM_READS,
    isExact: true,
  },
  'a stream with groups without consumers': {
    make: callsOf(`
      XADD k 1-1 f v
      XGROUP CREATE k g 0
      XGROUP CREATE k other 1-1 ENTRIESREAD 1
      XGROUP CREATE k 12345 ${MAX}-0
      XSETID k ${MAX}-${MAX} ENTRIESADDED 9223372036854775807 MAXDELETEDID ${MAX}-5
    `),
    read: STREAM_READS,
    isExact: true,
  },
  'a stream with pending entries': {
    make: [
      ...callsOf('XADD k 1-1 f v\nXADD k 2-1 f v\nXADD k 3-1 f v\nXGROUP CREATE k g 0'),
      ...callsOf('XREADGROUP GROUP g bob COUNT 2 STREAMS k >\nXREADGROUP GROUP g alice STREAMS k >'),
      ...callsOf('XGROUP CREATECONSUMER k g idle\nXACK k g 1-1\nXDEL k 2-1'),
    ],
    read: [...STREAM_READS, ...callsOf('XPENDING k g\nXPENDING k g - + 10\nXINFO CONSUMERS k g')],
    isExact: false,
  },
};

/** Of the text `hello`, as RDB version 10, which both releases read. */
const HELLO = Buffer.from('000568656c6c6f0a006372df766534200a', 'hex');

const TABLES: Readonly<Record<string, readonly Call[]>> = {
  DUMP: callsOf(`
    DUMP none
    DUMP
    DUMP a b
    SET k v
    DUMP k
    SET n 1000
    DUMP n
  `),
  'what is no payload': [
    ['RESTORE', 'k', 0, 'x'],
    ['RESTORE', 'k', 0, ''],
    ['RESTORE', 'k', 0, 'twelve bytes'],
    ['RESTORE', 'k', 0, 'x', 'BOGUS'],
    ['RESTORE', 'k', 'x', 'x'],
    ['RESTORE', 'k', -1, 'x'],
    ['RESTORE', 'k', '1.5', 'x'],
    ['RESTORE', 'k', 0],
    ['RESTORE', 'k'],
    ['RESTORE', 'k', 0, HELLO.subarray(0, -1)],
    ['RESTORE', 'k', 0, Buffer.concat([HELLO.subarray(0, 7), Buffer.of(99, 0), HELLO.subarray(9)])],
    ['EXISTS', 'k'],
  ],
  options: [
    ['RESTORE', 'k', 0, HELLO],
    ['GET', 'k'],
    ['RESTORE', 'k', 0, HELLO],
    ['RESTORE', 'k', 'x', HELLO],
    ['RESTORE', 'k', 0, HELLO, 'replace'],
    ['TTL', 'k'],
    ['RESTORE', 'k', 100_000, HELLO, 'REPLACE'],
    ['TTL', 'k'],
    ['RESTORE', 'k', 4_102_444_800_000, HELLO, 'REPLACE', 'ABSTTL'],
    ['PEXPIRETIME', 'k'],
    ['RESTORE', 'k', 1, HELLO, 'REPLACE', 'ABSTTL'],
    ['EXISTS', 'k'],
    ['RESTORE', 'k', 1, HELLO, 'ABSTTL'],
    ['EXISTS', 'k'],
    ['RESTORE', 'k', '9223372036854775807', HELLO],
    ['EXISTS', 'k'],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME', 1000],
    ['OBJECT', 'IDLETIME', 'k'],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME', -1],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME', 'x'],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME'],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'FREQ', 256],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'FREQ', -1],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'FREQ', 'x'],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'FREQ', 7],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'FREQ', 7, 'IDLETIME', 5],
    ['RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME', 5, 'FREQ', 7],
    ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu'],
    ['RESTORE', 'f', 0, HELLO, 'FREQ', 77],
    ['OBJECT', 'FREQ', 'f'],
    ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
    ['RESTORE-ASKING', 'a', 0, HELLO],
    ['RESTORE-ASKING', 'a', 0, HELLO],
    ['RESTORE-ASKING', 'a', 0, HELLO, 'REPLACE'],
    ['RESTORE-ASKING', 'a', 0, 'bad'],
    ['GET', 'a'],
  ],
};
