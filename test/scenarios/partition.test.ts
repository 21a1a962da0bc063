// Sections "Write safety" and "Availability" of the Redis Cluster specification: what the two sides of a cut do, and what becomes of it when it heals.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#write-safety
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, type TestNode } from '../../src/index.js';
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
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

interface Write {
  readonly key: string;
  readonly atMs: number;
}

/** Writes a new key to a node ten times a second until it refuses; the keys are of slots that it owns. */
async function writeUntilRefused(
  cluster: Cluster,
  node: TestNode,
  limitMs: number,
): Promise<{ written: Write[]; text: string }> {
  const tag = keyForNode(node);
  const written: Write[] = [];
  const endMs = cluster.now() + limitMs;
  while (cluster.now() < endMs) {
    const key = `{${tag}}:${cluster.now()}`;
    try {
      await node.command('SET', key, 'minority');
    } catch (error) {
      return { written, text: (error as Error).message };
    }
    written.push({ key, atMs: cluster.now() });
    await cluster.advance(CRON_MS);
  }
  return { written, text: '' };
}

describe('a master that is cut off from the majority ("Write safety")', () => {
  it.each([1000, NODE_TIMEOUT_MS])(
    'refuses writes one and a half node timeouts of %i ms later at the latest',
    async (nodeTimeout) => {
      const cluster = await startScenario({ nodeTimeout });
      const [minority] = masters(cluster);
      const cutAtMs = cluster.now();
      cluster.partition([minority]);
      const { written, text } = await writeUntilRefused(cluster, minority, 3 * nodeTimeout);
      expect(text).toBe('CLUSTERDOWN The cluster is down');
      const lastMs = written.at(-1)!.atMs - cutAtMs;
      expect(lastMs).toBeGreaterThanOrEqual(nodeTimeout - CRON_MS);
      expect(lastMs).toBeLessThanOrEqual(1.5 * nodeTimeout + 3 * CRON_MS);
      // Reads are refused as well, by default.
      expect(await refusal(minority.command('GET', written[0]!.key))).toBe('CLUSTERDOWN The cluster is down');
    },
  );

  it('is replaced by its replica on the other side, and loses what only it was told', async () => {
    const cluster = await startScenario();
    const [minority] = masters(cluster);
    const successor = replicaOf(minority);
    const others = cluster.nodes.filter((node) => node !== minority);
    const key = keyForNode(minority);
    await minority.command('SET', key, 'before');
    const cut = cluster.partition([minority]);
    const { written } = await writeUntilRefused(cluster, minority, 3 * NODE_TIMEOUT_MS);
    await cluster.waitFor(() => successor.role === 'master' && others.every((node) => stateOf(node).ok));
    expect(await successor.command('GET', key)).toBe('before');
    await successor.command('SET', key, 'majority');
    expect(written.length).toBeGreaterThan(100);

    // Nobody told the old master; it only knows that it is alone.
    expect(stateOf(minority).myself.isMaster).toBe(true);
    expect(await clusterStateOf(minority)).toBe('fail');

    cut.heal();
    await cluster.waitFor('ok');
    expect(minority.master).toBe(successor);
    expect(await atOwner(cluster, 'GET', key)).toBe('majority');
    for (const write of written) expect(await atOwner(cluster, 'EXISTS', write.key)).toBe(0);
    expect(await minority.command('DBSIZE')).toBe(1);
    expect(agreeOnSlots(cluster.nodes)).toBe(true);
  });

  it('answers reads, and only these, with cluster-allow-reads-when-down', async () => {
    const cluster = await startScenario({ config: { 'cluster-allow-reads-when-down': true } });
    const [minority] = masters(cluster);
    const key = keyForNode(minority);
    await minority.command('SET', key, 'value');
    cluster.partition([minority]);
    await cluster.waitFor(() => !stateOf(minority).ok);
    expect(await minority.command('GET', key)).toBe('value');
    expect(await refusal(minority.command('SET', key, 'other'))).toBe(
      'CLUSTERDOWN The cluster is down and only accepts read commands',
    );
  });

  it.each([
    { nodeTimeout: 200, delay: 500 },
    { nodeTimeout: 2000, delay: 2000 },
    { nodeTimeout: 15_000, delay: 5000 },
  ])(
    'waits $delay ms before it accepts writes again, with a node timeout of $nodeTimeout ms',
    async ({ nodeTimeout, delay }) => {
      const cluster = await startScenario({ masters: 3, replicas: 0, nodeTimeout });
      const [minority] = masters(cluster);
      const cut = cluster.partition([minority]);
      await cluster.waitFor(() => !stateOf(minority).ok);
      await cluster.advance('1m');
      const healedAtMs = cluster.now();
      cut.heal();
      await cluster.waitFor(() => stateOf(minority).ok);
      const [back] = eventsOf(cluster, 'state-changed', { since: healedAtMs, by: minority });
      expect(back!.atMs - healedAtMs).toBeGreaterThanOrEqual(delay - CRON_MS);
      expect(back!.atMs - healedAtMs).toBeLessThanOrEqual(delay + 4 * CRON_MS);
      await minority.command('SET', keyForNode(minority), 'value');
    },
  );

  it('does not notice a cut that is shorter than the node timeout, and loses nothing', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const since = cluster.now();
    const cut = cluster.partition([master]);
    const { written, text } = await writeUntilRefused(cluster, master, NODE_TIMEOUT_MS - CRON_MS);
    expect(text).toBe('');
    cut.heal();
    await cluster.waitFor('ok');
    expect(eventsOf(cluster, 'pfail', { since })).toEqual([]);
    expect(eventsOf(cluster, 'promoted')).toEqual([]);
    const replica = replicaOf(master);
    await replica.command('READONLY');
    for (const { key } of written) expect(await replica.command('GET', key)).toBe('minority');
  });
});

describe('who can fail over across a cut ("Availability")', () => {
  it('nobody, when the replica is on the side of its master; nothing is lost when it heals', async () => {
    const cluster = await startScenario();
    const [master, b] = masters(cluster);
    const replica = replicaOf(master);
    const cut = cluster.partition([master, replica]);
    const { written } = await writeUntilRefused(cluster, master, 3 * NODE_TIMEOUT_MS);
    await cluster.advance('2m');
    expect(eventsOf(cluster, 'promoted')).toEqual([]);
    // The slots of the other side are served by nobody, so that side is down as well.
    expect(viewOf(b, master).isFailing).toBe(true);
    expect(await clusterStateOf(b)).toBe('fail');
    cut.heal();
    await cluster.waitFor('ok');
    expect(master.role).toBe('master');
    for (const { key } of written) expect(await atOwner(cluster, 'GET', key)).toBe('minority');
  });

  it('nobody, when no side has a majority', async () => {
    const cluster = await startScenario({ masters: 4 });
    const [a, b] = masters(cluster);
    const cut = cluster.partition([a, replicaOf(a), b, replicaOf(b)]);
    await cluster.waitFor(() => cluster.nodes.every((node) => !stateOf(node).ok));
    await cluster.advance('2m');
    expect(eventsOf(cluster, 'fail')).toEqual([]);
    expect(eventsOf(cluster, 'promoted')).toEqual([]);
    cut.heal();
    await cluster.waitFor('ok');
  });

  it('the majority, of several masters at a time', async () => {
    const cluster = await startScenario({ masters: 5 });
    const lost = cluster.masters.slice(0, 2);
    const successors = lost.map(replicaOf);
    const cut = cluster.partition(lost);
    await cluster.waitFor(() => successors.every(({ role }) => role === 'master'));
    await cluster.waitFor(() => successors.every((node) => stateOf(node).ok));
    cut.heal();
    await cluster.waitFor('ok');
    expect(lost.map(({ master }) => master)).toEqual(successors);
  });

  it('not a replica alone: it is missed, comes back and catches up from the backlog', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const replica = replicaOf(master);
    const others = cluster.nodes.filter((node) => node !== replica);
    const cut = cluster.partition([replica]);
    await cluster.waitFor(() => others.every((node) => viewOf(node, replica).isFailing));
    await cluster.advance('2m');
    expect(others.every((node) => stateOf(node).ok)).toBe(true);
    const key = keyForNode(master);
    await master.command('SET', key, 'meanwhile');
    const healedAtMs = cluster.now();
    cut.heal();
    await cluster.waitFor('ok');
    expect(eventsOf(cluster, 'promoted')).toEqual([]);
    expect(eventsOf(cluster, 'partial-resync', { since: healedAtMs, by: replica })).toHaveLength(1);
    await replica.command('READONLY');
    expect(await replica.command('GET', key)).toBe('meanwhile');
  });
});

describe('a cut between single nodes', () => {
  it('of one link changes nothing but the view of these two', async () => {
    const cluster = await startScenario({ masters: 5, replicas: 0 });
    const [a, b, c] = masters(cluster);
    const cut = cluster.partition([a], [b]);
    await cluster.waitFor(() => viewOf(a, b).isPossiblyFailing && viewOf(b, a).isPossiblyFailing);
    await cluster.advance('5m');
    expect(eventsOf(cluster, 'fail')).toEqual([]);
    expect(viewOf(c, a).isPossiblyFailing).toBe(false);
    expect(cluster.nodes.every((node) => stateOf(node).ok)).toBe(true);
    cut.heal();
    await cluster.waitFor(() => !viewOf(a, b).isPossiblyFailing && !viewOf(b, a).isPossiblyFailing);
  });

  it('that heal one after the other hold what the last one still cuts', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const whole = cluster.partition([a]);
    const again = cluster.partition([a]);
    await cluster.waitFor(() => !stateOf(a).ok);
    whole.heal();
    await cluster.advance('1m');
    expect(stateOf(a).ok).toBe(false);
    again.heal();
    again.heal();
    await cluster.waitFor('ok');
  });
});
