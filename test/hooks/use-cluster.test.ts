/** useCluster() with hooks that are called by hand: what it registers and what it gives. */
import { describe, expect, it } from 'vitest';
import { useCluster } from '../../src/hooks/hooks.js';
import { Cluster, keyForSlot } from '../../src/index.js';
import { HandDrivenHooks, jestLike } from './hand-driven-hooks.js';

describe('useCluster', () => {
  it('starts, resets and stops a cluster by the hooks, which it stands for', async () => {
    const hooks = new HandDrivenHooks();
    const cluster = useCluster(3, 1, jestLike(hooks), { clock: 'manual' });
    expect(hooks.names.sort()).toEqual(['afterAll', 'beforeAll', 'beforeEach']);
    expect(() => cluster.nodes).toThrow(
      expect.objectContaining({ code: 'NOT_STARTED', message: expect.stringContaining("'nodes'") }),
    );
    await hooks.run('beforeAll');
    await hooks.run('beforeEach');
    expect(cluster).toBeInstanceOf(Cluster);
    expect(cluster.masters).toHaveLength(3);
    const key = keyForSlot(42);
    await cluster.nodeForSlot(42).command('SET', key, 'value');
    await cluster.nodeForSlot(42).kill();
    await cluster.waitFor(() => cluster.masters.length === 3);
    await hooks.run('beforeEach');
    expect(cluster.masters.map(({ name }) => name)).toEqual(
      cluster.nodes.slice(0, 3).map(({ name }) => name),
    );
    expect(await cluster.nodeForSlot(42).command('GET', key)).toBeNull();
    const { stop } = cluster;
    await hooks.run('afterAll');
    expect(() => cluster.nodes).toThrow(expect.objectContaining({ code: 'NOT_STARTED' }));
    await stop();
  });

  it('takes the hooks of mocha and node:test, and one object of options', async () => {
    const hooks = new HandDrivenHooks();
    const cluster = useCluster(
      { masters: 1, replicas: 0, betweenTests: 'flush' },
      { before: hooks.hook('before'), after: hooks.hook('after'), beforeEach: hooks.hook('beforeEach') },
    );
    await hooks.run('before');
    const [node] = cluster.nodes;
    await node!.command('SET', 'key', 'value');
    await hooks.run('beforeEach');
    expect(await node!.command('DBSIZE')).toBe(0);
    await hooks.run('after');
    expect(node!.isRunning).toBe(false);
  });

  it('leaves the tests alone where they ask for that', () => {
    const hooks = new HandDrivenHooks();
    useCluster(1, 0, jestLike(hooks), { betweenTests: 'nothing' });
    expect(hooks.names).not.toContain('beforeEach');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no hooks', () => useCluster(1, 0, {}), /hand in the hooks of your runner/],
    [
      'no beforeEach',
      () => useCluster(1, 0, { beforeAll: () => undefined, afterAll: () => undefined }),
      /betweenTests: 'nothing'/,
    ],
    [
      'a wrong word',
      () => useCluster({ betweenTests: 'nap' as 'flush' }, jestLike(new HandDrivenHooks())),
      /betweenTests must be 'reset', 'flush' or 'nothing', got 'nap'/,
    ],
  ])('refuses %s', (_what, use, message) => {
    expect(use).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });
});
