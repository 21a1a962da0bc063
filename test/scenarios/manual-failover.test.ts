// Section "Manual failover" of the Redis Cluster specification, and the CLUSTER FAILOVER command page.
// https://redis.io/docs/latest/commands/cluster-failover/
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, keysForNode, type TestNode } from '../../src/index.js';
import { recordBus } from './bus-transcript.js';
import {
  agreeOnSlots,
  atOwner,
  CRON_MS,
  connectionTo,
  eventsOf,
  masters,
  NODE_TIMEOUT_MS,
  refusal,
  replicaOf,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

/** How long a manual failover may take. */
const MANUAL_TIMEOUT_MS = 5000;

/** Holds back the replication streams, and only these. @returns what lets them through again. */
function holdReplication(cluster: Cluster): () => void {
  const remove = cluster.nodes[0]!.process.network.addRule(({ traffic }) =>
    traffic === 'replication' ? 'hold' : 'pass',
  );
  return () => cluster.pump.input(remove);
}

function votersBeside(cluster: Cluster, master: TestNode): TestNode[] {
  return cluster.masters.filter((node) => node !== master);
}

/** The master has heard of it, which takes a moment where the bus goes over sockets. */
async function untilPaused(cluster: Cluster, master: TestNode): Promise<void> {
  const steps = () => eventsOf(cluster, 'manual-failover', { by: master }).map(({ event }) => event.step);
  await cluster.waitFor(() => steps().includes('paused'));
}

describe('CLUSTER FAILOVER ("Manual failover")', () => {
  it('swaps the roles of a replica and its living master', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const { slots } = old;
    expect(await replica.command('CLUSTER', 'FAILOVER')).toBe('OK');
    const tookMs = await cluster.waitFor(() => replica.role === 'master');
    expect(tookMs).toBeLessThanOrEqual(CRON_MS);
    await cluster.waitFor('ok');
    expect(replica.slots).toEqual(slots);
    expect(old.master).toBe(replica);
    expect(agreeOnSlots(cluster.nodes)).toBe(true);
    // No copy of the data is needed: the old master goes on with the stream of the new one.
    expect(eventsOf(cluster, 'partial-resync', { by: old })).toHaveLength(1);
    expect(eventsOf(cluster, 'full-resync', { by: old })).toEqual([]);
    expect(eventsOf(cluster, 'fail')).toEqual([]);
  });

  it('goes over the bus as the specification has it', async () => {
    const cluster = await startScenario({ seed: 1 });
    const replica = replicaOf(masters(cluster)[0]);
    const stopRecording = recordBus(cluster);
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => replica.role === 'master');
    await expect(stopRecording()).toMatchFileSnapshot('golden/manual-failover.txt');
  });

  it('loses no write of clients that write all the time', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const keys = keysForNode(old, 200);
    const outcomes: Promise<unknown>[] = [];
    for (const [index, key] of keys.entries()) {
      outcomes.push(atOwner(cluster, 'SET', key, String(index)));
      if (index === 100) await replica.command('CLUSTER', 'FAILOVER');
      await cluster.advance(10);
    }
    await cluster.waitFor('ok');
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['OK']));
    expect(replica.role).toBe('master');
    for (const [index, key] of keys.entries()) expect(await replica.command('GET', key)).toBe(String(index));
    await old.command('READONLY');
    expect(await old.command('DBSIZE')).toBe(keys.length);
  });

  it('takes over at the very offset of its master, once it has everything up to it', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const release = holdReplication(cluster);
    const keys = keysForNode(old, 20);
    for (const key of keys) await old.command('SET', key, 'late');
    const masterOffset = stateOf(old).host.replication.offset();
    expect(stateOf(replica).host.replication.offset()).toBeLessThan(masterOffset);
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.advance('3s');
    expect(replica.role).toBe('replica');
    release();
    await cluster.waitFor(() => replica.role === 'master');
    const [won] = eventsOf(cluster, 'election-scheduled', { by: replica });
    expect(won?.event.offset).toBe(masterOffset);
    for (const key of keys) expect(await replica.command('GET', key)).toBe('late');
  });

  it('holds back writes, not reads, until the new master is there, and then sends the writers to it', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const key = keyForNode(old);
    await old.command('SET', key, 'before');
    // The votes are under way for a while.
    const cut = cluster.partition([replica], votersBeside(cluster, old));
    await replica.command('CLUSTER', 'FAILOVER');
    await untilPaused(cluster, old);
    let settled = false;
    const write = refusal(old.command('SET', key, 'during')).finally(() => {
      settled = true;
    });
    const reader = connectionTo(cluster, old);
    await cluster.advance('3s');
    expect(settled).toBe(false);
    expect(await reader.run(['GET', key])).toBe('before');
    expect(replica.role).toBe('replica');

    cut.heal();
    await cluster.waitFor(() => replica.role === 'master');
    expect(await write).toMatch(new RegExp(`^MOVED \\d+ ${replica.name}$`));
    expect(await replica.command('GET', key)).toBe('before');
    expect(eventsOf(cluster, 'promoted', { by: replica })).toHaveLength(1);
  });

  it('is possible again and again', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const b = replicaOf(a);
    const key = keyForNode(a);
    for (let turn = 1; turn <= 6; turn++) {
      const replica = a.role === 'replica' ? a : b;
      expect(await atOwner(cluster, 'INCR', key)).toBe(turn);
      await replica.command('CLUSTER', 'FAILOVER');
      await cluster.waitFor(() => replica.role === 'master');
      await cluster.waitFor('ok');
      // A voter waits two node timeouts before it votes about the same master again, a replica four before it asks again.
      await cluster.advance(4 * NODE_TIMEOUT_MS);
    }
    expect(eventsOf(cluster, 'promoted')).toHaveLength(6);
    expect(eventsOf(cluster, 'full-resync', { since: cluster.events[0]!.atMs + 25_000 })).toEqual([]);
  });
});

describe('CLUSTER FAILOVER at a node that has won an election a moment ago', () => {
  // Redis up to 7.2 keeps the votes of the last election for two node timeouts, and counts them again.
  it('makes it a master by its old votes, whose claims are older than those of its master, and so only for a moment', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const b = replicaOf(a);
    for (const replica of [b, a]) {
      await replica.command('CLUSTER', 'FAILOVER');
      await cluster.waitFor(() => replica.role === 'master');
      await cluster.waitFor('ok');
    }
    const epoch = stateOf(a).myself.configEpoch;
    const since = cluster.now();
    await b.command('CLUSTER', 'FAILOVER');
    await cluster.advance('3s');
    expect(eventsOf(cluster, 'election-started', { since })).toEqual([]);
    expect(eventsOf(cluster, 'promoted', { since, by: b }).map(({ event }) => event.epoch)).toEqual([
      epoch - 1,
    ]);
    expect(eventsOf(cluster, 'became-replica', { since, by: b })).toHaveLength(1);
    await cluster.waitFor('ok');
    expect([a.role, b.role]).toEqual(['master', 'replica']);

    // When the old election is forgotten there is a new one.
    await cluster.advance(4 * NODE_TIMEOUT_MS);
    await b.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => b.role === 'master');
    await cluster.waitFor('ok');
    expect(b.role).toBe('master');
  });
});

describe('a plain CLUSTER FAILOVER that cannot end ("Manual failover")', () => {
  it('times out after 5 s when the master does not hear of it, and the master goes on', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const cut = cluster.partition([replica], [old]);
    const askedAtMs = cluster.now();
    expect(await replica.command('CLUSTER', 'FAILOVER')).toBe('OK');
    expect(await old.command('SET', keyForNode(old), 'value')).toBe('OK');
    await cluster.waitFor(() =>
      eventsOf(cluster, 'manual-failover', { by: replica }).some(({ event }) => event.step === 'timed-out'),
    );
    const tookMs = cluster.now() - askedAtMs;
    expect(tookMs).toBeGreaterThan(MANUAL_TIMEOUT_MS);
    expect(tookMs).toBeLessThanOrEqual(MANUAL_TIMEOUT_MS + 2 * CRON_MS);
    expect(replica.role).toBe('replica');
    expect(eventsOf(cluster, 'manual-failover', { by: old })).toEqual([]);

    // What was said on the cut link arrives late, and finds nobody waiting for it.
    cut.heal();
    await cluster.advance('10s');
    expect(replica.role).toBe('replica');
    expect(await old.command('SET', keyForNode(old), 'other')).toBe('OK');
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => replica.role === 'master');
  });

  it('times out after 5 s when the votes do not come, and the master carries out the writes it held back', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    cluster.partition([replica], votersBeside(cluster, old));
    const askedAtMs = cluster.now();
    await replica.command('CLUSTER', 'FAILOVER');
    await untilPaused(cluster, old);
    let answeredAtMs = 0;
    const write = old.command('SET', keyForNode(old), 'patient').finally(() => {
      answeredAtMs = cluster.now();
    });
    await cluster.waitFor(() => answeredAtMs !== 0);
    expect(await write).toBe('OK');
    expect(answeredAtMs - askedAtMs).toBeGreaterThan(MANUAL_TIMEOUT_MS);
    expect(answeredAtMs - askedAtMs).toBeLessThanOrEqual(MANUAL_TIMEOUT_MS + 2 * CRON_MS);
    await cluster.advance('1m');
    expect(old.role).toBe('master');
  });
});

describe('CLUSTER FAILOVER FORCE ("Manual failover")', () => {
  it('replaces a dead master at once, without waiting for its failure to be detected', async () => {
    const cluster = await startScenario();
    const [old, b] = masters(cluster);
    const replica = replicaOf(old);
    const key = keyForNode(old);
    await old.command('SET', key, 'kept');
    await old.kill();
    expect(await replica.command('CLUSTER', 'FAILOVER', 'FORCE')).toBe('OK');
    const tookMs = await cluster.waitFor(() => replica.role === 'master');
    expect(tookMs).toBeLessThanOrEqual(CRON_MS);
    expect(viewOf(b, old).isFailing).toBe(false);
    expect(await atOwner(cluster, 'GET', key)).toBe('kept');
  });

  it('does not wait for what the master still has to send', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const key = keyForNode(old);
    holdReplication(cluster);
    await old.command('SET', key, 'lost');
    await replica.command('CLUSTER', 'FAILOVER', 'FORCE');
    const tookMs = await cluster.waitFor(() => replica.role === 'master');
    expect(tookMs).toBeLessThanOrEqual(CRON_MS);
    expect(await replica.command('GET', key)).toBeNull();
    expect(eventsOf(cluster, 'manual-failover', { by: old }).map(({ event }) => event.step)).not.toContain(
      'paused',
    );
  });

  it('does not even ask whether the replica has the data of its master yet: it serves what it has', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replica = replicaOf(a);
    const [keyOfA, keyOfB] = [keyForNode(a), keyForNode(b)];
    await a.command('SET', keyOfA, 'of a');
    await b.command('SET', keyOfB, 'of b');
    await replica.command('CLUSTER', 'REPLICATE', b.id);
    await cluster.waitFor(() => viewOf(b, replica).replicaOf?.id === b.id);
    await replica.command('CLUSTER', 'FAILOVER', 'FORCE');
    await cluster.waitFor(() => replica.role === 'master');
    expect(await replica.command('GET', keyOfB)).toBeNull();
    // A key of a slot that it does not own: nobody sees it, and nobody removes it.
    expect(await replica.command('DBSIZE')).toBe(1);
    expect(await refusal(replica.command('GET', keyOfA))).toMatch(/^MOVED /);
  });

  it('needs the votes of a majority all the same', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replica = replicaOf(a);
    await a.kill();
    await b.kill();
    await replica.command('CLUSTER', 'FAILOVER', 'FORCE');
    await cluster.advance('1m');
    expect(replica.role).toBe('replica');
    expect(eventsOf(cluster, 'election-started', { by: replica })).toHaveLength(1);
  });
});

describe('CLUSTER FAILOVER TAKEOVER ("Manual failover")', () => {
  it('needs nobody: replicas take over although most masters are dead', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replicas = [replicaOf(a), replicaOf(b)];
    const since = cluster.now();
    await a.kill();
    await b.kill();
    for (const replica of replicas) {
      expect(await replica.command('CLUSTER', 'FAILOVER', 'TAKEOVER')).toBe('OK');
      expect(replica.role).toBe('master');
    }
    expect(eventsOf(cluster, 'election-started', { since })).toEqual([]);
    expect(eventsOf(cluster, 'vote-granted', { since })).toEqual([]);
    await cluster.waitFor('ok');
    await a.restart();
    await b.restart();
    await cluster.waitFor('ok');
    expect([a.master, b.master]).toEqual(replicas);
  });

  it('moves a whole cluster to the other data centre, and the old masters follow when the cut heals', async () => {
    const cluster = await startScenario();
    const lost = cluster.masters;
    const replicas = lost.map(replicaOf);
    const cut = cluster.partition(lost);
    await cluster.advance('1m');
    for (const replica of replicas) await replica.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await cluster.waitFor(() => replicas.every((node) => stateOf(node).ok));
    for (const replica of replicas) await replica.command('SET', keyForNode(replica), 'here');
    cut.heal();
    await cluster.waitFor('ok');
    expect(lost.map(({ master }) => master)).toEqual(replicas);
    const epochs = cluster.masters.map((node) => stateOf(node).myself.configEpoch);
    expect(new Set(epochs).size).toBe(3);
  });
});

describe('CLUSTER FAILOVER, when it is refused', () => {
  it('is refused on a master, with a wrong option, and plain while the master fails', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const replica = replicaOf(master);
    expect(await refusal(master.command('CLUSTER', 'FAILOVER'))).toBe(
      'ERR You should send CLUSTER FAILOVER to a replica',
    );
    expect(await refusal(replica.command('CLUSTER', 'FAILOVER', 'SOON'))).toBe('ERR syntax error');
    await replica.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
    await master.kill();
    await cluster.waitFor(() => viewOf(replica, master).isFailing);
    expect(await refusal(replica.command('CLUSTER', 'FAILOVER'))).toBe(
      'ERR Master is down or failed, please use CLUSTER FAILOVER FORCE',
    );
    // What forbids it to act by itself does not forbid the operator to tell it.
    await replica.command('CLUSTER', 'FAILOVER', 'FORCE');
    await cluster.waitFor(() => replica.role === 'master');
  });
});
