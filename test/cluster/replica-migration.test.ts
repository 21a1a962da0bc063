// "Replica migration" of the specification; section 3.4 of the notes; cluster.c, clusterHandleSlaveMigration.
import { describe, expect, it } from 'vitest';
import { BrainCluster, type TestNode } from './brain-harness.js';

/** Three masters: the first with three replicas, the second with one, the third with none ever. */
function lopsided(config: Record<string, unknown> = {}): {
  cluster: BrainCluster;
  masters: TestNode[];
  donors: TestNode[];
  lonely: TestNode;
} {
  const cluster = new BrainCluster({ nodeTimeoutMs: 1000, config });
  const nodes = cluster.formed(3);
  const [rich, poor] = nodes;
  const [r0, r1, r2, lonely] = [cluster.addNode(), cluster.addNode(), cluster.addNode(), cluster.addNode()];
  cluster.join(cluster.nodes);
  for (const donor of [r0, r1, r2]) donor.command((brain) => brain.replicate(donor.view(rich)));
  lonely.command((brain) => brain.replicate(lonely.view(poor)));
  cluster.runUntil(() => cluster.isConverged(), 10_000);
  return { cluster, masters: nodes.slice(0, 3), donors: [r0, r1, r2], lonely };
}

describe('replica migration (specification, "Replica migration")', () => {
  it('gives a master that lost its last replica one of a master that has several', () => {
    const { cluster, masters, donors, lonely } = lopsided();
    lonely.kill();
    cluster.runUntil(() => cluster.eventsOf('replica-migration').length > 0, 30_000);
    const failedAtMs = Math.min(...cluster.eventsOf('fail').map((event) => event.atMs));
    const [migration] = cluster.eventsOf('replica-migration');
    expect(migration?.to).toBe(masters[1]?.id);
    // The one with the smallest id moves, after the master was orphaned for more than five seconds.
    const smallest = donors.map((donor) => donor.id).sort()[0];
    expect(migration?.seenBy.id).toBe(smallest);
    expect((migration?.atMs ?? 0) - failedAtMs).toBeGreaterThan(5000);
    expect(migration?.seenBy.logs).toContain(`Migrating to orphaned master ${masters[1]?.id}`);
    cluster.run(10_000);
    expect(cluster.eventsOf('replica-migration')).toHaveLength(1);
  });

  it('does not reach a master that never had a replica (MIGRATE_TO, 2.7)', () => {
    const { cluster, masters } = lopsided();
    cluster.run(12_000);
    expect(cluster.eventsOf('replica-migration')).toEqual([]);
    expect(masters[2]?.state.myself.replicas).toEqual([]);
  });

  it('reaches a master that got its first slot while others had replicas', () => {
    const { cluster, masters } = lopsided();
    const fresh = cluster.addNode();
    cluster.join(cluster.nodes);
    const source = masters[2];
    if (source === undefined) throw new Error('no third master');
    fresh.command((brain) => brain.setSlotImporting(16383, fresh.view(source)));
    source.command((brain) => brain.setSlotMigrating(16383, source.view(fresh)));
    fresh.command((brain) => brain.setSlotNode(16383, fresh.state.myself));
    cluster.runUntil(() => cluster.eventsOf('replica-migration').length > 0, 20_000);
    expect(cluster.eventsOf('replica-migration')[0]?.to).toBe(fresh.id);
  });

  it('leaves cluster-migration-barrier replicas behind', () => {
    const { cluster, lonely } = lopsided({ 'cluster-migration-barrier': 3 });
    lonely.kill();
    cluster.run(15_000);
    expect(cluster.eventsOf('replica-migration')).toEqual([]);
  });

  it('does not happen with cluster-allow-replica-migration off', () => {
    const { cluster, lonely } = lopsided({ 'cluster-allow-replica-migration': false });
    lonely.kill();
    cluster.run(15_000);
    expect(cluster.eventsOf('replica-migration')).toEqual([]);
  });

  it('does not happen while the cluster is down', () => {
    const { cluster, masters, lonely } = lopsided();
    lonely.kill();
    masters[2]?.kill();
    cluster.run(15_000);
    expect(cluster.eventsOf('replica-migration')).toEqual([]);
  });
});
