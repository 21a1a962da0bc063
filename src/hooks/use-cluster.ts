/** A cluster for a test file (or a suite), started and stopped by the hooks of whatever test runner is there. */
import { Cluster, type ClusterOptions, RedisTestClusterError, startCluster } from '../index.js';

type Hook = (run: () => Promise<void>, ...rest: never[]) => unknown;

/** Hooks as the test runners have them; `vitest`, `@vitest/runner`, `node:test`, the globals of Jest and of mocha fit as they are. */
export interface TestHooks {
  /** Runs once before the tests: vitest and Jest. */
  readonly beforeAll?: Hook;
  /** The same: mocha and node:test. */
  readonly before?: Hook;
  readonly afterAll?: Hook;
  readonly after?: Hook;
  readonly beforeEach?: Hook;
}

export interface UseClusterOptions extends ClusterOptions {
  /**
   * What is done before each test. `'reset'` (default): faults end, nodes that are away come back, the data goes, and the
   * topology is the one it started with (`cluster.reset()`). `'flush'`: only the data goes. `'nothing'`: the tests build
   * on each other.
   */
  readonly betweenTests?: 'reset' | 'flush' | 'nothing';
}

const CHOICES: readonly unknown[] = ['reset', 'flush', 'nothing'];

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
  if (!CHOICES.includes(betweenTests))
    fail(`betweenTests must be 'reset', 'flush' or 'nothing', got '${betweenTests}'`);
  const found = hooks ?? (globalThis as TestHooks);
  const before = found.beforeAll ?? found.before;
  const after = found.afterAll ?? found.after;
  if (typeof before !== 'function' || typeof after !== 'function') {
    fail(
      'no test hooks: call it at the top of a test file, or hand in the hooks of your runner, as in useCluster(3, 1, { beforeAll, afterAll, beforeEach })',
    );
  }

  let current: Cluster | null = null;
  before(async () => {
    current = hasObject
      ? await startCluster(options)
      : await startCluster(mastersOrOptions, replicasOrHooks as number | undefined, options);
  });
  if (betweenTests !== 'nothing') {
    if (typeof found.beforeEach !== 'function')
      fail("no beforeEach among the hooks; or say betweenTests: 'nothing'");
    found.beforeEach(async () => {
      if (current === null) return;
      if (betweenTests === 'reset') await current.reset();
      else await current.flush();
    });
  }
  after(async () => {
    await current?.stop();
    current = null;
  });
  return standingFor(() => current);
}

/** An object that behaves as the cluster that is there when it is touched. */
function standingFor(current: () => Cluster | null): Cluster {
  const cluster = (property: string | symbol): object => {
    const running = current();
    if (running !== null) return running;
    // Runners and consoles look at everything that they are shown.
    if (typeof property === 'symbol' || property === 'then' || property === 'toJSON') return {};
    throw new RedisTestClusterError(
      'NOT_STARTED',
      `useCluster(): the cluster runs in tests and in hooks after beforeAll only; '${property}' was asked for outside of them`,
    );
  };
  return new Proxy(Object.create(Cluster.prototype) as Cluster, {
    get: (_target, property) => {
      const running = cluster(property);
      const value: unknown = Reflect.get(running, property, running);
      return typeof value === 'function' ? (value.bind(running) as unknown) : value;
    },
    has: (_target, property) => Reflect.has(cluster(property), property),
    set: () => false,
  });
}

function fail(message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', `useCluster(): ${message}`);
}
