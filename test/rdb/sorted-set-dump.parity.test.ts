/** DUMP payloads of sorted sets against those of redis-server. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SortedSetValue } from '../../src/keyspace/values/sorted-set-value.js';
import { createDumpPayload, readDumpPayload } from '../../src/rdb/dump-payload.js';
import { Random } from '../../src/time/random.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { LIMITS } from './rdb-fixtures.js';

const SCORES = [
  ...[
    0,
    -0,
    1,
    -1,
    127,
    128,
    4096,
    -4097,
    32768,
    8388608,
    2147483648,
    2 ** 53,
    2 ** 62,
    2 ** 63,
    1e20,
    1e300,
  ],
  ...[0.1, 1.5, -2.25, Math.PI, 1e-7, 5e-324, 1 / 3, 123456.789],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

describeParity('DUMP of sorted sets', () => {
  let real: RealRedis;
  let rdbVersion: number;

  beforeAll(async () => {
    real = await startRealRedis();
    rdbVersion = real.version.startsWith('7.0') ? 10 : 11;
  });
  afterAll(() => real.stop());

  async function dump(key: string): Promise<Buffer> {
    const reply = await real.raw('DUMP', key);
    return Buffer.from(reply.subarray(reply.indexOf('\n') + 1, -2));
  }

  async function both(members: ReadonlyMap<string, number>): Promise<SortedSetValue> {
    await real.command('DEL', 'z');
    const set = new SortedSetValue();
    for (const [member, score] of members) {
      await real.command('ZADD', 'z', textOf(score), member);
      set.set(member, score, LIMITS.zset);
    }
    return set;
  }

  it('gives the same payload for every score, in listpacks and in skip lists', async () => {
    const big = new Map<string, number>([['x'.repeat(65), 1]]);
    for (const [index, score] of SCORES.entries()) {
      const small = await both(new Map([[`m${index}`, score]]));
      expect(Buffer.from(createDumpPayload(small, rdbVersion)).equals(await dump('z')), textOf(score)).toBe(
        true,
      );
      big.set(`m${index}`, score);
    }
    const set = await both(big);
    expect(set.encoding).toBe('skiplist');
    expect(Buffer.from(createDumpPayload(set, rdbVersion)).equals(await dump('z'))).toBe(true);
  });

  it('reads what the server has written, and the other way round', async () => {
    const random = new Random(11);
    for (const size of [1, 5, 100, 128, 129, 400]) {
      const members = new Map<string, number>();
      while (members.size < size) members.set(String(random.below(5000)), random.below(100) / 8);
      const set = await both(members);
      const loaded = readDumpPayload(await dump('z'), LIMITS) as SortedSetValue;
      expect([...loaded.entries()]).toEqual([...set.entries()]);
      expect(loaded.encoding).toBe(set.encoding);
      const before = await real.command('ZRANGE', 'z', 0, -1, 'WITHSCORES');
      await real.command('RESTORE', 'z', 0, createDumpPayload(set, 10), 'REPLACE');
      expect(await real.command('ZRANGE', 'z', 0, -1, 'WITHSCORES')).toEqual(before);
    }
  });
});

function textOf(score: number): string {
  if (Object.is(score, -0)) return '-0';
  return Number.isFinite(score) ? String(score) : score > 0 ? 'inf' : '-inf';
}
