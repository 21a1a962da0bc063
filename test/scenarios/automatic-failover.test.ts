// Sections "Replica election and promotion" and "Replica rank" of the Redis Cluster specification: a replica takes over by itself.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#replica-election-and-promotion
import { describe, expect, it } from 'vitest';
import { type Cluster, keysForNode, type TestNode } from '../../src/index.js';
import { recordBus } from './bus-transcript.js';
import {
  agreeOnSlots,
  atOwner,
  CRON_MS,
  eventsOf,
  fieldsOf,
  lineOf,
  masters,
  NODE_TIMEOUT_MS,
  replicaOf,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

function running(cluster: Cluster): TestNode[] {
  return cluster.nodes.filter(({ isRunning }) => isRunning);
}

/** Fast-forwards until every running node holds the node for failing. */
async function untilFailing(cluster: Cluster, victim: TestNode): Promise<void> {
  await cluster.waitFor(() => running(cluster).every((node) => viewOf(node, victim).isFailing), {
    what: `FAIL of ${victim.name}`,
  });
}

/** Breaks the replication link and keeps it from coming back, until it is healed. */
async function cutReplication(cluster: Cluster, master: TestNode, replica: TestNode): Promise<() => void> {
  const cut = cluster.partition([master], [replica]);
  await master.command('CLIENT', 'KILL', 'TYPE', 'replica');
  await cluster.advance('2s');
  return () => cut.heal();
}

describe('a master dies ("Replica election and promotion")', () => {
  it('and its replica serves its slots with everything that was written before', async () => {
    const cluster = await startScenario();
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    const { slots } = victim;
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 10));
    for (const key of keys) await atOwner(cluster, 'SET', key, `value of ${key}`);
    await victim.kill();
    await cluster.waitFor('ok');

    expect(replica.role).toBe('master');
    expect(replica.slots).toEqual(slots);
    expect(agreeOnSlots(running(cluster))).toBe(true);
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);
    for (const node of running(cluster)) {
      expect((await lineOf(node, victim)).flags).toEqual(['master', 'fail']);
      expect((await lineOf(node, victim)).slots).toEqual([]);
    }
  });

  it('and the new master has a greater epoch than any before it', async () => {
    const cluster = await startScenario();
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    const epochBefore = Math.max(...cluster.nodes.map((node) => stateOf(node).currentEpoch));
    await victim.kill();
    await cluster.waitFor('ok');

    const newEpoch = stateOf(replica).myself.configEpoch;
    expect(newEpoch).toBeGreaterThan(epochBefore);
    for (const node of running(cluster)) {
      expect((await lineOf(node, replica)).configEpoch).toBe(newEpoch);
      expect((await fieldsOf(node, 'CLUSTER', 'INFO'))['cluster_current_epoch']).toBe(String(newEpoch));
    }
  });

  it('and a majority of the masters voted, each of them once, and nobody else', async () => {
    const cluster = await startScenario({ masters: 5 });
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    const voters = cluster.masters.filter((node) => node !== victim);
    await victim.kill();
    await cluster.waitFor('ok');

    const [won] = eventsOf(cluster, 'election-won', { by: replica });
    const votes = eventsOf(cluster, 'vote-granted').filter(({ event }) => event.epoch === won?.event.epoch);
    expect(votes.map(({ node }) => node).sort()).toEqual(voters.map(({ name }) => name).sort());
    for (const { event } of votes) expect(event.to).toBe(replica.id);
  });

  it('and the election waits 500 ms and up to 500 more, at random, after the FAIL', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const cluster = await startScenario({ seed });
      const [victim] = masters(cluster);
      const replica = replicaOf(victim);
      await victim.kill();
      await cluster.waitFor(() => replica.role === 'master');
      const [failed] = eventsOf(cluster, 'fail', { by: replica });
      const [scheduled] = eventsOf(cluster, 'election-scheduled', { by: replica });
      const [asked] = eventsOf(cluster, 'election-started', { by: replica });
      expect(scheduled?.event.rank).toBe(0);
      expect(scheduled?.event.delayMs).toBeGreaterThanOrEqual(500);
      expect(scheduled?.event.delayMs).toBeLessThan(1000);
      const delayMs = asked!.atMs - failed!.atMs;
      expect(delayMs).toBeGreaterThanOrEqual(scheduled!.event.delayMs);
      expect(delayMs).toBeLessThanOrEqual(scheduled!.event.delayMs + 2 * CRON_MS);
      await cluster.stop();
    }
  });

  it('and the bus carries the news, the votes and the claim as the specification has it', async () => {
    const cluster = await startScenario({ seed: 1 });
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    const stopRecording = recordBus(cluster, (message) => {
      const isHeartbeat = message.type === 'ping' || message.type === 'pong';
      return !isHeartbeat || (message.sender === replica.id && message.replicaOf === null);
    });
    await victim.kill();
    await cluster.waitFor(() => replica.role === 'master');
    await expect(stopRecording()).toMatchFileSnapshot('golden/automatic-failover.txt');
  });

  it('together with another one, and both are replaced', async () => {
    const cluster = await startScenario({ masters: 5 });
    const [a, b] = masters(cluster);
    const [replicaOfA, replicaOfB] = [replicaOf(a), replicaOf(b)];
    const keys = [...keysForNode(a, 5), ...keysForNode(b, 5)];
    for (const key of keys) await atOwner(cluster, 'SET', key, 'kept');
    await a.kill();
    await b.kill();
    await cluster.waitFor('ok');
    expect([replicaOfA.role, replicaOfB.role]).toEqual(['master', 'master']);
    expect(stateOf(replicaOfA).myself.configEpoch).not.toBe(stateOf(replicaOfB).myself.configEpoch);
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe('kept');
  });
});

describe('several replicas of a dead master ("Replica rank")', () => {
  it('the one with more of the data asks first and wins, the other follows it', async () => {
    const cluster = await startScenario({ replicas: 2 });
    const [victim] = masters(cluster);
    const [behind, ahead] = victim.replicas as [TestNode, TestNode];
    const heal = await cutReplication(cluster, victim, behind);
    const keys = keysForNode(victim, 20);
    for (const key of keys) await victim.command('SET', key, 'late');
    expect(stateOf(ahead).host.replication.offset()).toBeGreaterThan(
      stateOf(behind).host.replication.offset(),
    );
    await victim.kill();
    heal();
    await cluster.waitFor('ok');

    expect(ahead.role).toBe('master');
    expect(behind.master).toBe(ahead);
    const [first] = eventsOf(cluster, 'election-scheduled', { by: ahead });
    const [second] = eventsOf(cluster, 'election-scheduled', { by: behind });
    expect(first?.event.rank).toBe(0);
    expect(second?.event.rank).toBe(1);
    expect(second?.event.delayMs).toBeGreaterThanOrEqual(1500);
    expect(second?.event.delayMs).toBeLessThan(2000);
    expect(eventsOf(cluster, 'election-started', { by: behind })).toEqual([]);
    // What it missed it gets from its former sibling, which kept that part of the stream.
    expect(eventsOf(cluster, 'partial-resync', { by: behind, since: first!.atMs })).toHaveLength(1);
    await behind.command('READONLY');
    for (const key of keys) expect(await behind.command('GET', key)).toBe('late');
  });

  it('exactly one of two equal ones wins', async () => {
    const cluster = await startScenario({ replicas: 2, seed: 3 });
    const [victim] = masters(cluster);
    const replicas = victim.replicas;
    await victim.kill();
    await cluster.waitFor('ok');
    expect(replicas.map(({ role }) => role).sort()).toEqual(['master', 'replica']);
    const ranks = eventsOf(cluster, 'election-scheduled').map(({ event }) => event.rank);
    expect(ranks).toEqual([0, 0]);
    expect(eventsOf(cluster, 'election-won')).toHaveLength(1);
  });
});

describe('who may not take over ("Replica election and promotion")', () => {
  // The replica has not heard of its master for 30 s when that dies.
  it.each([
    { factor: 1, wins: false },
    { factor: 10, wins: true },
    { factor: 0, wins: true },
  ])(
    'a replica whose data are too old: cluster-replica-validity-factor $factor',
    async ({ factor, wins }) => {
      const cluster = await startScenario({
        nodeTimeout: '5s',
        config: {
          'cluster-replica-validity-factor': factor,
          'repl-ping-replica-period': 1,
          'repl-timeout': 5,
        },
      });
      const [victim] = masters(cluster);
      const replica = replicaOf(victim);
      const heal = await cutReplication(cluster, victim, replica);
      await cluster.advance('30s');
      await victim.kill();
      heal();
      await untilFailing(cluster, victim);
      await cluster.advance('1m');
      expect(replica.role).toBe(wins ? 'master' : 'replica');
      if (wins) return;

      expect(eventsOf(cluster, 'election-scheduled', { by: replica })).toEqual([]);
      await replica.command('CONFIG', 'SET', 'cluster-replica-validity-factor', '0');
      await cluster.waitFor(() => replica.role === 'master');
    },
  );

  it('a replica that never was in sync since it started', async () => {
    const cluster = await startScenario();
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    await replica.kill();
    await victim.kill();
    await replica.restart();
    await untilFailing(cluster, victim);
    await cluster.advance('5m');
    expect(replica.role).toBe('replica');
    expect(eventsOf(cluster, 'election-scheduled')).toEqual([]);
  });

  it('a replica with cluster-replica-no-failover, which all nodes know by its flag', async () => {
    const cluster = await startScenario();
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    await replica.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
    await cluster.advance(NODE_TIMEOUT_MS);
    const [, other] = masters(cluster);
    expect((await lineOf(other, replica)).flags).toEqual(['slave', 'nofailover']);
    await victim.kill();
    await untilFailing(cluster, victim);
    await cluster.advance('1m');
    expect(replica.role).toBe('replica');

    await replica.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'no');
    await cluster.waitFor('ok');
    expect(replica.role).toBe('master');
    expect((await lineOf(other, replica)).flags).toEqual(['master']);
  });

  it('a sibling with cluster-replica-no-failover takes nothing off the rank of the other', async () => {
    const cluster = await startScenario({ replicas: 2 });
    const [victim] = masters(cluster);
    const [behind, ahead] = victim.replicas as [TestNode, TestNode];
    await ahead.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
    const heal = await cutReplication(cluster, victim, behind);
    for (const key of keysForNode(victim, 20)) await victim.command('SET', key, 'late');
    await victim.kill();
    heal();
    await cluster.waitFor('ok');
    expect(behind.role).toBe('master');
    expect(eventsOf(cluster, 'election-scheduled', { by: behind })[0]?.event.rank).toBe(0);
    expect(ahead.master).toBe(behind);
  });

  it('anybody, when no majority of the masters is left to call the dead one failing', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    await a.kill();
    await b.kill();
    await cluster.advance('10m');
    expect(eventsOf(cluster, 'fail')).toEqual([]);
    expect(eventsOf(cluster, 'election-scheduled')).toEqual([]);
    expect(cluster.masters).toHaveLength(1);
  });
});

describe('an election without enough votes ("Replica election and promotion")', () => {
  it('is given up after two node timeouts and tried again after four', async () => {
    const cluster = await startScenario();
    const [a, b, c] = masters(cluster);
    const replica = replicaOf(a);
    await a.kill();
    await untilFailing(cluster, a);
    // Only one voter is left, and two votes are needed.
    await b.kill();
    await cluster.waitFor(() => eventsOf(cluster, 'election-expired', { by: replica }).length === 1);
    const [first] = eventsOf(cluster, 'election-started', { by: replica });
    const [expired] = eventsOf(cluster, 'election-expired', { by: replica });
    expect(expired!.atMs - first!.atMs).toBeGreaterThan(2 * NODE_TIMEOUT_MS - CRON_MS);
    expect(expired!.atMs - first!.atMs).toBeLessThanOrEqual(2 * NODE_TIMEOUT_MS + 2 * CRON_MS);
    expect(eventsOf(cluster, 'vote-granted').map(({ node }) => node)).toEqual([c.name]);

    await b.restart();
    await cluster.waitFor(() => replica.role === 'master');
    const [, second] = eventsOf(cluster, 'election-started', { by: replica });
    expect(second!.atMs - first!.atMs).toBeGreaterThan(4 * NODE_TIMEOUT_MS);
    expect(second!.atMs - first!.atMs).toBeLessThanOrEqual(4 * NODE_TIMEOUT_MS + 1000 + 3 * CRON_MS);
    expect(second!.event.epoch).toBeGreaterThan(first!.event.epoch);
    await cluster.waitFor('ok');
  });

  it('ends without a winner when its master comes back in time', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replica = replicaOf(a);
    await a.kill();
    await untilFailing(cluster, a);
    await b.kill();
    await cluster.waitFor(() => eventsOf(cluster, 'election-expired', { by: replica }).length === 1);
    await a.restart();
    await b.restart();
    await cluster.waitFor('ok');
    expect(a.role).toBe('master');
    expect(replica.master).toBe(a);
    expect(eventsOf(cluster, 'election-won')).toEqual([]);
  });
});
