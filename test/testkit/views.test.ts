/** announce(), changeAddress(), rollingReplace(), staleView(), disputeSlot(), and reset() after them. */
import { describe, expect, it } from 'vitest';
import { type Cluster, type ClusterOptions, keyForNode, keyForSlot, type TestNode } from '../../src/index.js';
import { failure, isListening, startStill } from './testkit.js';

function ownerBy(cluster: Cluster, viewer: TestNode, slot: number): TestNode {
  return cluster.node(viewer.process.node.cluster!.state.slots.ownerOf(slot)!.id);
}

function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no refusal',
    (error: Error) => error.message,
  );
}

describe('odd endpoints', () => {
  it('a hostname, none, and no endpoint at all', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [first, second] = cluster.masters as [TestNode, TestNode, TestNode];
    await cluster.announce(second, { hostname: 'nowhere.invalid' });
    await cluster.announce(cluster.nodes, { preferredEndpointType: 'hostname' });
    const key = keyForNode(second);
    expect(await refusal(first.command('GET', key))).toMatch(`nowhere.invalid:${second.port}`);
    const slots = (await second.command('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    expect(slots.map(([, , [host]]) => host)).toEqual(['?', 'nowhere.invalid', '?']);
    await cluster.announce(first, { preferredEndpointType: 'unknown-endpoint' });
    expect(await refusal(first.command('GET', key))).toMatch(new RegExp(`^MOVED \\d+ :${second.port}$`));
  });

  it('a port that is not the one it listens on, and back by reset()', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [first, second] = cluster.masters as [TestNode, TestNode];
    await cluster.announce(second, { port: 1 });
    expect(await refusal(first.command('GET', keyForNode(second)))).toMatch('127.0.0.1:1');
    await cluster.reset();
    expect(await refusal(first.command('GET', keyForNode(second)))).toMatch(second.name);
  });
});

describe('a node that moves', () => {
  it.each(['master', 'replica'] as const)(
    'a %s: the others find it, data and role are kept',
    async (role) => {
      const cluster = await startStill();
      const master = cluster.nodeForSlot(0);
      const node = role === 'master' ? master : master.replicas[0]!;
      const key = keyForNode(master);
      await master.command('SET', key, 'value');
      await cluster.waitFor('in-sync');
      const { id, name, port } = node;
      await cluster.changeAddress(node);
      expect(node.id).toBe(id);
      expect(node.name).not.toBe(name);
      expect(node.role).toBe(role);
      expect(await isListening(port)).toBe(false);
      expect(await isListening(node.port)).toBe(true);
      await node.command('READONLY');
      expect(await node.command('GET', key)).toBe('value');
      for (const viewer of cluster.nodes)
        expect(await viewer.command('CLUSTER', 'NODES')).toContain(`${node.name}@`);
      await cluster.reset();
      expect(node.name).toBe(name);
      await cluster.waitFor('ok');
      expect(await isListening(port)).toBe(true);
    },
  );

  it('all of them: each is replaced by a new one, and nothing is lost', async () => {
    const cluster = await startStill();
    const keys = cluster.masters.map((master) => keyForNode(master));
    for (const key of keys) await cluster.nodeForKey(key).command('SET', key, 'value');
    const before = [...cluster.nodes];
    let calls = 0;
    const steps = await cluster.rollingReplace({
      onStep: () => {
        calls++;
      },
    });
    expect(calls).toBe(6);
    expect(new Set(steps.map(({ replaced }) => replaced))).toEqual(new Set(before));
    expect(cluster.nodes).toEqual(expect.arrayContaining(steps.map(({ by }) => by)));
    expect(cluster.nodes).toHaveLength(6);
    expect(before.some((node) => cluster.nodes.includes(node) || node.isRunning)).toBe(false);
    for (const key of keys) expect(await cluster.nodeForKey(key).command('GET', key)).toBe('value');
    await cluster.reset();
    expect(cluster.nodes).toEqual(before);
    await cluster.waitFor('ok');
  });
});

describe('a stale view', () => {
  it('stays as it is through a failover and a slot move, and catches up in the end', async () => {
    const cluster = await startStill({ nodeTimeout: '5s' });
    const [first, second, third] = cluster.masters as [TestNode, TestNode, TestNode];
    const slot = second.slots[0]![0];
    const stale = cluster.staleView(third);
    await cluster.migrateSlot({ slot: 0, to: second, pauseAt: 'node-src' });
    const { promoted } = await cluster.failover(second, { mode: 'force' });
    await cluster.advance('60s');
    expect(ownerBy(cluster, third, 0)).toBe(first);
    expect(ownerBy(cluster, third, slot)).toBe(second);
    expect(await third.command('CLUSTER', 'INFO')).toContain('cluster_state:ok');
    expect(ownerBy(cluster, first, slot)).toBe(promoted);
    expect(stale.hits).toBeGreaterThan(0);
    expect(stale.log.every(({ from }) => from !== third)).toBe(true);
    stale.dispose();
    await cluster.waitFor('converged');
    expect(ownerBy(cluster, third, slot)).toBe(promoted);
    expect(ownerBy(cluster, third, 0)).toBe(promoted);
  });
});

it('a view that is kept twice is kept until both handles end', async () => {
  const cluster = await startStill({ masters: 3, replicas: 0 });
  const [first, second, third] = cluster.masters as [TestNode, TestNode, TestNode];
  const one = cluster.staleView(third);
  const other = cluster.staleView(third);
  await cluster.migrateSlot({ slot: 0, to: second, pauseAt: 'node-src' });
  one.dispose();
  await cluster.advance('5s');
  expect(ownerBy(cluster, third, 0)).toBe(first);
  expect(one.hits).toBeLessThan(other.hits);
  other.dispose();
  await cluster.advance('5s');
  expect(ownerBy(cluster, third, 0)).toBe(second);
});

describe('a disputed slot', () => {
  it.each([
    [[20, 21], 1],
    [[31, 30], 0],
  ] as const)('with epochs %j: both serve it, and the greater epoch wins', async (epochs, winner) => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [first, second, third] = cluster.masters as [TestNode, TestNode, TestNode];
    const dispute = await cluster.disputeSlot(0, [first, second], { epochs });
    expect(ownerBy(cluster, first, 0)).toBe(first);
    expect(ownerBy(cluster, second, 0)).toBe(second);
    await cluster.advance('30s');
    const claimants = [first, second] as const;
    expect(ownerBy(cluster, third, 0)).toBe(claimants[winner]);
    expect(ownerBy(cluster, claimants[1 - winner]!, 0)).toBe(claimants[1 - winner]);
    dispute.dispose();
    expect(cluster.faults).toEqual([]);
    await cluster.waitFor('converged');
    for (const viewer of cluster.nodes) expect(ownerBy(cluster, viewer, 0)).toBe(claimants[winner]);
  });
});

it.each<ClusterOptions>([{ version: '7.0' }, { tls: true }, { bus: 'tcp' }, { clock: 'flowing' }])(
  'all moves work with %j too',
  async (options) => {
    const cluster = await startStill({ nodeTimeout: '5s', ...options });
    const master = cluster.nodeForSlot(0);
    const key = keyForSlot(0);
    await master.command('SET', key, 'value');
    const added = await cluster.addNode();
    const replica = await cluster.addNode({ replicaOf: added });
    await cluster.migrateSlot({ key, to: added });
    await cluster.reshard({ from: master, to: added, slots: 5 });
    await cluster.waitFor('ok');
    await cluster.failover(replica);
    expect(await replica.command('GET', key)).toBe('value');
    await cluster.removeNode(added);
    await cluster.failover(master, { mode: 'crash', oldMaster: 'replica' });
    await cluster.waitFor('ok');
    await cluster.changeAddress(replica);
    expect(await replica.command('GET', key)).toBe('value');
    await cluster.removeNode(replica);
    expect(await cluster.nodeForSlot(0).command('GET', key)).toBe('value');
    await cluster.reset();
    expect(cluster.nodeForSlot(0)).toBe(master);
    expect(cluster.nodes).toHaveLength(6);
  },
);

it('is told what is wrong', async () => {
  const cluster = await startStill({ masters: 3, replicas: 1 });
  const [first, second] = cluster.masters as [TestNode, TestNode];
  const refuses = (words: string): object => failure('INVALID_ARGUMENT', words);
  await expect(cluster.announce(first, {})).rejects.toMatchObject(refuses('needs one of'));
  await expect(cluster.announce(first, { preferredEndpointType: 'dns' as never })).rejects.toMatchObject(
    refuses('preferredEndpointType must be'),
  );
  await expect(cluster.announce(first, { port: 70000 })).rejects.toMatchObject(failure('COMMAND_FAILED'));
  await expect(cluster.changeAddress('x' as never)).rejects.toMatchObject(refuses('takes a node'));
  await expect(cluster.rollingReplace({ onStep: 1 as never })).rejects.toMatchObject(refuses('onStep'));
  expect(() => cluster.staleView('x' as never)).toThrow(expect.objectContaining(refuses('takes a node')));
  await expect(cluster.disputeSlot(0, [first, first])).rejects.toMatchObject(
    refuses('two different masters'),
  );
  await expect(cluster.disputeSlot(-1, [first, second])).rejects.toMatchObject(failure('INVALID_SLOT'));
  await expect(cluster.disputeSlot(0, [first, second], { epochs: [0, 1] })).rejects.toMatchObject(
    refuses('epochs takes'),
  );
});
