/** The shares of the slots and the nodes.conf files that a formed cluster begins with. */
import { describe, expect, it } from 'vitest';
import { nodesConfsOf, planCluster, slotRanges } from '../../src/testkit/formation.js';
import { Random } from '../../src/time/random.js';

function addresses(count: number): { ip: string; port: number; busPort: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    ip: '127.0.0.1',
    port: 7000 + index,
    busPort: 17_000 + index,
  }));
}

describe('the slots of the masters', () => {
  it.each<[masters: number, ranges: string]>([
    [1, '0-16383'],
    [2, '0-8191 8192-16383'],
    [3, '0-5460 5461-10922 10923-16383'],
    [4, '0-4095 4096-8191 8192-12287 12288-16383'],
    [5, '0-3276 3277-6553 6554-9829 9830-13106 13107-16383'],
    [6, '0-2730 2731-5460 5461-8191 8192-10922 10923-13652 13653-16383'],
    [7, '0-2340 2341-4680 4681-7021 7022-9361 9362-11702 11703-14042 14043-16383'],
  ])('are those that redis-cli gives %i masters', (masters, ranges) => {
    expect(
      slotRanges(masters)
        .map((range) => range.join('-'))
        .join(' '),
    ).toBe(ranges);
  });

  // Computed by the lines of redis-cli.c: `float slots_per_node`, `float cursor`, lround(cursor + slots_per_node - 1).
  it.each<[masters: number, index: number, range: readonly [number, number]]>([
    [78, 67, [14073, 14283]],
    [102, 97, [15581, 15741]],
    [500, 221, [7242, 7274]],
    [1000, 305, [4997, 5012]],
    [2000, 361, [2957, 2964]],
  ])('are rounded as redis-cli rounds them: %i masters, the one with index %i', (masters, index, range) => {
    expect(slotRanges(masters)[index]).toEqual(range);
  });

  it.each([1, 3, 10, 78, 333, 1000, 2000])('of %i masters are all slots, once each', (masters) => {
    const ranges = slotRanges(masters);
    expect(ranges).toHaveLength(masters);
    expect(ranges[0]![0]).toBe(0);
    expect(ranges.at(-1)![1]).toBe(16383);
    for (const [index, [first, last]] of ranges.entries()) {
      expect(last).toBeGreaterThanOrEqual(first);
      if (index > 0) expect(first).toBe(ranges[index - 1]![1] + 1);
    }
  });
});

describe('the plan of a cluster', () => {
  const plan = planCluster(addresses(9), 3, new Random(1));

  it('has the masters first, then the replicas in turn', () => {
    expect(plan.map(({ masterIndex }) => masterIndex)).toEqual([null, null, null, 0, 1, 2, 0, 1, 2]);
  });

  it('gives each master an epoch of its own', () => {
    expect(plan.map(({ configEpoch }) => configEpoch)).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0]);
  });

  it('gives every node an id, and a shard id that it shares with its replicas', () => {
    expect(new Set(plan.map(({ id }) => id)).size).toBe(9);
    for (const { id, shardId } of plan) expect(id + shardId).toMatch(/^[0-9a-f]{80}$/);
    expect(plan.map(({ shardId }) => shardId)).toEqual(
      [0, 1, 2, 0, 1, 2, 0, 1, 2].map((shard) => plan[shard]!.shardId),
    );
  });

  it('is the same for the same seed, and another one for another', () => {
    expect(planCluster(addresses(9), 3, new Random(1))).toEqual(plan);
    expect(planCluster(addresses(9), 3, new Random(2))).not.toEqual(plan);
  });

  it('is written as each release writes nodes.conf', () => {
    const [a, b] = planCluster(addresses(2), 1, new Random(3)) as [
      (typeof plan)[number],
      (typeof plan)[number],
    ];
    expect(nodesConfsOf([a, b], { version: '7.2' })[1]).toBe(
      `${a.id} 127.0.0.1:7000@17000,,tls-port=0,shard-id=${a.shardId} master - 0 0 1 connected 0-16383\n` +
        `${b.id} 127.0.0.1:7001@17001,,tls-port=0,shard-id=${a.shardId} myself,slave ${a.id} 0 0 1 connected\n` +
        'vars currentEpoch 2 lastVoteEpoch 0\n',
    );
    expect(nodesConfsOf([a, b], { version: '7.0' })[0]).toBe(
      `${a.id} 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-16383\n` +
        `${b.id} 127.0.0.1:7001@17001 slave ${a.id} 0 0 1 connected\n` +
        'vars currentEpoch 2 lastVoteEpoch 0\n',
    );
  });
});
