// "Availability" of the specification; section 3.3 of the notes; cluster.c, clusterUpdateState.
import { describe, expect, it } from 'vitest';
import { SLOT_COUNT } from '../../src/cluster/constants.js';
import { updateClusterState } from '../../src/cluster/health.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster, slotRange } from './brain-harness.js';

describe('the cluster state (3.3)', () => {
  it('starts as fail and is ok two seconds after the first look at the earliest (S11)', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    a.command((brain) => brain.addSlots(slotRange(0, SLOT_COUNT - 1)));
    expect(a.state.ok).toBe(false);
    const tookMs = cluster.runUntil(() => a.state.ok, 5000);
    expect(tookMs).toBeGreaterThanOrEqual(2000);
    expect(tookMs).toBeLessThan(2200);
    expect(a.logs).toContain('Cluster state changed: ok');
    expect(cluster.eventsOf('state-changed')).toMatchObject([{ ok: true }]);
  });

  it('is fail with an unassigned slot, unless full coverage is not required', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    a.command((brain) => brain.addSlots(slotRange(0, SLOT_COUNT - 2)));
    cluster.run(5000);
    expect(a.state.ok).toBe(false);
    a.config['cluster-require-full-coverage'] = false;
    cluster.run(200);
    expect(a.state.ok).toBe(true);
  });

  it('is fail while an owner of slots is FAIL, not while it is only PFAIL', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.formed(3);
    a.view(b).flags |= NodeFlag.PFAIL;
    updateClusterState(a.state);
    expect(a.state.ok).toBe(true);
    a.view(b).flags ^= NodeFlag.PFAIL | NodeFlag.FAIL;
    updateClusterState(a.state);
    expect(a.state.ok).toBe(false);
    expect(a.logs).toContain('Cluster state changed: fail');
  });

  it('counts masters with slots, failing ones included', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.formed(3, 1);
    a.view(b).flags |= NodeFlag.FAIL;
    updateClusterState(a.state);
    expect(a.state.size).toBe(3);
    expect(a.state.quorum).toBe(2);
  });

  it('is fail in a minority, even when every slot is covered', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a] = cluster.formed(3);
    a.config['cluster-require-full-coverage'] = false;
    cluster.isolate(a);
    // At most half a node timeout until a ping is sent, then one without an answer, then a cron.
    expect(cluster.runUntil(() => !a.state.ok, 5000)).toBeLessThanOrEqual(1500 + 2 * 100 + 10);
  });

  it('stays fail on a master that comes back from a minority for clamp(T, 500, 5000) ms (S11)', () => {
    for (const [nodeTimeoutMs, delayMs] of [
      [300, 500],
      [1000, 1000],
      [8000, 5000],
    ] as const) {
      const cluster = new BrainCluster({ nodeTimeoutMs });
      const [a, b, c] = cluster.formed(3);
      for (const other of [b, c]) a.view(other).flags |= NodeFlag.PFAIL;
      updateClusterState(a.state);
      expect(a.state.ok).toBe(false);
      for (const other of [b, c]) a.view(other).flags &= ~NodeFlag.PFAIL;
      const tookMs = cluster.runUntil(() => a.state.ok, 10_000);
      expect(tookMs).toBeGreaterThanOrEqual(delayMs);
      expect(tookMs).toBeLessThanOrEqual(delayMs + 100);
    }
  });

  it('does not make a replica wait', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b, c, replica] = cluster.formed(3, 1);
    for (const other of [a, b, c]) replica.view(other).flags |= NodeFlag.PFAIL;
    updateClusterState(replica.state);
    expect(replica.state.ok).toBe(false);
    for (const other of [a, b, c]) replica.view(other).flags &= ~NodeFlag.PFAIL;
    updateClusterState(replica.state);
    expect(replica.state.ok).toBe(true);
  });
});
