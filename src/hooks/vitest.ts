/** `redis-test-cluster/vitest`: clusters that end by themselves, a fixture, and matchers. https://vitest.dev/guide/test-context */
import {
  afterAll,
  test as base,
  beforeAll,
  beforeEach,
  expect,
  inject,
  onTestFinished,
  type TestAPI,
} from 'vitest';
import { type Cluster, type ClusterOptions, type RemoteCluster, startCluster as start } from '../index.js';
import { type ClusterMatchers, clusterMatchers } from './matchers.js';
import { PROVIDED, type UseSharedClusterOptions, useSharedCluster as useShared } from './shared-cluster.js';
import { type UseClusterOptions, useCluster as use } from './use-cluster.js';

export * from '../index.js';
export { type ClusterMatchers, clusterMatchers } from './matchers.js';
export type { UseSharedClusterOptions } from './shared-cluster.js';
export type { UseClusterOptions } from './use-cluster.js';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares it with this parameter.
  interface Matchers<T = any> extends ClusterMatchers<T> {}
  interface ProvidedContext {
    /** Address of the cluster that the global setup shares; see sharedCluster. */
    readonly 'redis-test-cluster': string;
  }
}

expect.extend(clusterMatchers);

/** That of vitest, with the matchers. */
export { expect };

/**
 * startCluster() of the main entry; and the cluster stops by itself: at the end of the test in which it was started, or
 * of the file when it was started in a hook.
 * @example
 * test('...', async () => {
 *   const cluster = await startCluster(3, 1);
 * });
 */
export function startCluster(
  masters?: number,
  replicasPerMaster?: number,
  options?: ClusterOptions,
): Promise<Cluster>;
export function startCluster(options: ClusterOptions): Promise<Cluster>;
export async function startCluster(
  ...args: [(number | ClusterOptions)?, number?, ClusterOptions?]
): Promise<Cluster> {
  const cluster = await start(...(args as [number, number, ClusterOptions]));
  const stop = (): Promise<void> => cluster.stop();
  try {
    onTestFinished(stop);
  } catch {
    // Not in a test: in a hook, or at the top of the file.
    afterAll(stop);
  }
  return cluster;
}

/** useCluster() with the hooks of vitest: see there. */
export function useCluster(
  masters?: number,
  replicasPerMaster?: number,
  options?: UseClusterOptions,
): Cluster;
export function useCluster(options: UseClusterOptions): Cluster;
export function useCluster(
  mastersOrOptions?: number | UseClusterOptions,
  replicasPerMaster?: number,
  options?: UseClusterOptions,
): Cluster {
  const hooks = { beforeAll, afterAll, beforeEach };
  return typeof mastersOrOptions === 'object'
    ? use(mastersOrOptions, hooks)
    : use(mastersOrOptions, replicasPerMaster, hooks, options);
}

/** The cluster of the global setup, with the hooks of vitest: see useSharedCluster() of `redis-test-cluster/hooks`. */
export function useSharedCluster(options: UseSharedClusterOptions = {}): RemoteCluster {
  const address = inject(PROVIDED);
  return useShared(
    { beforeAll, afterAll, beforeEach },
    { ...(address === undefined ? {} : { address }), ...options },
  );
}

/** What the fixtures hand to a test. */
export interface ClusterFixtures {
  /** One for all tests of a file (or of a worker); each test finds it as it started. */
  readonly cluster: Cluster;
}

export interface ClusterTestOptions extends ClusterOptions {
  /** `'file'` (default): each file has a cluster of its own. `'worker'`: the files of one worker share it; then call clusterTest outside of describe blocks. */
  readonly scope?: 'file' | 'worker';
}

/**
 * A `test` whose tests take a `cluster`. It is started with the first test that does.
 * @example
 * const test = clusterTest({ masters: 3, replicas: 2 });
 * test('...', async ({ cluster }) => { ... });
 */
export function clusterTest({
  scope = 'file',
  ...options
}: ClusterTestOptions = {}): TestAPI<ClusterFixtures> {
  const make = async (
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
    {}: object,
    { onCleanup }: { onCleanup(run: () => Promise<void>): void },
  ): Promise<Cluster> => {
    const cluster = await start(options);
    onCleanup(() => cluster.stop());
    return cluster;
  };
  const shared = (scope === 'file'
    ? base.extend('sharedCluster', { scope: 'file' }, make)
    : base.extend('sharedCluster', { scope: 'worker' }, make)) as unknown as TestAPI<{
    readonly sharedCluster: Cluster;
  }>;
  return shared.extend('cluster', async ({ sharedCluster }) => {
    await sharedCluster.reset();
    return sharedCluster;
  }) as unknown as TestAPI<ClusterFixtures>;
}

/** `test` with a fixture `cluster`: 3 masters, 1 replica each, one cluster for a file. See clusterTest for others. */
export const test: TestAPI<ClusterFixtures> = clusterTest();
