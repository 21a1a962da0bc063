// "Hash slots configuration propagation and update rules" of the specification; sections 6.1, 6.2 and 1.8 D7, J of the notes.
import { describe, expect, it } from 'vitest';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster, slotRange } from './brain-harness.js';
import { deliver, headerOf, heartbeat, recordLink, slotSet } from './crafted-messages.js';

describe('a claim of a master (6.2)', () => {
  it('gets slots nobody owns', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    b.command((brain) => brain.addSlots([1, 2, 3]));
    cluster.runUntil(() => a.state.slots.ownerOf(3) === a.view(b), 3000);
    expect(cluster.eventsOf('slots-moved', a)).toMatchObject([{ from: null, to: b.id, slotCount: 3 }]);
    expect(a.seen.saves.at(-1)).toMatchObject({ fsync: true });
  });

  it('gets slots of another only with a greater epoch', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    const epochOfB = a.view(b).configEpoch;
    const claimed = slotSet(6000, ...slotRange(10922, 16383));
    deliver(a, c, heartbeat(c, 'ping', { slots: claimed, configEpoch: epochOfB }));
    expect(a.state.slots.ownerOf(6000)).toBe(a.view(b));
    deliver(a, c, heartbeat(c, 'ping', { slots: claimed, configEpoch: 100, currentEpoch: 100 }));
    expect(a.state.slots.ownerOf(6000)).toBe(a.view(c));
    expect(a.view(b).slots.has(6000)).toBe(false);
    expect(cluster.eventsOf('slots-moved', a).at(-1)).toMatchObject({ from: b.id, to: c.id, slotCount: 1 });
  });

  it('does not get a slot this node is importing', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    a.command((brain) => brain.setSlotImporting(6000, a.view(b)));
    const claimed = slotSet(6000, ...slotRange(10922, 16383));
    deliver(a, c, heartbeat(c, 'ping', { slots: claimed, configEpoch: 100, currentEpoch: 100 }));
    expect(a.state.slots.ownerOf(6000)).toBe(a.view(b));
  });

  it('that is dropped leaves the slot where it is, in doubt, for anybody to take (6.1)', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    const without = slotSet(...slotRange(5462, 10921));
    deliver(a, b, heartbeat(b, 'ping', { slots: without }));
    const dropped = 5461;
    expect(a.state.slots.ownerOf(dropped)).toBe(a.view(b));
    expect(a.state.slots.isUnclaimed(dropped)).toBe(true);
    // Redis looks only at headers that differ from its view, so claiming the slot again takes nothing back by itself.
    deliver(a, b, heartbeat(b, 'ping'));
    expect(a.state.slots.isUnclaimed(dropped)).toBe(true);
    deliver(a, b, heartbeat(b, 'ping', { slots: slotSet(...slotRange(5461, 10920)) }));
    expect(a.state.slots.isUnclaimed(dropped)).toBe(false);
    expect(a.state.slots.isUnclaimed(10921)).toBe(true);
    deliver(a, b, heartbeat(b, 'ping', { slots: without }));
    deliver(
      a,
      c,
      heartbeat(c, 'ping', { slots: slotSet(dropped, ...slotRange(10922, 16383)), configEpoch: 0 }),
    );
    expect(a.state.slots.ownerOf(dropped)).toBe(a.view(c));
    expect(a.state.slots.isUnclaimed(dropped)).toBe(false);
  });

  it('to one of my slots deletes my keys there when I stay a master', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.formed(3);
    a.keys.set(5, 3);
    a.keys.set(6, 4);
    deliver(
      a,
      b,
      heartbeat(b, 'ping', {
        slots: slotSet(5, ...slotRange(5461, 10921)),
        configEpoch: 100,
        currentEpoch: 100,
      }),
    );
    expect(a.keys.has(5)).toBe(false);
    expect(a.keys.get(6)).toBe(4);
    expect(a.seen.droppedChannelSlots).toContain(5);
    expect(a.isMaster).toBe(true);
  });

  it('to all my slots makes me a replica of the claimer, which keeps my keys until the new dataset comes', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.formed(3);
    a.keys.set(5, 3);
    deliver(
      a,
      b,
      heartbeat(b, 'ping', { slots: slotSet(...slotRange(0, 10921)), configEpoch: 100, currentEpoch: 100 }),
    );
    expect(a.state.myself.replicaOf).toBe(a.view(b));
    expect(a.keys.get(5)).toBe(3);
    expect(a.state.myself.shardId).toBe(b.state.myself.shardId);
    expect(a.masterAddress).toEqual({ host: b.ip, port: b.config.port });
  });

  it('to all my slots and more is not followed with replica migration off', () => {
    const cluster = new BrainCluster({ config: { 'cluster-allow-replica-migration': false } });
    const [a, b] = cluster.formed(3);
    deliver(
      a,
      b,
      heartbeat(b, 'ping', { slots: slotSet(...slotRange(0, 10921)), configEpoch: 100, currentEpoch: 100 }),
    );
    expect(a.isMaster).toBe(true);
    expect(a.state.myself.slots.count).toBe(0);
  });

  it('to exactly my slots is followed even with replica migration off', () => {
    const cluster = new BrainCluster({ config: { 'cluster-allow-replica-migration': false } });
    cluster.formed(3);
    const spare = cluster.addNode();
    cluster.join(cluster.nodes);
    const a = cluster.node(0);
    deliver(
      a,
      spare,
      heartbeat(spare, 'ping', {
        slots: slotSet(...slotRange(0, 5460)),
        configEpoch: 100,
        currentEpoch: 100,
      }),
    );
    expect(a.state.myself.replicaOf).toBe(a.view(spare));
  });
});

describe('a replica', () => {
  it('follows the node that took the last slot of its master', () => {
    const cluster = new BrainCluster();
    const [, b, , replica] = cluster.formed(3, 1);
    deliver(
      replica,
      b,
      heartbeat(b, 'ping', { slots: slotSet(...slotRange(0, 10921)), configEpoch: 100, currentEpoch: 100 }),
    );
    expect(replica.state.myself.replicaOf).toBe(replica.view(b));
  });

  it('of a replica becomes a replica of the grandmaster (sub-replica)', () => {
    const cluster = new BrainCluster();
    const [a, b, c, replica] = cluster.formed(3, 1);
    deliver(replica, a, heartbeat(a, 'ping', { replicaOf: b.id, slots: b.state.myself.slots.snapshot() }));
    expect(replica.state.myself.replicaOf).toBe(replica.view(a));
    deliver(replica, c, heartbeat(c, 'ping', { slots: slotSet(...slotRange(10921, 16383)) }));
    expect(replica.state.myself.replicaOf).toBe(replica.view(b));
    expect(replica.logs).toContain(
      `I'm a sub-replica! Reconfiguring myself as a replica of grandmaster ${b.id} ()`,
    );
  });

  it('of a replica of itself waits for an administrator', () => {
    const cluster = new BrainCluster();
    const [a, , c, replica] = cluster.formed(3, 1);
    replica.view(a).flags = (replica.view(a).flags & ~NodeFlag.MASTER) | NodeFlag.REPLICA;
    replica.view(a).replicaOf = replica.state.myself;
    deliver(replica, c, heartbeat(c, 'ping', { slots: slotSet(...slotRange(10921, 16383)) }));
    expect(replica.state.myself.replicaOf).toBe(replica.view(a));
  });
});

describe('an UPDATE (1.8 J)', () => {
  it('is sent to a master that claims what went to another under a greater epoch', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    const old = b.state.myself.slots.snapshot();
    a.command((brain) => brain.setSlotNode(6000, a.view(c)));
    a.view(c).configEpoch = 100;
    const link = recordLink(a, b);
    deliver(a, b, heartbeat(b, 'ping', { slots: old }));
    const update = link.sent.at(-1);
    expect(update).toMatchObject({ type: 'update', subject: c.id, subjectConfigEpoch: 100 });
    expect(update?.type === 'update' && update.subjectSlots.has(6000)).toBe(true);
  });

  it('does not tell of slots that their owner stopped claiming', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    a.view(c).configEpoch = 100;
    a.command((brain) => brain.setSlotNode(6000, a.view(c)));
    a.state.slots.ownerNotClaiming.add(16000);
    const link = recordLink(a, b);
    deliver(a, b, heartbeat(b, 'ping'));
    const update = link.sent.at(-1);
    expect(update?.type === 'update' && update.subjectSlots.has(16000)).toBe(false);
    expect(update?.type === 'update' && update.subjectSlots.has(16001)).toBe(true);
  });

  it('makes a stale master give up its slots and follow', () => {
    const cluster = new BrainCluster();
    const [a, b, , replica] = cluster.formed(3, 1);
    const subjectSlots = a.state.myself.slots.snapshot();
    deliver(a, b, {
      type: 'update',
      ...headerOf(b),
      subject: replica.id,
      subjectConfigEpoch: 100,
      subjectSlots,
    });
    expect(a.view(replica).isMaster).toBe(true);
    expect(a.view(replica).configEpoch).toBe(100);
    expect(a.state.myself.replicaOf).toBe(a.view(replica));
    expect(a.state.myself.slots.count).toBe(0);
  });

  it('is ignored when it is no news, about a stranger, or about myself', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    const news = { type: 'update' as const, ...headerOf(b), subjectSlots: slotSet(0, 1) };
    deliver(a, b, { ...news, subject: c.id, subjectConfigEpoch: a.view(c).configEpoch });
    deliver(a, b, { ...news, subject: 'e'.repeat(40), subjectConfigEpoch: 100 });
    expect(a.state.slots.ownerOf(0)).toBe(a.state.myself);
    deliver(a, b, { ...news, subject: a.id, subjectConfigEpoch: 100 });
    expect(a.state.myself.slots.count).toBe(5461);
    expect(a.logs).toContain('Discarding UPDATE message about myself.');
  });

  it('reaches a stale master through a third node when the new owner cannot (1.8 D7)', () => {
    const cluster = new BrainCluster();
    const [a, , , replica] = cluster.formed(3, 1);
    cluster.isolate(a);
    cluster.runUntil(() => replica.isMaster, 10_000);
    cluster.run(1000);
    cluster.heal();
    cluster.cut([a], [replica]);
    cluster.runUntil(() => !a.isMaster, 10_000);
    expect(a.state.messagesReceived.update).toBeGreaterThan(0);
  });
});
