// "Manual failover" of the specification; section 5.7 of the notes; cluster.c, "CLUSTER manual failover".
import { beforeEach, describe, expect, it } from 'vitest';
import { BrainCluster, type TestNode } from './brain-harness.js';
import { deliver, headerOf, recordLink } from './crafted-messages.js';

describe('CLUSTER FAILOVER (specification, "Manual failover")', () => {
  let cluster: BrainCluster;
  let master: TestNode;
  let other: TestNode;
  let replica: TestNode;

  beforeEach(() => {
    cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    [master, other, , replica] = cluster.formed(3, 1);
  });

  function steps(node: TestNode): string[] {
    return cluster.eventsOf('manual-failover', node).map((event) => event.step);
  }

  it('swaps the roles within moves of the replication, without a suspicion of anybody', () => {
    master.offset = 7777;
    replica.command((brain) => brain.requestFailover('default'));
    const tookMs = cluster.runUntil(() => replica.isMaster && !master.isMaster, 1000);
    expect(tookMs).toBeLessThan(500);
    cluster.runUntil(() => cluster.isConverged(), 3000);
    expect(replica.offset).toBe(7777);
    expect(cluster.eventsOf('pfail')).toEqual([]);
    expect(steps(replica)).toEqual(['started', 'offset-reached', 'ended']);
    expect(steps(master)).toEqual(['paused', 'ended']);
    expect(cluster.eventsOf('election-scheduled', replica)).toMatchObject([{ delayMs: 0, rank: 0 }]);
    expect(replica.logs).toEqual(
      expect.arrayContaining([
        'Manual failover user request accepted.',
        'Received replication offset for paused master manual failover: 7777',
        'All master replication stream processed, manual failover can start.',
      ]),
    );
    expect(master.logs).toContain(`Manual failover requested by replica ${replica.id} ().`);
  });

  it('pauses the master for ten seconds at most and until it is a replica', () => {
    const link = recordLink(replica, master);
    replica.command((brain) => brain.requestFailover('default'));
    expect(link.sentTypes()).toEqual(['mfstart']);
    deliver(master, replica, { type: 'mfstart', ...headerOf(replica) });
    expect(master.seen.pausedUntilMs).toBe(cluster.nowMs + 10_000);
    expect(headerOf(master).paused).toBe(true);
    cluster.runUntil(() => !master.isMaster, 3000);
    expect(master.seen.pausedUntilMs).toBe(0);
    expect(headerOf(master).paused).toBe(false);
    expect(master.seen.blockedClientsDisconnected).toBe(1);
  });

  it('waits until the replica has everything the master had', () => {
    replica.replicaOffsetLag = 10;
    cluster.run(100);
    replica.command((brain) => brain.requestFailover('default'));
    cluster.run(2000);
    expect(replica.isMaster).toBe(false);
    expect(replica.state.manualFailover.masterOffset).toBe(master.offset);
    replica.replicaOffsetLag = 0;
    cluster.runUntil(() => replica.isMaster, 500);
  });

  it('makes the paused master ping its replica ten times a second', () => {
    replica.replicaOffsetLag = 10;
    cluster.run(100);
    replica.command((brain) => brain.requestFailover('default'));
    const before = replica.state.messagesReceived.ping;
    cluster.run(2000);
    expect(replica.state.messagesReceived.ping - before).toBeGreaterThanOrEqual(19);
  });

  it('is given up on both sides after five seconds', () => {
    replica.replicaOffsetLag = 10;
    cluster.run(100);
    replica.command((brain) => brain.requestFailover('default'));
    cluster.run(4900);
    expect(master.seen.pausedUntilMs).not.toBe(0);
    cluster.run(300);
    expect(master.seen.pausedUntilMs).toBe(0);
    expect(steps(replica)).toEqual(['started', 'timed-out']);
    expect(steps(master)).toEqual(['paused', 'timed-out']);
    expect(replica.logs).toContain('Manual failover timed out.');
    replica.replicaOffsetLag = 0;
    cluster.run(2000);
    expect(replica.isMaster).toBe(false);
  });

  it('with FORCE asks for votes without the master, which then need not answer', () => {
    cluster.isolate(master);
    replica.command((brain) => brain.requestFailover('force'));
    cluster.runUntil(() => replica.isMaster, 1000);
    expect(replica.logs).toContain('Forced failover user request accepted.');
    expect(steps(replica)).toEqual(['started', 'ended']);
    expect(cluster.eventsOf('vote-granted').length).toBeGreaterThanOrEqual(2);
    cluster.heal();
    cluster.runUntil(() => !master.isMaster && cluster.isConverged(), 10_000);
  });

  it('with FORCE still needs the majority', () => {
    cluster.isolate(replica);
    replica.command((brain) => brain.requestFailover('force'));
    cluster.run(6000);
    expect(replica.isMaster).toBe(false);
    expect(replica.logs).toContain('Manual failover timed out.');
  });

  it('with TAKEOVER needs nobody and takes an epoch of its own', () => {
    cluster.isolate(replica);
    const epoch = replica.state.currentEpoch;
    // What it had as an empty master; were it the greatest epoch around, it would do (5.6).
    replica.state.myself.configEpoch = 0;
    replica.command((brain) => brain.requestFailover('takeover'));
    expect(replica.isMaster).toBe(true);
    expect(replica.state.myself.configEpoch).toBe(epoch + 1);
    expect(replica.state.myself.slots.count).toBe(5461);
    expect(replica.logs).toContain('Taking over the master (user request).');
    expect(replica.seen.saves.some((save) => save.fsync)).toBe(true);
    expect(replica.state.manualFailover.endMs).toBe(0);
    cluster.heal();
    cluster.runUntil(() => !master.isMaster && cluster.isConverged(), 10_000);
  });

  it('is not obeyed by a master that is not the master of the sender (1.8 I)', () => {
    deliver(other, replica, { type: 'mfstart', ...headerOf(replica) });
    expect(other.state.manualFailover.endMs).toBe(0);
    expect(other.seen.pausedUntilMs).toBe(0);
  });

  it('starts anew when it is asked for again', () => {
    replica.replicaOffsetLag = 10;
    cluster.run(100);
    replica.command((brain) => brain.requestFailover('default'));
    cluster.run(3000);
    replica.command((brain) => brain.requestFailover('default'));
    expect(replica.state.manualFailover.endMs).toBe(cluster.nowMs + 5000);
    expect(steps(replica)).toEqual(['started', 'ended', 'started']);
  });

  it('does not schedule a new election while the last one is younger than the retry time (5.2)', () => {
    replica.state.election.timeMs = cluster.nowMs - 3000;
    replica.command((brain) => brain.requestFailover('force'));
    cluster.run(900);
    expect(replica.isMaster).toBe(false);
    expect(replica.state.election.stalledReason).toBe('expired');
  });
});
