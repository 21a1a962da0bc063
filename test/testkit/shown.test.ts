/** How clusters and nodes look in failed assertions, console.log and JSON, and what assertions take for equal. */
import { deepStrictEqual, notDeepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { Cluster as IoRedis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, connectCluster, type RemoteCluster, shareCluster } from '../../src/index.js';
import { startStill } from './testkit.js';

async function startShared(): Promise<{ cluster: Cluster; shared: RemoteCluster }> {
  const cluster = await startStill();
  const { address } = await shareCluster(cluster);
  const shared = await connectCluster(address);
  onTestFinished(() => shared.close());
  return { cluster, shared };
}

function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion holds');
}

describe('a node', () => {
  it.each(['cluster', 'shared'] as const)('is equal to itself only (%s)', async (handle) => {
    const { masters } = (await startShared())[handle];
    const [first, second] = masters;
    expect(first).toEqual(first);
    expect(first).not.toEqual(second);
    expect([first, second]).not.toStrictEqual([second, first]);
    deepStrictEqual(first, first);
    notDeepStrictEqual(first, second);
  });

  it.each(['cluster', 'shared'] as const)('tells what it is (%s)', async (handle) => {
    const started = (await startShared())[handle];
    const [first] = started.masters;
    const replica = first?.replicas[0];
    expect(String(first)).toBe(`${first?.name} (master)`);
    expect(inspect({ node: replica })).toBe(`{ node: ${replica?.name} (replica) }`);
    expect(messageOf(() => expect(first).toBe(replica))).toContain(
      `expected ${first?.name} (master) to be ${replica?.name} (replica)`,
    );
    expect(JSON.parse(JSON.stringify(replica))).toEqual({
      name: replica?.name,
      id: replica?.id,
      role: 'replica',
      state: 'running',
      slots: '',
      master: first?.name,
    });
  });

  it('tells when it does not run, and has no slots', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [first, second] = cluster.masters;
    await first?.kill();
    second?.pause();
    const added = await cluster.addNode();
    expect([first, second].map(String)).toEqual([
      `${first?.name} (master, stopped)`,
      `${second?.name} (master, paused)`,
    ]);
    expect(`${cluster}`.split('\n').slice(1)).toEqual([
      `  ${first?.name}  master of 0-5460, stopped`,
      `  ${second?.name}  master of 5461-10922, paused`,
      `  ${cluster.nodes[2]?.name}  master of 10923-16383`,
      `  ${added.name}  master of no slots`,
    ]);
  });

  it('is an address for ioredis as it is', async () => {
    const cluster = await startStill();
    const redis = new IoRedis([...cluster.masters]);
    onTestFinished(() => redis.disconnect());
    expect(await redis.set('key', 'value')).toBe('OK');
  });

  it('has the address that it has now', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    const before = node?.port;
    await cluster.changeAddress(node!);
    expect({ ...node }).toEqual({ host: '127.0.0.1', port: node?.port });
    expect(node?.port).not.toBe(before);
  });
});

describe('a cluster', () => {
  it.each(['cluster', 'shared'] as const)('shows its nodes (%s)', async (handle) => {
    const started = (await startShared())[handle];
    const [first, second, third, ...replicas] = started.nodes;
    const lines = [
      'Cluster (seed 1)',
      `  ${first?.name}  master of 0-5460`,
      `  ${second?.name}  master of 5461-10922`,
      `  ${third?.name}  master of 10923-16383`,
      ...replicas.map((node) => `  ${node.name}  replica of ${node.master?.name}`),
    ].join('\n');
    expect(inspect(started)).toBe(lines);
    expect(`${started}`).toBe(lines);
    expect(JSON.parse(JSON.stringify(started))).toEqual({
      seed: 1,
      nodes: started.nodes.map((node) => node.toJSON()),
    });
  });
});
