/** addNode(), removeNode(), reshard(), rebalance(), and reset() after them. */
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, keyForSlot, type TestNode } from '../../src/index.js';
import { failure, isListening, startStill } from './testkit.js';

function countOf({ slots }: TestNode): number {
  return slots.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function slotCounts(cluster: Cluster): number[] {
  return cluster.masters.map(countOf);
}

async function fill(cluster: Cluster): Promise<string[]> {
  const keys = Array.from({ length: 100 }, (_, index) => keyForSlot(index * 160));
  for (const key of keys) await cluster.nodeForKey(key).command('SET', key, key);
  return keys;
}

async function expectAllThere(cluster: Cluster, keys: readonly string[]): Promise<void> {
  for (const key of keys) expect(await cluster.nodeForKey(key).command('GET', key)).toBe(key);
}

describe('a node that joins', () => {
  it('is a master without slots that all know, and takes its share by a rebalance', async () => {
    const cluster = await startStill();
    const keys = await fill(cluster);
    const node = await cluster.addNode();
    expect(cluster.nodes.at(-1)).toBe(node);
    expect(node).toMatchObject({ role: 'master', slots: [], state: 'running' });
    expect(await isListening(node.port)).toBe(true);
    for (const viewer of cluster.nodes) expect(await viewer.command('CLUSTER', 'NODES')).toContain(node.id);
    // A twelfth of what it would have by rights: the fewer slots move, the faster is this test.
    expect(await cluster.rebalance({ weights: new Map([[node, 1 / 12]]) })).toEqual({ moved: 442 });
    expect(slotCounts(cluster)).toEqual([5314, 5314, 5314, 442]);
    await cluster.waitFor('ok');
    await expectAllThere(cluster, keys);
    expect(await cluster.rebalance({ weights: new Map([[node, 1 / 12]]) })).toEqual({ moved: 0 });
    await node.command('SET', keyForNode(node), 'x');
    expect(cluster.counters.byCommand).toEqual({});
  });

  it('is a replica that is in sync and listed', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [master] = cluster.masters;
    const key = keyForNode(master!);
    await master!.command('SET', key, 'value');
    const replica = await cluster.addNode({ replicaOf: master! });
    expect(replica).toMatchObject({ role: 'replica', master });
    await replica.command('READONLY');
    expect(await replica.command('GET', key)).toBe('value');
    for (const viewer of cluster.masters)
      expect(JSON.stringify(await viewer.command('CLUSTER', 'SLOTS'))).toContain(replica.id);
    expect((await cluster.failover(replica)).promoted).toBe(replica);
    await cluster.waitFor('ok');
  });
});

describe('a node that leaves', () => {
  it('a master: its slots go to the others, its replica to one of them, and nobody knows it', async () => {
    const cluster = await startStill();
    const keys = await fill(cluster);
    const leaving = await cluster.addNode();
    const replica = await cluster.addNode({ replicaOf: leaving });
    await cluster.reshard({ to: leaving, slots: 200 });
    const { id } = leaving;
    await cluster.removeNode(leaving);
    expect(cluster.nodes).toHaveLength(7);
    expect(await isListening(leaving.port)).toBe(false);
    expect(slotCounts(cluster).reduce((sum, count) => sum + count)).toBe(16384);
    await cluster.waitFor('ok');
    await cluster.advance('90s');
    await cluster.waitFor('ok');
    for (const viewer of cluster.nodes) expect(await viewer.command('CLUSTER', 'NODES')).not.toContain(id);
    expect(cluster.masters).toContain(replica.master);
    await expectAllThere(cluster, keys);
  });

  it('a replica, and a dead master after its failover', async () => {
    const cluster = await startStill();
    const [master] = cluster.masters;
    const { demoted } = await cluster.failover(master!, { mode: 'takeover', oldMaster: 'dead' });
    await cluster.removeNode(demoted);
    await cluster.removeNode(cluster.replicas[0]!);
    expect(cluster.nodes).toHaveLength(4);
    await cluster.advance('90s');
    await cluster.waitFor('ok');
    expect(await cluster.nodes[0]!.command('CLUSTER', 'INFO')).toContain('cluster_known_nodes:4');
  });
});

describe('a reshard', () => {
  it('takes from all in proportion, or from one', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const keys = await fill(cluster);
    const [first, second] = cluster.masters as [TestNode, TestNode];
    expect(await cluster.reshard({ to: first, slots: 1001 })).toEqual({ moved: 1001 });
    expect(slotCounts(cluster)).toEqual([6462, 4961, 4961]);
    await cluster.reshard({ from: second, to: first, slots: 61 });
    expect(slotCounts(cluster)).toEqual([6523, 4900, 4961]);
    await cluster.waitFor('ok');
    await expectAllThere(cluster, keys);
  });
});

it('a rebalance goes by weights; 0 empties a master', async () => {
  const cluster = await startStill({ masters: 3, replicas: 0 });
  const [first] = cluster.masters as [TestNode];
  await cluster.rebalance({ weights: new Map([[first, 1.1]]) });
  expect(slotCounts(cluster)).toEqual([5813, 5286, 5285].map((count) => expect.closeTo(count, -1)));
  const added = await cluster.addNode();
  await cluster.reshard({ to: added, slots: 100 });
  const [, second, third] = cluster.masters as [TestNode, TestNode, TestNode];
  const weights = new Map([first, second, third].map((node) => [node, countOf(node)]));
  await cluster.rebalance({ weights: weights.set(added, 0) });
  expect(added.slots).toEqual([]);
  await cluster.waitFor('ok');
});

it('reset() brings the nodes, their slots and their roles back', async () => {
  const cluster = await startStill({ masters: 3, replicas: 1, nodeTimeout: '5s' });
  const before = cluster.nodes.map((node) => [node.id, node.name, node.role, node.slots]);
  const added = await cluster.addNode();
  await cluster.reshard({ to: added, slots: 10 });
  await cluster.removeNode(cluster.masters[1]!.replicas[0]!);
  await cluster.failover(cluster.masters[0]!, { mode: 'crash' });
  await cluster.migrateSlot({ slot: 100, to: added, pauseAt: 'migrating' });
  await cluster.reset();
  expect(cluster.nodes.map((node) => [node.id, node.name, node.role, node.slots])).toEqual(before);
  expect(added.isRunning).toBe(false);
  await cluster.waitFor('ok');
  expect(await cluster.nodes[0]!.command('CLUSTER', 'INFO')).toContain('cluster_known_nodes:6');
});

it('is told what is wrong', async () => {
  const cluster = await startStill({ masters: 3, replicas: 1 });
  const [master] = cluster.masters as [TestNode];
  const [replica] = master.replicas as [TestNode];
  const refuses = (words: string): object => failure('INVALID_ARGUMENT', words);
  await expect(cluster.addNode({ replicaOf: replica })).rejects.toMatchObject(refuses('must be a master'));
  await expect(cluster.removeNode('x' as never)).rejects.toMatchObject(
    refuses('takes a node of this cluster'),
  );
  await expect(cluster.reshard({ to: master, from: master, slots: 1 })).rejects.toMatchObject(
    refuses('are both'),
  );
  await expect(cluster.reshard({ to: master, slots: 16384 })).rejects.toMatchObject(refuses('slots must be'));
  await expect(cluster.rebalance({ weights: new Map([[master, -1]]) })).rejects.toMatchObject(
    refuses('the weight of'),
  );
  await expect(cluster.rebalance({ threshold: Number.NaN })).rejects.toMatchObject(
    refuses('threshold must be'),
  );
  await expect(
    cluster.rebalance({ weights: new Map(cluster.masters.map((node) => [node, 0])) }),
  ).rejects.toMatchObject(refuses('weight above 0'));
  await master.kill();
  await expect(cluster.removeNode(master)).rejects.toMatchObject(refuses('failover() first'));
});
