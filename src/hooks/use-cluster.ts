/** A cluster for a test file (or a suite), started and stopped by the hooks of whatever test runner is there. */
import { Cluster, type ClusterOptions, startCluster } from '../index.js';
import { standingFor } from './standing-for.js';
import { type BetweenTests, checkBetweenTests, hooksOf, type TestHooks } from './test-hooks.js';

export interface UseClusterOptions extends ClusterOptions {
  /**
   * What is done before each test. `'reset'` (default): faults end, nodes that are away come back, the data goes, and the
   * topology is the one it started with (`cluster.reset()`). `'flush'`: only the data goes. `'nothing'`: the tests build
   * on each other.
   */
  readonly betweenTests?: BetweenTests;
}

/**
 * Starts a cluster before the tests, brings it back to its beginning before each of them, and stops it after the last.
 * Call it where hooks may be called: at the top of a file or in a describe block.
 *
 * @param masters number of masters, default 3; or one object with all options.
 * @param replicasPerMaster default 1.
 * @param hooks the hooks to register with; default: the global ones (Jest, mocha, vitest with `globals`).
 * @param options as startCluster takes them, and `betweenTests`.
 * @returns the cluster. It stands for the one that is started later: touch it in tests and hooks only.
 * @throws RedisTestClusterError INVALID_ARGUMENT when there are no hooks; NOT_STARTED when it is used too early.
 * @example
 * import test from 'node:test';
 * const cluster = useCluster(3, 1, test);
 * test('...', async () => { await new Redis.Cluster(cluster.seeds).set('key', 'value'); });
 */
export function useCluster(
  masters?: number,
  replicasPerMaster?: number,
  hooks?: TestHooks,
  options?: UseClusterOptions,
): Cluster;
export function useCluster(options: UseClusterOptions, hooks?: TestHooks): Cluster;
export function useCluster(
  mastersOrOptions?: number | UseClusterOptions,
  replicasOrHooks?: number | TestHooks,
  givenHooks?: TestHooks,
  givenOptions?: UseClusterOptions,
): Cluster {
  const hasObject = typeof mastersOrOptions === 'object';
  const hooks = hasObject ? (replicasOrHooks as TestHooks | undefined) : givenHooks;
  const { betweenTests = 'reset', ...options } = (hasObject ? mastersOrOptions : givenOptions) ?? {};
  checkBetweenTests('useCluster()', betweenTests);
  const { before, after, beforeEach } = hooksOf(
    'useCluster()',
    'useCluster(3, 1, hooks)',
    hooks,
    betweenTests,
  );

  let current: Cluster | null = null;
  before(async () => {
    current = hasObject
      ? await startCluster(options)
      : await startCluster(mastersOrOptions, replicasOrHooks as number | undefined, options);
  });
  beforeEach?.(async () => {
    if (current === null) return;
    if (betweenTests === 'reset') await current.reset();
    else await current.flush();
  });
  after(async () => {
    await current?.stop();
    current = null;
  });
  return standingFor('useCluster()', Cluster.prototype, () => current);
}
