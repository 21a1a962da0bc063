/** redis-test-cluster/vitest, in vitest. */
import { beforeAll, describe, expect } from 'vitest';
import {
  type Cluster,
  clusterTest,
  keyForSlot,
  startCluster,
  test,
  useCluster,
} from '../../src/hooks/vitest.js';

const small = clusterTest({ masters: 1, replicas: 0, scope: 'worker' });

describe('the fixture', () => {
  let before: Cluster | null = null;
  test('gives a cluster', async ({ cluster }) => {
    before = cluster;
    await cluster.nodeForSlot(42).command('SET', keyForSlot(42), 'left behind');
    await cluster.nodeForSlot(0).kill();
    expect(cluster.nodes).toHaveLength(6);
  });

  test('gives the same one to the next test, as it was', async ({ cluster }) => {
    expect(before === null || cluster === before).toBe(true);
    expect(cluster.nodes.every(({ isRunning }) => isRunning)).toBe(true);
    expect(await cluster.nodeForSlot(42).command('GET', keyForSlot(42))).toBeNull();
  });

  small('can be another one', ({ cluster }) => {
    expect(cluster.nodes).toHaveLength(1);
  });
});

describe('startCluster', () => {
  const started: Cluster[] = [];
  test('stops at the end of the test', async () => {
    started.push(await startCluster(1, 0));
    expect(started[0]!.nodes[0]!.isRunning).toBe(true);
  });

  test('has stopped then', () => {
    for (const cluster of started) expect(cluster.nodes[0]!.isRunning).toBe(false);
  });

  describe('in a hook', () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster({ masters: 1, replicas: 0 });
    });
    test('lives as long as the file', () => {
      expect(cluster.nodes[0]!.isRunning).toBe(true);
    });
  });
});

describe('the matchers', () => {
  const cluster = useCluster(3, 1);

  test('say who owns what', () => {
    const [first, second] = cluster.masters;
    expect(first).toOwnSlot(0);
    expect(first).not.toOwnSlot(16383);
    expect(second).toOwnKey(keyForSlot(8000));
    expect(first).toBeMaster();
    expect(cluster.replicas[0]).toBeReplicaOf(cluster.replicas[0]!.master!);
    expect(cluster).toHaveOneView();
  });

  test('say what is wrong', async () => {
    const [first, second] = cluster.masters;
    expect(() => expect(second).toOwnSlot(0)).toThrow(
      `expected ${second!.name} to serve slot 0, but it serves 5461-10922`,
    );
    expect(() => expect(first).not.toBeMaster()).toThrow(
      `expected ${first!.name} not to be a master, but it is a master`,
    );
    expect(() => expect(cluster.replicas[0]).toBeMaster()).toThrow(/but it is a replica of 127\.0\.0\.1:\d+/);
    expect(() => expect(cluster).toOwnSlot(0)).toThrow(/toOwnSlot\(\) is about a node of a cluster/);
    await first!.kill();
    expect(() => expect(first).toOwnSlot(0)).toThrow(/but it does not run/);
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== first);
    await cluster.nodes[1]!.command('CLUSTER', 'DELSLOTS', 8000);
    expect(() => expect(cluster).toHaveOneView()).toThrow(/expected the cluster to have one view, but 127/);
  });
});
