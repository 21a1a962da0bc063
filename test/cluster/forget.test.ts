// "Removing a node" of the specification; sections 2.5 and 1.5 of the notes; cluster.c, clusterDelNode and the nodes blacklist.
import { describe, expect, it } from 'vitest';
import { addFailureReport } from '../../src/cluster/failure-reports.js';
import { BrainCluster } from './brain-harness.js';
import { deliver, heartbeat } from './crafted-messages.js';

describe('CLUSTER FORGET (2.5)', () => {
  it('on one node is enough: the others learn it with its next pings (1.5 FORGOTTEN_NODE)', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(3);
    c.kill();
    a.command((brain) => brain.forget(a.view(c)));
    expect(a.knows(c)).toBe(false);
    cluster.runUntil(() => !b.knows(c), 3000);
    expect(cluster.eventsOf('node-removed', b).at(-1)).toMatchObject({
      node: c.id,
      reason: 'forgotten by another node',
    });
    cluster.run(5000);
    expect(a.knows(c) || b.knows(c)).toBe(false);
  });

  it('keeps gossip from bringing the node back for a minute, counted in seconds', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(3);
    cluster.cut([a], [b, c]);
    a.command((brain) => brain.forget(a.view(c)));
    const entry = {
      id: c.id,
      pingSentS: 0,
      pongReceivedS: 0,
      ip: c.ip,
      port: c.config.port,
      secondaryPort: 0,
      busPort: c.config.port + 10000,
      flags: 1,
    };
    cluster.run(59_000);
    deliver(a, b, heartbeat(b, 'ping', { gossip: [entry] }));
    expect(a.knows(c)).toBe(false);
    cluster.run(2000);
    deliver(a, b, heartbeat(b, 'ping', { gossip: [entry] }));
    expect(a.knows(c)).toBe(true);
  });

  it('does not keep a MEET from bringing the node back', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    a.command((brain) => brain.forget(a.view(b)));
    cluster.meet(a, b);
    cluster.runUntil(() => a.knows(b), 2000);
  });

  it('takes the slots, the failure reports, the open slots and the links of the node away', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    const viewOfB = a.view(b);
    addFailureReport(a.state, a.view(c), viewOfB);
    a.command((brain) => brain.setSlotMigrating(0, viewOfB));
    a.command((brain) => brain.setSlotImporting(16000, viewOfB));
    a.command((brain) => brain.forget(viewOfB));
    expect(a.state.slots.ownerOf(6000)).toBeNull();
    expect(a.view(c).failReports.size).toBe(0);
    expect(a.state.slots.migratingTo.size).toBe(0);
    expect(a.state.slots.importingFrom.size).toBe(0);
    expect(viewOfB.link).toBeNull();
    expect(viewOfB.inboundLink).toBeNull();
    expect(a.state.ok).toBe(false);
  });

  it('leaves the replicas of a forgotten master without a master', () => {
    const cluster = new BrainCluster();
    const [a, b, , , replicaOfB] = cluster.formed(3, 1);
    cluster.isolate(a);
    a.command((brain) => brain.forget(a.view(b)));
    expect(a.view(replicaOfB).isReplica).toBe(true);
    expect(a.view(replicaOfB).replicaOf).toBeNull();
  });

  it('of a replica takes it off the list of its master, and the last one takes MIGRATE_TO along (2.7)', () => {
    const cluster = new BrainCluster();
    const [a, b, , , replicaOfB] = cluster.formed(3, 1);
    cluster.isolate(a);
    expect(a.view(b).flags & 256).toBe(256);
    a.command((brain) => brain.forget(a.view(replicaOfB)));
    expect(a.view(b).replicas).toEqual([]);
    expect(a.view(b).flags & 256).toBe(0);
  });

  it('is not followed by a replica that is told to forget its own master, nor for a node itself', () => {
    const cluster = new BrainCluster();
    const [a, b, , replicaOfA] = cluster.formed(3, 1);
    const forgottenNodes = [
      { id: a.id, ttlS: 60 },
      { id: replicaOfA.id, ttlS: 60 },
    ];
    deliver(replicaOfA, b, heartbeat(b, 'ping', { extensions: { forgottenNodes } }));
    expect(replicaOfA.knows(a)).toBe(true);
    expect(replicaOfA.state.nodes.isBlacklisted(a.id)).toBe(false);
  });

  it('survives a node that says it is forgotten itself', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    deliver(a, b, heartbeat(b, 'ping', { extensions: { forgottenNodes: [{ id: b.id, ttlS: 10 }] } }));
    expect(a.knows(b)).toBe(false);
  });

  it('ends with CLUSTER RESET, which empties the list of forgotten nodes', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    const { id } = b;
    a.command((brain) => brain.forget(a.view(b)));
    expect(a.state.nodes.isBlacklisted(id)).toBe(true);
    a.command((brain) => brain.reset(false));
    expect(a.state.nodes.isBlacklisted(id)).toBe(false);
  });
});
