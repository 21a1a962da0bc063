/** One cluster for all test files, workers and processes of a run: started in the global setup, used by a file at a time. */
import {
  ADDRESS_VARIABLE,
  type ClusterOptions,
  connectCluster,
  RemoteCluster,
  shareCluster,
  startCluster,
} from '../index.js';
import { standingFor } from './standing-for.js';
import { type BetweenTests, checkBetweenTests, hooksOf, type TestHooks } from './test-hooks.js';

/** The name by which vitest's `provide` and `inject` know the address. */
export const PROVIDED = 'redis-test-cluster';
/** Real time for which a file waits for its turn. */
const TURN_TIMEOUT_MS = 600_000;

/** What a global setup exports, under the names that the runner wants. */
export interface SharedClusterSetup {
  /**
   * Starts the cluster, unless one is shared already, and says where it is: in the environment variable
   * REDIS_TEST_CLUSTER_ADDRESS, and to vitest by `provide`. @returns the teardown.
   */
  setup(project?: unknown): Promise<() => Promise<void>>;
  teardown(): Promise<void>;
}

/**
 * The global setup of a test run.
 *
 * @param masters number of masters, default 3; or one object with all options of startCluster.
 * @example
 * export const { setup, teardown } = sharedCluster(3, 1); // vitest: globalSetup
 * export const { setup: mochaGlobalSetup, teardown: mochaGlobalTeardown } = sharedCluster(3, 1); // mocha: --require
 * module.exports = sharedCluster(3, 1).setup; // Jest: globalSetup
 * export const { setup: globalSetup, teardown: globalTeardown } = sharedCluster(3, 1); // node --test-global-setup
 * await sharedCluster(3, 1).setup(); // in a script that starts the tests: run() of node:test, or any other process
 */
export function sharedCluster(
  masters?: number,
  replicasPerMaster?: number,
  options?: ClusterOptions,
): SharedClusterSetup;
export function sharedCluster(options: ClusterOptions): SharedClusterSetup;
export function sharedCluster(
  ...args: [(number | ClusterOptions)?, number?, ClusterOptions?]
): SharedClusterSetup {
  let stop: (() => Promise<void>) | null = null;
  const teardown = async (): Promise<void> => {
    await stop?.();
    stop = null;
  };
  return {
    setup: async (project) => {
      let address = process.env[ADDRESS_VARIABLE];
      if (address === undefined || address === '') {
        const cluster = await startCluster(...(args as [number, number, ClusterOptions]));
        ({ address } = await shareCluster(cluster));
        process.env[ADDRESS_VARIABLE] = address;
        stop = async () => {
          delete process.env[ADDRESS_VARIABLE];
          await cluster.stop();
        };
      }
      const { provide } = (project ?? {}) as { provide?: (name: string, value: string) => void };
      if (typeof provide === 'function') provide.call(project, PROVIDED, address);
      return teardown;
    },
    teardown,
  };
}

export interface UseSharedClusterOptions {
  /** As useCluster() takes it. Default 'reset'; with `turn: 'shared'` 'nothing'. */
  readonly betweenTests?: BetweenTests;
  /**
   * `'exclusive'` (default): the file waits until no other one uses the cluster, and has it alone until its last test is over.
   * `'shared'`: beside other files that say so too, which leave time, nodes and the keys of others alone.
   */
  readonly turn?: 'exclusive' | 'shared';
  /** Real milliseconds for which it waits for its turn. Default ten minutes. */
  readonly timeoutMs?: number;
  /** Default: that of the environment variable REDIS_TEST_CLUSTER_ADDRESS. */
  readonly address?: string;
}

/**
 * The cluster that the global setup started, for one test file: see sharedCluster(). It waits for its turn before the first
 * test, finds the cluster as it started before each, and gives it back after the last, with all faults ended.
 *
 * @param hooks the hooks to register with; default: the global ones (Jest, mocha, vitest with `globals`).
 * @returns the cluster. It stands for the one that is connected later: touch it in tests and hooks only.
 * @throws RedisTestClusterError INVALID_ARGUMENT when there are no hooks; in the hook: NOT_STARTED, CONNECTION_LOST.
 * @example
 * const shared = useSharedCluster();
 * test('...', async () => {
 *   await shared.nodeForSlot(42).kill();
 *   await shared.waitFor('ok');
 * });
 */
export function useSharedCluster(hooks?: TestHooks, options: UseSharedClusterOptions = {}): RemoteCluster {
  const call = 'useSharedCluster()';
  const { turn = 'exclusive', timeoutMs = TURN_TIMEOUT_MS, address } = options;
  const { betweenTests = turn === 'exclusive' ? 'reset' : 'nothing' } = options;
  checkBetweenTests(call, betweenTests);
  const { before, after, beforeEach } = hooksOf(call, 'useSharedCluster(hooks)', hooks, betweenTests);
  let current: RemoteCluster | null = null;
  before(async () => {
    current = await connectCluster(address);
    await (turn === 'exclusive' ? current.exclusive() : current.sharing());
  }, timeoutMs);
  beforeEach?.(async () => {
    if (betweenTests === 'reset') await current?.reset();
    else await current?.flush();
  });
  after(async () => {
    await current?.close();
    current = null;
  });
  return standingFor(call, RemoteCluster.prototype, () => current);
}
