/** Finding nodes: by role, slot, key, id and address, while they run and when they do not. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, startCluster, type TestNode } from '../../src/index.js';
import { failure, START_TIME, startStill } from './testkit.js';

describe('a cluster that nothing happens to', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ clock: 'manual', startTime: START_TIME, seed: 1 });
    return () => cluster.stop();
  });

  it('lists its nodes: masters first, then replicas', () => {
    expect(cluster.nodes.map(({ role }) => role)).toEqual([
      'master',
      'master',
      'master',
      'replica',
      'replica',
      'replica',
    ]);
    expect(cluster.masters).toEqual(cluster.nodes.slice(0, 3));
    expect(cluster.replicas).toEqual(cluster.nodes.slice(3));
  });

  it('gives the addresses that clients want to begin with', () => {
    expect(cluster.seeds).toEqual(cluster.nodes.map(({ host, port }) => ({ host, port })));
    expect(cluster.rootNodes).toEqual(
      cluster.nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    );
    const [node] = cluster.nodes;
    expect(node!.address).toEqual({ host: '127.0.0.1', port: node!.port });
    expect(node!.name).toBe(`127.0.0.1:${node!.port}`);
  });

  it('knows the slots of each master and who replicates whom', () => {
    expect(cluster.masters.map(({ slots }) => slots)).toEqual([
      [[0, 5460]],
      [[5461, 10_922]],
      [[10_923, 16_383]],
    ]);
    for (const [index, master] of cluster.masters.entries()) {
      const replica = cluster.replicas[index]!;
      expect(master.master).toBeNull();
      expect(master.replicas).toEqual([replica]);
      expect(replica.master).toBe(master);
      expect(replica.replicas).toEqual([]);
      expect(replica.slots).toEqual([]);
    }
  });

  it('finds the master of a slot and of a key', () => {
    const [first, second, third] = cluster.masters;
    expect([0, 5460, 5461, 10_922, 10_923, 16_383].map((slot) => cluster.nodeForSlot(slot))).toEqual([
      first,
      first,
      second,
      second,
      third,
      third,
    ]);
    expect(cluster.nodeForKey(keyForSlot(42))).toBe(first);
    expect(cluster.nodeForKey('{user}:1')).toBe(cluster.nodeForKey('{user}:2'));
    expect(cluster.nodeForKey(new Uint8Array([0, 255, 10]))).toBe(
      cluster.nodeForKey(Buffer.from([0, 255, 10])),
    );
  });

  it.each([-1, 16_384, 1.5, Number.NaN, '1' as unknown as number])('takes %s for no slot', (slot) => {
    expect(() => cluster.nodeForSlot(slot)).toThrow(
      expect.objectContaining(
        failure('INVALID_SLOT', `a hash slot is an integer from 0 to 16383, got ${slot}`),
      ),
    );
  });

  it('finds a node by id, by name and by port', () => {
    for (const node of cluster.nodes) {
      expect(cluster.node(node.id)).toBe(node);
      expect(cluster.node(node.name)).toBe(node);
      expect(cluster.node(node.port)).toBe(node);
    }
  });

  it('says which nodes there are when it has no such node', () => {
    for (const which of [1, 'x', '', '127.0.0.1:1', '0'.repeat(40)]) {
      expect(() => cluster.node(which)).toThrow(
        expect.objectContaining(
          failure(
            'NO_SUCH_NODE',
            `this cluster has no node ${which}; it has ${cluster.nodes.map(({ name }) => name).join(', ')}`,
          ),
        ),
      );
    }
  });

  it('agrees with what the nodes tell their clients', async () => {
    for (const node of cluster.nodes) {
      expect(await node.command('CLUSTER', 'MYID')).toBe(node.id);
      const [role] = (await node.command('ROLE')) as string[];
      expect(role === 'slave' ? 'replica' : role).toBe(node.role);
    }
  });
});

describe('the handle of a node that is gone', () => {
  const idsOf = (nodes: readonly TestNode[]): string[] => nodes.map(({ id }) => id);

  it.each<[how: string, end: (node: TestNode) => Promise<unknown>]>([
    ['kill()', (node) => node.kill()],
    ['SHUTDOWN', (node) => node.command('SHUTDOWN', 'NOSAVE', 'NOW').catch(() => undefined)],
    ['DEBUG SEGFAULT', (node) => node.command('DEBUG', 'SEGFAULT').catch(() => undefined)],
  ])('still tells who it was, after %s', async (_how, end) => {
    const cluster = await startStill({ config: { 'enable-debug-command': 'yes' } });
    const ids = idsOf(cluster.nodes);
    const [victim] = cluster.masters;
    const [replica] = victim!.replicas;
    await end(victim!);

    expect(victim!.state).toBe('stopped');
    expect(victim!.isRunning).toBe(false);
    expect(idsOf(cluster.nodes)).toEqual(ids);
    expect(cluster.node(victim!.id)).toBe(victim);
    // The others still take it for the master of its slots.
    expect(victim!.role).toBe('master');
    expect(victim!.slots).toEqual([[0, 5460]]);
    expect(cluster.nodeForSlot(0)).toBe(victim);
    expect(cluster.masters).toHaveLength(2);
    expect(replica!.master).toBe(victim);
    expect(victim!.replicas).toEqual([replica]);

    await cluster.waitFor('ok');
    expect(cluster.nodeForSlot(0)).toBe(replica);
    expect(victim!.role).toBe('master');
    expect(victim!.slots).toEqual([]);
    expect(victim!.replicas).toEqual([]);

    await victim!.restart();
    await cluster.waitFor('ok');
    expect(idsOf(cluster.nodes)).toEqual(ids);
    expect(victim!.role).toBe('replica');
    expect(victim!.master).toBe(replica);
    expect(replica!.replicas).toEqual([victim]);
  });

  it('tells the role it had when nobody else is there to ask', async () => {
    const cluster = await startStill({ masters: 1, replicas: 1 });
    const [master, replica] = cluster.nodes;
    await replica!.kill();
    await master!.kill();
    expect(cluster.nodes.map(({ role }) => role)).toEqual(['master', 'replica']);
    expect(cluster.nodes.map(({ slots }) => slots)).toEqual([[], []]);
    expect(cluster.masters).toEqual([]);
    expect(cluster.replicas).toEqual([]);
    expect(() => cluster.nodeForSlot(0)).toThrow(
      expect.objectContaining(failure('NO_SUCH_NODE', 'no node serves slot 0')),
    );
  });

  it('has the new id after CLUSTER RESET HARD', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    const { id } = node!;
    await node!.command('CLUSTER', 'RESET', 'HARD');
    expect(node!.id).not.toBe(id);
    const renewed = node!.id;
    await node!.kill();
    expect(node!.id).toBe(renewed);
    await node!.restart();
    expect(node!.id).toBe(renewed);
    expect(() => cluster.node(id)).toThrow(expect.objectContaining(failure('NO_SUCH_NODE')));
  });

  it('of two masters that claim a slot, the one with the greater epoch is found', async () => {
    const cluster = await startStill();
    const victim = cluster.nodeForSlot(0);
    const [replica] = victim.replicas;
    const cut = cluster.partition([victim]);
    await cluster.waitFor(() => replica!.role === 'master');
    expect(victim.role).toBe('master');
    expect(victim.slots).toEqual(replica!.slots);
    expect(cluster.nodeForSlot(0)).toBe(replica);
    cut.heal();
    await cluster.waitFor('ok');
    expect(victim.role).toBe('replica');
  });
});
