// "Replica election and promotion" of the specification; sections 5.2, 5.5 and 1.8 H of the notes; cluster.c, clusterHandleSlaveFailover.
import { describe, expect, it } from 'vitest';
import { replicaRank } from '../../src/cluster/election.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster, type TestNode } from './brain-harness.js';
import { deliver, headerOf, heartbeat, recordLink } from './crafted-messages.js';

function markFailing(node: TestNode, failed: TestNode): void {
  const view = node.view(failed);
  view.flags |= NodeFlag.FAIL;
  view.failTimeMs = node.cluster.nowMs;
}

describe('a failover (specification, "Replica election and promotion")', () => {
  it('replaces a dead master by its replica, which all others follow', () => {
    const cluster = new BrainCluster();
    const [a, b, c, replica] = cluster.formed(3, 1);
    const slots = a.state.myself.slots.snapshot();
    a.kill();
    cluster.runUntil(() => replica.isMaster && cluster.isConverged(), 10_000);
    expect(replica.state.myself.slots.snapshot().equals(slots)).toBe(true);
    expect(replica.masterAddress).toBeNull();
    const [won] = cluster.eventsOf('election-won');
    expect(won?.epoch).toBe(replica.state.myself.configEpoch);
    expect(cluster.eventsOf('promoted')).toMatchObject([{ slotCount: 5461, formerMaster: a.id }]);
    expect(b.view(replica).configEpoch).toBe(won?.epoch);
    expect(c.view(a).slots.count).toBe(0);
    expect(replica.logs).toEqual(
      expect.arrayContaining([
        `Starting a failover election for epoch ${won?.epoch}.`,
        "Failover election won: I'm the new master.",
        `configEpoch set to ${won?.epoch} after successful failover`,
      ]),
    );
  });

  it('makes the old master a replica of the new one when it comes back (6.2)', () => {
    const cluster = new BrainCluster();
    const [a, , , replica] = cluster.formed(3, 1);
    a.kill();
    cluster.runUntil(() => replica.isMaster && cluster.isConverged(), 10_000);
    a.restart();
    expect(a.isMaster).toBe(true);
    cluster.runUntil(() => !a.isMaster && cluster.isConverged(), 10_000);
    expect(a.state.myself.replicaOf?.id).toBe(replica.id);
    expect(a.masterAddress).toEqual({ host: replica.ip, port: replica.config.port });
    expect(a.logs).toContain(
      `Configuration change detected. Reconfiguring myself as a replica of ${replica.id} ()`,
    );
    expect(cluster.eventsOf('became-replica', a)).toMatchObject([{ of: replica.id }]);
    expect(a.state.myself.shardId).toBe(replica.state.myself.shardId);
  });

  it('moves the other replicas of the dead master to the new one', () => {
    const cluster = new BrainCluster();
    const nodes = cluster.formed(3, 2);
    const [a, , , first, , , second] = nodes;
    a.kill();
    cluster.runUntil(() => first.isMaster || second.isMaster, 10_000);
    cluster.runUntil(() => cluster.isConverged(), 5000);
    const [winner, loser] = first.isMaster ? [first, second] : [second, first];
    expect(loser.isMaster).toBe(false);
    expect(loser.state.myself.replicaOf?.id).toBe(winner.id);
  });

  it('starts 500 to 999 ms after the FAIL, and one second later for each replica with a better offset', () => {
    const cluster = new BrainCluster();
    const [a, , , best, , , late] = cluster.formed(3, 2);
    a.offset = 5000;
    late.replicaOffsetLag = 100;
    cluster.run(3000);
    a.kill();
    cluster.runUntil(() => cluster.eventsOf('election-scheduled').length === 2, 5000);
    const of = (node: TestNode) => cluster.eventsOf('election-scheduled', node)[0];
    expect(of(best)).toMatchObject({ rank: 0, offset: 5000 });
    expect(of(best)?.delayMs).toBeGreaterThanOrEqual(500);
    expect(of(best)?.delayMs).toBeLessThan(1000);
    expect(of(late)).toMatchObject({ rank: 1, offset: 4900 });
    expect(of(late)?.delayMs).toBeGreaterThanOrEqual(1500);
    expect(best.logs).toContain(
      `Start of election delayed for ${of(best)?.delayMs} milliseconds (rank #0, offset 5000).`,
    );
    cluster.runUntil(() => best.isMaster, 5000);
  });

  it('ranks a replica by the offsets it knows, without those that may not fail over (5.2.1)', () => {
    const cluster = new BrainCluster();
    const [a, , , first, , , second] = cluster.formed(3, 2);
    const master = first.view(a);
    first.offset = 10;
    first.view(second).replicationOffset = 11;
    expect(replicaRank(first.state, master)).toBe(1);
    first.view(second).replicationOffset = 10;
    expect(replicaRank(first.state, master)).toBe(0);
    first.view(second).replicationOffset = 11;
    first.view(second).flags |= NodeFlag.NOFAILOVER;
    expect(replicaRank(first.state, master)).toBe(0);
  });

  it('is put off when a better offset of another replica becomes known before it starts', () => {
    const cluster = new BrainCluster();
    const [a, b, c, first, , , second] = cluster.formed(3, 2);
    cluster.cut([first], [a, b, c, second]);
    markFailing(first, a);
    first.command((brain) => brain.cron());
    const timeMs = first.state.election.timeMs;
    first.view(second).replicationOffset = first.offset + 1;
    first.command((brain) => brain.cron());
    expect(first.state.election.timeMs).toBe(timeMs + 1000);
    expect(first.logs).toContain('Replica rank updated to #1, added 1000 milliseconds of delay.');
    first.view(second).replicationOffset = 0;
    first.command((brain) => brain.cron());
    expect(first.state.election.timeMs).toBe(timeMs + 1000);
  });

  it('tells the other replicas of the shard the offset as soon as it is scheduled', () => {
    const cluster = new BrainCluster();
    const [a, b, , first, , , second] = cluster.formed(3, 2);
    const toSecond = recordLink(first, second);
    const toMaster = recordLink(first, b);
    markFailing(first, a);
    first.command((brain) => brain.cron());
    expect(toSecond.sentTypes()).toContain('pong');
    expect(toMaster.sentTypes()).not.toContain('pong');
  });
});

describe('an election', () => {
  it('expires after max(2T, 2000) ms without a majority and is tried again after twice that', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b, c, replica] = cluster.formed(3, 1);
    // Only one of three masters can vote: no quorum, and no FAIL of the master without help.
    a.kill();
    cluster.runUntil(() => replica.view(a).isFailing, 5000);
    c.kill();
    cluster.runUntil(() => cluster.eventsOf('election-expired', replica).length > 0, 10_000);
    const [scheduled] = cluster.eventsOf('election-scheduled', replica);
    const dueMs = (scheduled?.atMs ?? 0) + (scheduled?.delayMs ?? 0);
    const [expired] = cluster.eventsOf('election-expired', replica);
    expect((expired?.atMs ?? 0) - dueMs).toBeGreaterThan(2000);
    expect((expired?.atMs ?? 0) - dueMs).toBeLessThan(2200);
    cluster.runUntil(() => cluster.eventsOf('election-scheduled', replica).length === 2, 5000);
    const second = cluster.eventsOf('election-scheduled', replica)[1];
    expect((second?.atMs ?? 0) - dueMs).toBeGreaterThan(4000);
    expect((second?.atMs ?? 0) - dueMs).toBeLessThan(4200);
    expect(b.state.ok).toBe(false);
    expect(replica.isMaster).toBe(false);
  });

  it('asks with the epoch and the slots of the master, in a new currentEpoch that is saved with fsync', () => {
    const cluster = new BrainCluster();
    const [a, b, , replica] = cluster.formed(3, 1);
    const link = recordLink(replica, b);
    markFailing(replica, a);
    const epoch = replica.state.currentEpoch;
    replica.command((brain) => brain.cron());
    replica.state.election.timeMs = cluster.nowMs;
    replica.command((brain) => brain.cron());
    const request = link.sent.find((message) => message.type === 'auth-req');
    expect(request).toMatchObject({
      currentEpoch: epoch + 1,
      configEpoch: a.state.myself.configEpoch,
      replicaOf: a.id,
      forceAck: false,
    });
    expect(request?.slots.equals(a.state.myself.slots.snapshot())).toBe(true);
    expect(replica.seen.saves.at(-1)).toMatchObject({ fsync: true });
    expect(replica.nodesConf).toContain(`currentEpoch ${epoch + 1} `);
  });

  it('counts votes of masters with slots, of this epoch or a later one (1.8 H)', () => {
    const cluster = new BrainCluster();
    const [, b, c, replica, replicaOfB] = cluster.formed(3, 1);
    const { election } = replica.state;
    election.epoch = replica.state.currentEpoch + 1;
    deliver(replica, b, { type: 'auth-ack', ...headerOf(b, { currentEpoch: election.epoch - 1 }) });
    expect(election.votes).toBe(0);
    deliver(replica, replicaOfB, { type: 'auth-ack', ...headerOf(replicaOfB, { currentEpoch: 99 }) });
    expect(election.votes).toBe(0);
    deliver(replica, c, { type: 'auth-ack', ...headerOf(c, { currentEpoch: 99 }) });
    expect(election.votes).toBe(1);
  });

  it('is not held by a replica whose data is too old, and says so after a while', () => {
    const cluster = new BrainCluster({
      nodeTimeoutMs: 1000,
      config: { 'cluster-replica-validity-factor': 1, 'repl-ping-replica-period': 1 },
    });
    const [a, , , replica] = cluster.formed(3, 1);
    replica.masterAddress = { host: '10.99.99.99', port: 1 };
    replica.masterLinkUp = false;
    replica.masterLinkDownSinceMs = cluster.nowMs;
    cluster.run(5000);
    a.kill();
    cluster.runUntil(() => replica.state.election.stalledReason === 'data-age', 5000);
    cluster.run(18_000);
    expect(replica.isMaster).toBe(false);
    expect(cluster.eventsOf('election-scheduled')).toEqual([]);
    const text =
      "Currently unable to failover: Disconnected from master for longer than allowed. Please check the 'cluster-replica-validity-factor' configuration option.";
    // Silent until the master is FAIL for T + 5000 ms, then every ten seconds.
    expect(replica.logs.filter((line) => line === text).length).toBeGreaterThanOrEqual(1);
    expect(replica.logs.filter((line) => line === text).length).toBeLessThanOrEqual(2);
    replica.config['cluster-replica-validity-factor'] = 0;
    cluster.runUntil(() => replica.isMaster, 5000);
  });

  it('is not held by a replica that never had its master since it started', () => {
    const cluster = new BrainCluster();
    const [a, , , replica] = cluster.formed(3, 1);
    replica.kill();
    a.kill();
    cluster.run(500);
    replica.restart();
    cluster.runUntil(() => replica.view(a).isFailing, 10_000);
    cluster.run(10_000);
    expect(replica.isMaster).toBe(false);
    expect(replica.state.election.stalledReason).toBe('data-age');
  });

  it('is not held with cluster-replica-no-failover', () => {
    const cluster = new BrainCluster();
    const [a, , , replica] = cluster.formed(3, 1);
    replica.config['cluster-replica-no-failover'] = true;
    a.kill();
    cluster.run(10_000);
    expect(replica.isMaster).toBe(false);
    expect(cluster.eventsOf('election-scheduled')).toEqual([]);
  });

  it('is not held for a master without slots', () => {
    const cluster = new BrainCluster();
    cluster.formed(3, 1);
    const [master, replica] = [cluster.addNode(), cluster.addNode()];
    cluster.join(cluster.nodes);
    replica.command((brain) => brain.replicate(replica.view(master)));
    cluster.runUntil(() => cluster.isConverged(), 5000);
    master.kill();
    cluster.run(8000);
    expect(cluster.eventsOf('fail').some((event) => event.node === master.id)).toBe(true);
    expect(replica.isMaster).toBe(false);
  });

  it('does not win with the votes of a minority, however long it asks', () => {
    const cluster = new BrainCluster();
    const [a, b, , replica] = cluster.formed(3, 1);
    cluster.cut(
      [a, replica, b],
      cluster.nodes.slice(2).filter((node) => node !== replica),
    );
    a.kill();
    cluster.run(30_000);
    expect(replica.isMaster).toBe(false);
  });
});

describe('the header of a promoted replica', () => {
  it('reaches everybody at once', () => {
    const cluster = new BrainCluster();
    const [a, b, , replica] = cluster.formed(3, 1);
    a.kill();
    cluster.runUntil(() => replica.isMaster, 10_000);
    cluster.run(3);
    expect(b.view(replica).isMaster).toBe(true);
    expect(b.view(replica).slots.count).toBe(5461);
    expect(b.view(replica).hasFlag(NodeFlag.MIGRATE_TO)).toBe(true);
    const view = b.view(replica);
    deliver(b, replica, heartbeat(replica, 'ping'));
    expect(b.view(replica)).toBe(view);
  });
});
