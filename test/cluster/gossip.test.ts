// "Heartbeat packet content" of the specification; sections 1.6 and 1.9 of the notes; cluster.c, clusterSendPing.
import { describe, expect, it } from 'vitest';
import { chooseGossip } from '../../src/cluster/gossip.js';
import type { GossipEntry } from '../../src/cluster/message.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster, type TestNode } from './brain-harness.js';
import { deliver, heartbeat, slotSet } from './crafted-messages.js';

function entryAbout(node: TestNode, changes: Partial<GossipEntry> = {}): GossipEntry {
  return {
    id: node.id,
    pingSentS: 0,
    pongReceivedS: 0,
    ip: node.ip,
    port: node.config.port,
    secondaryPort: 0,
    busPort: node.config.port + 10000,
    flags: NodeFlag.MASTER,
    ...changes,
  };
}

describe('the gossip of a ping (1.6)', () => {
  it('tells about at least three nodes, never twice and never about the sender', () => {
    const cluster = new BrainCluster();
    const [a] = cluster.joined(7);
    for (let round = 0; round < 50; round++) {
      const ids = chooseGossip(a.state).map((entry) => entry.id);
      expect(ids.length).toBeLessThanOrEqual(3);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).not.toContain(a.id);
    }
  });

  it('is empty while there is nobody but the receiver', () => {
    const cluster = new BrainCluster();
    const [a] = cluster.joined(2);
    expect(chooseGossip(a.state)).toEqual([]);
  });

  it('always names the nodes that are possibly failing, after the others', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(7);
    for (const suspect of [a.view(b), a.view(c)]) suspect.flags |= NodeFlag.PFAIL;
    a.state.pfailCount = 2;
    const entries = chooseGossip(a.state);
    expect(entries.slice(-2).map((entry) => entry.id)).toEqual([b.id, c.id]);
    expect(entries.slice(0, -2).every((entry) => (entry.flags & NodeFlag.PFAIL) === 0)).toBe(true);
  });

  it('leaves out handshakes, nodes without address and unconnected nodes without slots', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(4);
    a.view(b).flags |= NodeFlag.NOADDR;
    a.view(c).link = null;
    for (let round = 0; round < 30; round++) {
      const ids = chooseGossip(a.state).map((entry) => entry.id);
      expect(ids).not.toContain(b.id);
      expect(ids).not.toContain(c.id);
    }
  });

  it('carries times in seconds', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(3);
    a.view(b).pongReceivedMs = 1_700_000_001_999;
    const entries = Array.from({ length: 20 }, () => chooseGossip(a.state)).flat();
    expect(entries.find((entry) => entry.id === b.id)?.pongReceivedS).toBe(1_700_000_001);
  });
});

describe('gossip that arrives (1.9)', () => {
  it('makes pongs that others got count, unless they lie in the future', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(3);
    const view = a.view(c);
    const nowS = Math.floor(cluster.nowMs / 1000);
    view.pingSentMs = 0;
    view.pongReceivedMs = 1;
    deliver(a, b, heartbeat(b, 'ping', { gossip: [entryAbout(c, { pongReceivedS: nowS + 2 })] }));
    expect(view.pongReceivedMs).toBe(1);
    deliver(a, b, heartbeat(b, 'ping', { gossip: [entryAbout(c, { pongReceivedS: nowS })] }));
    expect(view.pongReceivedMs).toBe(nowS * 1000);
  });

  it('does not touch the pong time while a ping is pending or somebody reports a failure', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(3);
    const view = a.view(c);
    view.pongReceivedMs = 1;
    view.pingSentMs = cluster.nowMs;
    const pongReceivedS = Math.floor(cluster.nowMs / 1000);
    deliver(a, b, heartbeat(b, 'ping', { gossip: [entryAbout(c, { pongReceivedS })] }));
    expect(view.pongReceivedMs).toBe(1);
  });

  it('stores only the flags that mean something outside of the gossiping node', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    const stranger = cluster.addNode();
    deliver(
      a,
      b,
      heartbeat(b, 'ping', { gossip: [entryAbout(stranger, { flags: 0xffff & ~NodeFlag.NOADDR })] }),
    );
    expect(a.view(stranger).flags).toBe(1 | 2 | 4 | 8 | 256 | 512);
    expect(a.view(stranger).ip).toBe(stranger.ip);
  });

  it('about a node without address, or with an id that is none, adds nobody', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    const stranger = cluster.addNode();
    const gossip = [
      entryAbout(stranger, { flags: NodeFlag.MASTER | NodeFlag.NOADDR }),
      entryAbout(stranger, { id: 'Z'.repeat(40) }),
    ];
    deliver(a, b, heartbeat(b, 'ping', { gossip }));
    expect(a.state.nodes.size).toBe(2);
  });

  it('gives a node that cannot be reached its new address', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(3);
    const view = a.view(c);
    const moved = entryAbout(c, { ip: '10.5.5.5', port: 7100, busPort: 17100 });
    deliver(a, b, heartbeat(b, 'ping', { gossip: [moved] }));
    expect(view.ip).toBe(c.ip);
    view.flags |= NodeFlag.PFAIL;
    deliver(a, b, heartbeat(b, 'ping', { gossip: [moved] }));
    expect([view.ip, view.port, view.busPort, view.link]).toEqual(['10.5.5.5', 7100, 17100, null]);
  });
});

describe('what a header tells of its sender (1.8 B, D6)', () => {
  it('raises epochs, and the offset', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    deliver(a, b, heartbeat(b, 'ping', { currentEpoch: 41, configEpoch: 40, offset: 1234 }));
    expect(a.state.currentEpoch).toBe(41);
    expect(a.view(b).configEpoch).toBe(40);
    expect(a.view(b).replicationOffset).toBe(1234);
    deliver(a, b, heartbeat(b, 'ping', { currentEpoch: 3, configEpoch: 3 }));
    expect(a.state.currentEpoch).toBe(41);
    expect(a.view(b).configEpoch).toBe(40);
  });

  it('makes a master that names a master its replica and takes its slots', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    deliver(a, c, heartbeat(c, 'ping', { replicaOf: b.id, slots: a.view(b).slots.snapshot() }));
    const view = a.view(c);
    expect(view.isReplica).toBe(true);
    expect(view.replicaOf).toBe(a.view(b));
    expect(view.slots.count).toBe(0);
    expect(view.shardId).toBe(c.state.myself.shardId);
    expect(a.state.slots.ownerOf(16383)).toBeNull();
    expect(a.view(b).replicas).toEqual([view]);
  });

  it('copies cluster-replica-no-failover of the sender', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    b.config['cluster-replica-no-failover'] = true;
    b.brain.onConfigChanged('cluster-replica-no-failover');
    cluster.runUntil(() => a.view(b).hasFlag(NodeFlag.NOFAILOVER), 3000);
    b.config['cluster-replica-no-failover'] = false;
    b.brain.onConfigChanged('cluster-replica-no-failover');
    cluster.runUntil(() => !a.view(b).hasFlag(NodeFlag.NOFAILOVER), 3000);
  });

  it('shares one bitmap between views that agree', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    cluster.run(2000);
    expect(a.view(b).slots.snapshot().bytes).toBe(b.state.myself.slots.snapshot().bytes);
    expect(c.view(b).slots.snapshot().bytes).toBe(b.state.myself.slots.snapshot().bytes);
  });

  it('counts for nothing when the type is filtered (DEBUG DROP-CLUSTER-PACKET-FILTER)', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    a.state.droppedType = 'ping';
    const received = a.state.messagesReceived.ping;
    deliver(a, b, heartbeat(b, 'ping', { currentEpoch: 99, slots: slotSet(1) }));
    expect(a.state.currentEpoch).toBeLessThan(99);
    expect(a.state.messagesReceived.ping).toBe(received + 1);
  });
});
