/** The cluster of a global setup, and two test files that use it, with hooks that are called by hand. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  clusterMatchers,
  sharedCluster,
  type UseSharedClusterOptions,
  useSharedCluster,
} from '../../src/hooks/hooks.js';
import { keyForNode, keyForSlot, RemoteCluster, type RemoteNode } from '../../src/index.js';
import { HandDrivenHooks, jestLike } from './hand-driven-hooks.js';

const VARIABLE = 'REDIS_TEST_CLUSTER_ADDRESS';

/** A test file with its hooks. */
function file(options: UseSharedClusterOptions = {}): { hooks: HandDrivenHooks; shared: RemoteCluster } {
  const hooks = new HandDrivenHooks();
  return { hooks, shared: useSharedCluster(jestLike(hooks), options) };
}

describe('a shared cluster', () => {
  const { setup, teardown } = sharedCluster({ masters: 3, replicas: 0, clock: 'manual' });

  beforeEach(async () => {
    vi.stubEnv(VARIABLE, '');
    await setup();
  });
  afterEach(async () => {
    await teardown();
    vi.unstubAllEnvs();
  });

  it('is told to vitest too, and started once', async () => {
    const provided: string[] = [];
    const again = sharedCluster(1, 0);
    await again.setup({ provide: (...entry: string[]) => void provided.push(...entry) });
    expect(provided).toEqual(['redis-test-cluster', process.env[VARIABLE]]);
    await again.teardown();
    expect(process.env[VARIABLE]).not.toBeUndefined();
    await teardown();
    expect(process.env[VARIABLE]).toBeUndefined();
  });

  it('is there between the hooks, as it started before each test', async () => {
    const { hooks, shared } = file();
    expect(hooks.names.sort()).toEqual(['afterAll', 'beforeAll', 'beforeEach']);
    expect(() => shared.nodes).toThrow(
      expect.objectContaining({
        code: 'NOT_STARTED',
        message: expect.stringContaining('useSharedCluster()'),
      }),
    );
    await hooks.run('beforeAll');
    expect(shared).toBeInstanceOf(RemoteCluster);
    const node = shared.nodeForSlot(42);
    await node.command('SET', keyForSlot(42), 'value');
    await shared.masters[1]!.kill();
    await hooks.run('beforeEach');
    expect(shared.masters).toHaveLength(3);
    expect(await node.command('GET', keyForSlot(42))).toBeNull();
    await hooks.run('afterAll');
    expect(() => shared.nodes).toThrow(expect.objectContaining({ code: 'NOT_STARTED' }));
  });

  it('is what the matchers and the helpers for keys take, too', async () => {
    expect.extend(clusterMatchers);
    const { hooks, shared } = file();
    await hooks.run('beforeAll');
    const [node, other] = shared.masters as [RemoteNode, RemoteNode];
    expect(node).toOwnKey(keyForNode(node));
    expect(node).not.toOwnSlot(16_383);
    expect(node).toBeMaster();
    expect(other).not.toBeReplicaOf(node);
    await expect(shared).toHaveOneView();
    await node.command('CLUSTER', 'SETSLOT', 16_383, 'NODE', other.id);
    await expect(expect(shared).toHaveOneView()).rejects.toThrow(
      'expected the cluster to have one view, but',
    );
    await hooks.run('afterAll');
  });

  it('belongs to one file at a time', async () => {
    const one = file();
    const two = file();
    await one.hooks.run('beforeAll');
    let isTurn = false;
    const waiting = two.hooks.run('beforeAll').then(() => {
      isTurn = true;
    });
    await one.shared.inject({ error: 'LOADING' });
    await one.hooks.run('beforeEach');
    expect(isTurn).toBe(false);
    await one.shared.inject({ error: 'LOADING' });
    await one.hooks.run('afterAll');
    await waiting;
    expect(await two.shared.faults).toEqual([]);
    await two.hooks.run('afterAll');
  });

  it('belongs to several that leave it in peace', async () => {
    const files = [file({ turn: 'shared' }), file({ turn: 'shared', betweenTests: 'flush' })] as const;
    expect(files[0].hooks.names).not.toContain('beforeEach');
    for (const { hooks } of files) await hooks.run('beforeAll');
    await files[0].shared.nodeForSlot(42).command('SET', keyForSlot(42), 'value');
    await files[1].hooks.run('beforeEach');
    expect(await files[0].shared.nodeForSlot(42).command('EXISTS', keyForSlot(42))).toBe(0);
    for (const { hooks } of files) await hooks.run('afterAll');
  });
});

describe('useSharedCluster', () => {
  it('gives the hook time to wait for its turn, in the way of each runner', async () => {
    const calls: unknown[] = [];
    const hook = (run: () => unknown, ...rest: unknown[]): void => void calls.push([run, ...rest]);
    useSharedCluster(
      { beforeAll: hook, afterAll: () => undefined, beforeEach: () => undefined },
      { timeoutMs: 7 },
    );
    useSharedCluster(
      { before: hook, after: () => undefined, beforeEach: () => undefined },
      { address: 'nowhere:1' },
    );
    const [[, limit], [ofMocha, nothing]] = calls as [[unknown, number], [() => Promise<void>, unknown]];
    expect([limit, nothing]).toEqual([7, undefined]);
    const timeout = vi.fn();
    await expect(ofMocha.call({ timeout })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(timeout).toHaveBeenCalledWith(600_000);
  });

  it('says when nothing is shared', async () => {
    vi.stubEnv(VARIABLE, '');
    const { hooks } = file();
    await expect(hooks.run('beforeAll')).rejects.toMatchObject({
      code: 'NOT_STARTED',
      message: expect.stringContaining('share one in the global setup') as string,
    });
    vi.unstubAllEnvs();
    expect(() => useSharedCluster({})).toThrow(/useSharedCluster\(\): no test hooks/);
  });
});
