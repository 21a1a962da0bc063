// Section "Replica migration" of the Redis Cluster specification: a master that lost its replicas gets one of another master.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#replica-migration
import { describe, expect, it } from 'vitest';
import { type Cluster, type ClusterOptions, keyForNode, type TestNode } from '../../src/index.js';
import { CRON_MS, eventsOf, masters, replicaOf, startScenario, viewOf } from './scenario.js';

/** A master has to be without a replica for this long. */
const ORPHAN_DELAY_MS = 5000;

interface Shards {
  readonly cluster: Cluster;
  /** The master with two replicas. */
  readonly rich: TestNode;
  /** The master without a replica. */
  readonly orphan: TestNode;
  readonly lostReplica: TestNode;
  readonly spare: TestNode[];
}

/** Three masters: one with two replicas, one with one, one whose replica is dead. */
async function withOrphan(config: ClusterOptions['config'] = {}): Promise<Shards> {
  const cluster = await startScenario({ masters: 3, replicas: 2, config });
  const [rich, middle, orphan] = masters(cluster);
  const spare = rich.replicas;
  await middle.replicas[1]!.kill();
  const [lostReplica, other] = orphan.replicas as [TestNode, TestNode];
  await other.kill();
  await cluster.waitFor(() => viewOf(orphan, other).isFailing);
  await cluster.advance('1m');
  expect(eventsOf(cluster, 'replica-migration')).toEqual([]);
  return { cluster, rich, orphan, lostReplica, spare };
}

/** Kills the last replica of the orphan, and waits until all know. */
async function makeOrphan({ cluster, lostReplica }: Shards): Promise<void> {
  await lostReplica.kill();
  const running = cluster.nodes.filter(({ isRunning }) => isRunning);
  await cluster.waitFor(() => running.every((node) => viewOf(node, lostReplica).isFailing));
}

describe('an orphaned master ("Replica migration")', () => {
  it('gets a replica of the master that has most, after 5 s', async () => {
    const shards = await withOrphan();
    const { cluster, rich, orphan, spare } = shards;
    await makeOrphan(shards);
    const orphanedAtMs = cluster.now();
    await cluster.waitFor(() => eventsOf(cluster, 'replica-migration').length > 0);
    const tookMs = cluster.now() - orphanedAtMs;
    expect(tookMs).toBeGreaterThan(ORPHAN_DELAY_MS);
    expect(tookMs).toBeLessThanOrEqual(ORPHAN_DELAY_MS + 3 * CRON_MS);

    await cluster.waitFor('ok');
    // Of the two candidates the one with the smaller id moves, and only that one.
    const [mover, stayer] = spare.toSorted((one, other) => (one.id < other.id ? -1 : 1)) as [
      TestNode,
      TestNode,
    ];
    expect(eventsOf(cluster, 'replica-migration').map(({ node }) => node)).toEqual([mover.name]);
    expect(mover.master).toBe(orphan);
    expect(stayer.master).toBe(rich);
    const key = keyForNode(orphan);
    await orphan.command('SET', key, 'value');
    await mover.command('READONLY');
    expect(await mover.command('GET', key)).toBe('value');
  });

  it('is saved by the replica that came to it', async () => {
    const shards = await withOrphan();
    const { cluster, orphan } = shards;
    const key = keyForNode(orphan);
    await orphan.command('SET', key, 'value');
    await makeOrphan(shards);
    await cluster.waitFor(() => eventsOf(cluster, 'replica-migration').length > 0);
    await cluster.waitFor('ok');
    const guest = orphan.replicas.find(({ isRunning }) => isRunning)!;
    await orphan.kill();
    await cluster.waitFor('ok');
    expect(guest.role).toBe('master');
    expect(await guest.command('GET', key)).toBe('value');
  });

  it('keeps both replicas when its own comes back later', async () => {
    const shards = await withOrphan();
    const { cluster, orphan, lostReplica } = shards;
    await makeOrphan(shards);
    await cluster.waitFor(() => eventsOf(cluster, 'replica-migration').length > 0);
    await lostReplica.restart();
    await cluster.waitFor('ok');
    await cluster.advance('1m');
    expect(orphan.replicas.filter(({ isRunning }) => isRunning)).toHaveLength(2);
    expect(eventsOf(cluster, 'replica-migration')).toHaveLength(1);
  });

  it('gets none when its replica comes back within 5 s', async () => {
    const shards = await withOrphan();
    const { cluster, orphan, lostReplica } = shards;
    await makeOrphan(shards);
    await cluster.advance('4s');
    await lostReplica.restart();
    await cluster.waitFor('ok');
    await cluster.advance('1m');
    expect(eventsOf(cluster, 'replica-migration')).toEqual([]);
    expect(lostReplica.master).toBe(orphan);
  });
});

describe('when no replica moves ("Replica migration")', () => {
  it.each([
    ['cluster-migration-barrier is more than would be left', { 'cluster-migration-barrier': 2 }],
    ['cluster-allow-replica-migration is no', { 'cluster-allow-replica-migration': false }],
  ])('%s', async (_name, config) => {
    const shards = await withOrphan(config);
    const { cluster, rich, spare } = shards;
    await makeOrphan(shards);
    await cluster.advance('1m');
    expect(eventsOf(cluster, 'replica-migration')).toEqual([]);
    expect(spare.map(({ master }) => master)).toEqual([rich, rich]);
  });

  it('no master has two working replicas', async () => {
    const cluster = await startScenario();
    const [, , orphan] = masters(cluster);
    await replicaOf(orphan).kill();
    await cluster.advance('1m');
    expect(eventsOf(cluster, 'replica-migration')).toEqual([]);
  });

  it('the master never had a replica', async () => {
    const cluster = await startScenario({ masters: 4, replicas: 0 });
    const [a, b, c] = masters(cluster);
    const fourth = cluster.masters[3]!;
    // Two masters give up their slots and become replicas of the first one.
    for (const [donor, ranges] of [
      [c, c.slots],
      [fourth, fourth.slots],
    ] as const) {
      for (const [first, last] of ranges) {
        await donor.command('CLUSTER', 'FLUSHSLOTS');
        for (const node of [a, b, c, fourth]) {
          if (node !== donor) await node.command('CLUSTER', 'DELSLOTSRANGE', first, last);
        }
        await a.command('CLUSTER', 'ADDSLOTSRANGE', first, last);
      }
    }
    await c.command('CLUSTER', 'REPLICATE', a.id);
    await fourth.command('CLUSTER', 'REPLICATE', a.id);
    await cluster.waitFor('ok');
    expect(a.replicas).toHaveLength(2);
    await cluster.advance('1m');
    expect(eventsOf(cluster, 'replica-migration')).toEqual([]);
    expect(b.replicas).toEqual([]);
  });

  it('the cluster is down as the replica sees it', async () => {
    const shards = await withOrphan();
    const { cluster, spare } = shards;
    const [, middle] = masters(cluster);
    // The slots of the middle master are not served, since its last replica may not fail over.
    const last = middle.replicas.find(({ isRunning }) => isRunning)!;
    await last.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
    await middle.kill();
    await makeOrphan(shards);
    await cluster.waitFor(() => viewOf(spare[0]!, middle).isFailing);
    await cluster.advance('1m');
    expect(eventsOf(cluster, 'replica-migration')).toEqual([]);
  });
});
