// Section "Failure detection" of the Redis Cluster specification: from PFAIL to FAIL and back, in virtual time.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#failure-detection
import { describe, expect, it } from 'vitest';
import {
  CRON_MS,
  clusterStateOf,
  eventsOf,
  lineOf,
  masters,
  NODE_TIMEOUT_MS,
  replicaOf,
  reportTimes,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

/** A ping leaves half a node timeout after the last news at the latest; gossip tells of that news in whole seconds. */
function latestPfailMs(nodeTimeoutMs: number): number {
  return 1.5 * nodeTimeoutMs + 3 * CRON_MS;
}

/** Whoever suspects a node tells every other one with the next ping, half a node timeout later at the latest. */
function latestFailMs(nodeTimeoutMs: number): number {
  return 2 * nodeTimeoutMs + 5 * CRON_MS;
}

describe('a dead master ("Failure detection")', () => {
  it.each([500, 2000, NODE_TIMEOUT_MS, 60_000])(
    'is suspected after a node timeout of %i ms, and failing soon after',
    async (nodeTimeout) => {
      const cluster = await startScenario({ nodeTimeout });
      const [victim] = masters(cluster);
      const others = cluster.nodes.filter((node) => node !== victim);
      const killedAtMs = cluster.now();
      await victim.kill();
      await cluster.waitFor(() => others.every((node) => viewOf(node, victim).isFailing));

      const suspected = reportTimes(cluster, 'pfail', victim, others, killedAtMs).filter(
        (ms) => !Number.isNaN(ms),
      );
      expect(suspected.length).toBeGreaterThanOrEqual(2);
      expect(Math.min(...suspected)).toBeGreaterThan(nodeTimeout);
      expect(Math.max(...suspected)).toBeLessThanOrEqual(latestPfailMs(nodeTimeout));
      const failed = reportTimes(cluster, 'fail', victim, others, killedAtMs);
      expect(Math.min(...failed)).toBeGreaterThan(nodeTimeout);
      expect(Math.max(...failed)).toBeLessThanOrEqual(latestFailMs(nodeTimeout));
    },
  );

  it('is failing once the majority of the masters suspects it, and the FAIL message tells everybody at once', async () => {
    const cluster = await startScenario();
    const [victim, ...voters] = masters(cluster);
    const killedAtMs = cluster.now();
    await victim.kill();
    await cluster.waitFor(() => voters.every((node) => viewOf(node, victim).isFailing));

    const [first] = eventsOf(cluster, 'fail', { since: killedAtMs });
    expect(first?.event.by).toBe('quorum');
    // Of three masters the two that are left have to suspect it.
    const suspicions = reportTimes(cluster, 'pfail', victim, voters, killedAtMs);
    expect(Math.max(...suspicions)).toBeLessThanOrEqual((first?.atMs ?? 0) - killedAtMs);
    const told = eventsOf(cluster, 'fail', { since: killedAtMs });
    expect(told).toHaveLength(5);
    for (const { atMs } of told) expect(atMs).toBe(first?.atMs);
  });

  it('is never failing while only a minority can see that it is gone', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0 });
    const [a, b, c] = masters(cluster);
    await a.kill();
    await b.kill();
    await cluster.advance('5m');
    expect(eventsOf(cluster, 'pfail', { by: c })).toHaveLength(2);
    expect(eventsOf(cluster, 'fail')).toHaveLength(0);
    expect((await lineOf(c, a)).flags).toEqual(['master', 'fail?']);
    expect(await clusterStateOf(c)).toBe('fail');
  });

  it('is not suspected when it answers again before the node timeout', async () => {
    const cluster = await startScenario();
    const [victim] = masters(cluster);
    const since = cluster.now();
    victim.pause();
    await cluster.advance(NODE_TIMEOUT_MS - CRON_MS);
    victim.resume();
    await cluster.advance('1m');
    expect(eventsOf(cluster, 'pfail', { since })).toEqual([]);
    await cluster.waitFor('ok', { timeout: 0 });
  });
});

describe('the flags of a node that comes back ("Failure detection")', () => {
  it('PFAIL goes with the first pong', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0 });
    const [a, b, c] = masters(cluster);
    await a.kill();
    await b.kill();
    await cluster.waitFor(() => viewOf(c, a).isPossiblyFailing && viewOf(c, b).isPossiblyFailing);
    const restartedAtMs = cluster.now();
    await a.restart();
    await cluster.waitFor(() => !viewOf(c, a).isPossiblyFailing);
    // The next cron connects, and connecting brings the ping and its answer.
    expect(cluster.now() - restartedAtMs).toBeLessThanOrEqual(3 * CRON_MS);
  });

  it('FAIL of a replica goes with the first pong', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const replica = replicaOf(master);
    await replica.kill();
    const others = cluster.nodes.filter((node) => node !== replica);
    await cluster.waitFor(() => others.every((node) => viewOf(node, replica).isFailing));
    expect((await lineOf(master, replica)).flags).toEqual(['slave', 'fail']);
    for (const node of others) expect(await clusterStateOf(node)).toBe('ok');

    const restartedAtMs = cluster.now();
    await replica.restart();
    await cluster.waitFor(() => others.every((node) => !viewOf(node, replica).isFailing));
    expect(cluster.now() - restartedAtMs).toBeLessThanOrEqual(3 * CRON_MS);
    await cluster.waitFor('ok');
  });

  it('FAIL of a master without slots goes with the first pong', async () => {
    const cluster = await startScenario();
    const [a, b, c] = masters(cluster);
    const empty = replicaOf(a);
    await empty.command('CLUSTER', 'RESET');
    await empty.command('CLUSTER', 'MEET', a.host, a.port, a.busPort);
    await cluster.waitFor(() => [a, b, c].every((node) => viewOf(node, empty).isMaster));
    await empty.kill();
    await cluster.waitFor(() => [a, b, c].every((node) => viewOf(node, empty).isFailing));
    const restartedAtMs = cluster.now();
    await empty.restart();
    await cluster.waitFor(() => [a, b, c].every((node) => !viewOf(node, empty).isFailing));
    expect(cluster.now() - restartedAtMs).toBeLessThanOrEqual(3 * CRON_MS);
  });

  it('FAIL of a master with slots stays for two node timeouts, so that a replica can replace it', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0 });
    const [a, b, c] = masters(cluster);
    await a.kill();
    await cluster.waitFor(() => [b, c].every((node) => viewOf(node, a).isFailing));
    const failedAtMs = cluster.now();
    await a.restart();
    await cluster.advance(2 * NODE_TIMEOUT_MS);
    for (const node of [b, c]) {
      expect((await lineOf(node, a)).flags).toEqual(['master', 'fail']);
      expect((await lineOf(node, a)).link).toBe('connected');
      expect(await clusterStateOf(node)).toBe('fail');
    }
    await cluster.waitFor(() => [b, c].every((node) => !viewOf(node, a).isFailing));
    // The pong that ends it is an answer to a ping, and there is one each half node timeout.
    expect(cluster.now() - failedAtMs).toBeGreaterThan(2 * NODE_TIMEOUT_MS);
    expect(cluster.now() - failedAtMs).toBeLessThanOrEqual(2.5 * NODE_TIMEOUT_MS + 3 * CRON_MS);
    await cluster.waitFor('ok');
  });

  it('FAIL of a master with slots goes with the first pong when two node timeouts are over', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0 });
    const [a, b, c] = masters(cluster);
    await a.kill();
    await cluster.waitFor(() => [b, c].every((node) => viewOf(node, a).isFailing));
    await cluster.advance(2 * NODE_TIMEOUT_MS + 1);
    const restartedAtMs = cluster.now();
    await a.restart();
    await cluster.waitFor(() => [b, c].every((node) => !viewOf(node, a).isFailing));
    expect(cluster.now() - restartedAtMs).toBeLessThanOrEqual(3 * CRON_MS);
  });
});

describe('a paused process ("Failure detection")', () => {
  it('is detected as a dead one is, although its connections are open', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0 });
    const [frozen, ...others] = masters(cluster);
    const pausedAtMs = cluster.now();
    frozen.pause();
    expect(frozen.state).toBe('paused');
    await cluster.waitFor(() => others.every((node) => viewOf(node, frozen).isFailing));
    const suspected = reportTimes(cluster, 'pfail', frozen, others, pausedAtMs);
    expect(Math.min(...suspected)).toBeGreaterThan(NODE_TIMEOUT_MS);
    expect(Math.max(...suspected)).toBeLessThanOrEqual(latestPfailMs(NODE_TIMEOUT_MS));

    frozen.resume();
    await cluster.waitFor('ok');
    expect((await lineOf(frozen, frozen)).flags).toEqual(['myself', 'master']);
  });

  it('comes back as a replica when another node took its place', async () => {
    const cluster = await startScenario();
    const [frozen] = masters(cluster);
    const replica = replicaOf(frozen);
    frozen.pause();
    await cluster.waitFor(() => replica.role === 'master');
    expect(stateOf(frozen).myself.isMaster).toBe(true);
    frozen.resume();
    await cluster.waitFor('ok');
    expect(frozen.role).toBe('replica');
    expect(frozen.master).toBe(replica);
  });
});
