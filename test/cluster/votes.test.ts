// "Masters reply to replica vote request" of the specification; sections 5.3 and 5.4 of the notes; cluster.c, clusterSendFailoverAuthIfNeeded.
import { beforeEach, describe, expect, it } from 'vitest';
import type { MessageHeader } from '../../src/cluster/message.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster, type TestNode } from './brain-harness.js';
import { deliver, headerOf, RecordingLink, recordLink, slotSet } from './crafted-messages.js';

describe('a master that is asked for its vote (specification, "Masters reply to replica vote request")', () => {
  let cluster: BrainCluster;
  let voter: TestNode;
  let failed: TestNode;
  let other: TestNode;
  let candidate: TestNode;
  let link: RecordingLink;

  beforeEach(() => {
    cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    [voter, failed, other, , candidate] = cluster.formed(3, 1);
    voter.view(failed).flags |= NodeFlag.FAIL;
    voter.view(failed).failTimeMs = cluster.nowMs;
    link = recordLink(voter, candidate);
  });

  function ask(changes: Partial<MessageHeader> = {}): void {
    const currentEpoch = voter.state.currentEpoch + 1;
    deliver(voter, candidate, { type: 'auth-req', ...headerOf(candidate, { currentEpoch }), ...changes });
  }

  function votes(): number {
    return link.sentTypes().filter((type) => type === 'auth-ack').length;
  }

  function expectDenial(reason: string): void {
    expect(votes()).toBe(0);
    expect(voter.logs).toContain(`Failover auth denied to ${candidate.id} (): ${reason}`);
    expect(cluster.eventsOf('vote-denied', voter).at(-1)).toMatchObject({ to: candidate.id, reason });
  }

  it('votes for the replica of a failing master, remembers the epoch and tells the replica', () => {
    ask();
    expect(votes()).toBe(1);
    expect(voter.state.lastVoteEpoch).toBe(voter.state.currentEpoch);
    expect(voter.view(failed).votedTimeMs).toBe(cluster.nowMs);
    expect(voter.logs).toContain(
      `Failover auth granted to ${candidate.id} () for epoch ${voter.state.currentEpoch}`,
    );
  });

  it('has its vote on disk, with fsync, before the answer leaves (2.8, 5.3)', () => {
    const order: string[] = [];
    link.send = (message) => void order.push(message.type);
    cluster.onInput = (node) => {
      if (node === voter) order.push(`saved ${voter.seen.saves.at(-1)?.fsync}`);
    };
    ask();
    expect(order).toEqual(['auth-ack', 'saved true']);
    expect(voter.nodesConf).toContain(`lastVoteEpoch ${voter.state.currentEpoch}`);
  });

  it('does not vote in an epoch that is over', () => {
    ask({ currentEpoch: voter.state.currentEpoch - 1 });
    expectDenial(`reqEpoch (${voter.state.currentEpoch - 1}) < curEpoch(${voter.state.currentEpoch})`);
  });

  it('does not vote twice in one epoch', () => {
    voter.state.lastVoteEpoch = voter.state.currentEpoch + 1;
    ask();
    expectDenial(`already voted for epoch ${voter.state.currentEpoch}`);
  });

  it('does not vote twice in one epoch after a restart either', () => {
    ask();
    const epoch = voter.state.currentEpoch;
    voter.kill();
    voter.restart();
    expect(voter.state.lastVoteEpoch).toBe(epoch);
  });

  it('does not vote for a master', () => {
    voter.view(candidate).flags = NodeFlag.MASTER;
    ask();
    expectDenial('it is a master node');
  });

  it('does not vote for a replica of an unknown master', () => {
    voter.view(candidate).replicaOf = null;
    ask();
    expectDenial("I don't know its master");
  });

  it('does not vote while the master is up', () => {
    voter.view(failed).flags &= ~NodeFlag.FAIL;
    voter.view(failed).flags |= NodeFlag.PFAIL;
    ask();
    expectDenial('its master is up');
  });

  it('votes while the master is up when the request forces it (manual failover)', () => {
    voter.view(failed).flags &= ~NodeFlag.FAIL;
    ask({ forceAck: true });
    expect(votes()).toBe(1);
  });

  it('votes about one master only once in two node timeouts', () => {
    voter.view(failed).votedTimeMs = cluster.nowMs - 500;
    ask();
    expect(votes()).toBe(0);
    expect(voter.logs).toContain(
      `Failover auth denied to ${candidate.id} : can't vote about this master before 1500 milliseconds`,
    );
    voter.view(failed).votedTimeMs = cluster.nowMs - 2000;
    ask();
    expect(votes()).toBe(1);
  });

  it('does not vote for outdated claims: some slot has an owner with a greater epoch', () => {
    voter.view(other).configEpoch = 50;
    ask({ slots: slotSet(6000, 12000), configEpoch: 49 });
    expectDenial('slot 12000 epoch (50) > reqEpoch (49)');
  });

  it('accepts claims with an equal epoch, and of slots their owner no longer claims', () => {
    voter.view(other).configEpoch = 50;
    voter.state.slots.ownerNotClaiming.add(12000);
    ask({ slots: slotSet(12000), configEpoch: 1 });
    expect(votes()).toBe(1);
    voter.view(failed).votedTimeMs = 0;
    ask({ slots: slotSet(12001), configEpoch: 50 });
    expect(votes()).toBe(2);
  });

  it('has no vote as a replica or without slots', () => {
    voter.command((brain) => brain.deleteSlots([...Array(5461).keys()]));
    ask();
    expect(votes()).toBe(0);
    expect(cluster.eventsOf('vote-denied', voter)).toEqual([]);
  });

  it('does not hear strangers', () => {
    const stranger = cluster.addNode();
    const before = voter.state.currentEpoch;
    const unbound = new RecordingLink();
    voter.input((brain) =>
      brain.onMessage(unbound, { type: 'auth-req', ...headerOf(stranger, { currentEpoch: 500 }) }),
    );
    expect(voter.state.currentEpoch).toBe(before);
    expect(unbound.sent).toEqual([]);
  });
});
