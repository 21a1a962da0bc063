// Recipes: races between what operators and failures do to one slot, under seeds, with the invariants checked.
import { describe, expect, it } from 'vitest';
import { checkDeterminism, keyForSlot, simulate, type TestNode } from '../../../src/index.js';
import { ioredis, otherMaster, start } from './cookbook.js';

const key = keyForSlot(0);

describe('23. a slot migrates while its shard fails over', () => {
  it.each([
    [1, 'importing'],
    [2, 'migrating'],
    [3, 'node-dst'],
    [4, 'node-src'],
  ] as const)(
    'seed %i: the source dies at %s; one node has the slot in the end, and the write is there or accounted for',
    async (seed, pauseAt) => {
      const runs = await simulate({ seeds: [seed] }, async (sim) => {
        const { cluster, client } = sim;
        await client.command('SET', key, 'value');
        await cluster.waitFor('in-sync');
        const source = cluster.nodeForSlot(0);
        const [target] = cluster.masters.filter((node) => node !== source) as [TestNode];
        await cluster.migrateSlot({ slot: 0, to: target, pauseAt });
        await source.kill();
        // By the seed: before the failover, in the middle of it, or after.
        await sim.advance(sim.random.below(8000));
        await sim.heal();
        // An operator closes what was left open.
        await target.command('CLUSTER', 'SETSLOT', 0, 'STABLE');
        await sim.converge();
        // Slot 0 can only be the first of a range.
        const owners = cluster.masters.filter(({ slots }) => slots[0]?.[0] === 0);
        if (owners.length !== 1) sim.report('one owner', `${owners.length} masters have slot 0`);
        const isThere = (await client.command('GET', key)) === 'value';
        // Lost with the memory of a master that came back before its replica took over.
        if (!isThere && cluster.lostWrites().length === 0) sim.report('no loss', 'the write is gone');
      });
      expect(runs).toMatchObject([{ seed }]);
    },
  );

  it('an open slot outlives the failover of its source: the target is down until it is closed', async () => {
    const cluster = await start({ nodeTimeout: '2s' });
    const [source, target] = [cluster.nodeForSlot(0), otherMaster(cluster)];
    const redis = ioredis(cluster);
    await redis.set(key, 1);
    await cluster.waitFor('in-sync');
    await cluster.migrateSlot({ slot: 0, to: target, pauseAt: 'migrating' });
    await source.kill();
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== source);
    await source.restart();
    await cluster.advance('30s');
    // While it imports a slot, a node takes no news of its owner; and its owner has become a replica.
    expect(cluster.problem('ok')).toContain(`${target.name} says cluster_state:fail`);
    expect(await target.command('CLUSTER', 'SETSLOT', 0, 'STABLE')).toBe('OK');
    await cluster.waitFor('ok');
    expect(await redis.incr(key)).toBe(2);
  });

  it('the same seed gives the same run', async () => {
    const runs = await checkDeterminism({ seeds: [7] }, (sim) => sim.step());
    expect(runs).toMatchObject([{ seed: 7, faults: 1 }]);
  });
});
