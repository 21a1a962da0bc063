// "The Cluster bus" of the Redis Cluster specification: what a cluster does is the same whether its nodes talk in memory or over real sockets.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#the-cluster-bus
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, keysForNode, type TestNode } from '../../src/index.js';
import {
  agreeOnSlots,
  atOwner,
  CRON_MS,
  clusterStateOf,
  eventsOf,
  masters,
  NODE_TIMEOUT_MS,
  refusal,
  replicaOf,
  reportTimes,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

describe.each(['memory', 'tcp'] as const)('a cluster with its bus over %s', (bus) => {
  it('notices a dead master in time and fails over to its replica, with all that was written', async () => {
    const cluster = await startScenario({ bus });
    const [victim] = masters(cluster);
    const replica = replicaOf(victim);
    const others = cluster.nodes.filter((node) => node !== victim);
    const keys = keysForNode(victim, 20);
    for (const key of keys) await victim.command('SET', key, `value of ${key}`);
    const killedAtMs = cluster.now();
    await victim.kill();
    await cluster.waitFor('ok');

    const suspected = reportTimes(cluster, 'pfail', victim, others, killedAtMs).filter(
      (ms) => !Number.isNaN(ms),
    );
    expect(Math.min(...suspected)).toBeGreaterThan(NODE_TIMEOUT_MS);
    expect(Math.max(...suspected)).toBeLessThanOrEqual(1.5 * NODE_TIMEOUT_MS + 3 * CRON_MS);
    const [failed] = eventsOf(cluster, 'fail', { by: replica });
    const [won] = eventsOf(cluster, 'election-won', { by: replica });
    expect(won!.atMs - failed!.atMs).toBeGreaterThanOrEqual(500);
    expect(won!.atMs - failed!.atMs).toBeLessThanOrEqual(1000 + 3 * CRON_MS);
    expect(replica.role).toBe('master');
    expect(agreeOnSlots(others)).toBe(true);
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);

    await victim.restart();
    await cluster.waitFor('ok');
    expect(victim.master).toBe(replica);
    expect(await victim.command('DBSIZE')).toBe(keys.length);
  });

  it('suspects a paused master, and takes it back', async () => {
    const cluster = await startScenario({ bus, masters: 3, replicas: 0 });
    const [frozen, b, c] = masters(cluster);
    frozen.pause();
    await cluster.waitFor(() => viewOf(b, frozen).isFailing && viewOf(c, frozen).isFailing);
    frozen.resume();
    await cluster.waitFor('ok');
    expect(frozen.role).toBe('master');
  });

  it('stops writing on the smaller side of a cut, and drops what was written there', async () => {
    const cluster = await startScenario({ bus });
    const [minority] = masters(cluster);
    const successor = replicaOf(minority);
    const key = keyForNode(minority);
    await minority.command('SET', key, 'before');
    const cutAtMs = cluster.now();
    const cut = cluster.partition([minority]);
    await minority.command('SET', `{${key}}:minority`, 'lost');
    await cluster.waitFor(() => !stateOf(minority).ok);
    expect(cluster.now() - cutAtMs).toBeGreaterThan(NODE_TIMEOUT_MS);
    expect(cluster.now() - cutAtMs).toBeLessThanOrEqual(1.5 * NODE_TIMEOUT_MS + 3 * CRON_MS);
    expect(await refusal(minority.command('SET', key, 'x'))).toBe('CLUSTERDOWN The cluster is down');
    await cluster.waitFor(() => successor.role === 'master' && stateOf(successor).ok);
    await successor.command('SET', key, 'after');

    cut.heal();
    await cluster.waitFor('ok');
    expect(minority.master).toBe(successor);
    expect(await atOwner(cluster, 'GET', key)).toBe('after');
    expect(await minority.command('DBSIZE')).toBe(1);
  });

  it('comes back as it was when all its nodes were down', async () => {
    const cluster = await startScenario({ bus });
    const roles = cluster.nodes.map(({ role }) => role);
    for (const node of cluster.nodes) await node.kill();
    for (const node of cluster.nodes) await node.restart();
    await cluster.waitFor('ok');
    expect(cluster.nodes.map(({ role }) => role)).toEqual(roles);
  });

  it('swaps master and replica on request without losing a write', async () => {
    const cluster = await startScenario({ bus });
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const keys = keysForNode(old, 50);
    const outcomes: Promise<unknown>[] = [];
    for (const [index, key] of keys.entries()) {
      outcomes.push(atOwner(cluster, 'SET', key, String(index)));
      if (index === 20) expect(await replica.command('CLUSTER', 'FAILOVER')).toBe('OK');
      await cluster.advance(10);
    }
    await cluster.waitFor(() => replica.role === 'master');
    await cluster.waitFor('ok');
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['OK']));
    for (const [index, key] of keys.entries()) expect(await replica.command('GET', key)).toBe(String(index));
    expect(old.master).toBe(replica);
  });

  it('replaces dead masters by FORCE, and by TAKEOVER without a majority', async () => {
    const cluster = await startScenario({ bus });
    const [a, b] = masters(cluster);
    const [first, second] = [replicaOf(a), replicaOf(b)];
    await a.kill();
    await first.command('CLUSTER', 'FAILOVER', 'FORCE');
    await cluster.waitFor(() => first.role === 'master');
    await b.kill();
    await first.kill();
    await second.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    expect(second.role).toBe('master');
    await first.restart();
    await cluster.waitFor('ok');
  });

  it('gives a manual failover up after 5 s when the master does not hear of it', async () => {
    const cluster = await startScenario({ bus });
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    cluster.partition([old], [replica]);
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.advance('6s');
    expect(eventsOf(cluster, 'manual-failover', { by: replica }).map(({ event }) => event.step)).toEqual([
      'started',
      'timed-out',
    ]);
    expect(old.role).toBe('master');
  });

  it('is formed by CLUSTER MEET', async () => {
    const cluster = await startScenario({ bus, masters: 3, replicas: 0, formed: false });
    const [a, b, c] = cluster.nodes as [TestNode, TestNode, TestNode];
    await a.command('CLUSTER', 'ADDSLOTSRANGE', 0, 5000);
    await b.command('CLUSTER', 'ADDSLOTSRANGE', 5001, 10_000);
    await c.command('CLUSTER', 'ADDSLOTSRANGE', 10_001, 16_383);
    for (const node of [b, c]) await node.command('CLUSTER', 'MEET', a.host, a.port, a.busPort);
    await cluster.waitFor('ok');
    await everyNodeServes(cluster);
  });
});

async function everyNodeServes(cluster: Cluster): Promise<void> {
  for (const node of cluster.masters) {
    expect(await clusterStateOf(node)).toBe('ok');
    expect(await node.command('SET', keyForNode(node), 'value')).toBe('OK');
  }
}
