/** `redis-test-cluster/hooks`: clusters for any test runner with before and after hooks, and matchers for Jest and vitest. */
export { type ClusterMatchers, clusterMatchers } from './matchers.js';
export {
  type SharedClusterSetup,
  sharedCluster,
  type UseSharedClusterOptions,
  useSharedCluster,
} from './shared-cluster.js';
export type { BetweenTests, TestHooks } from './test-hooks.js';
export { type UseClusterOptions, useCluster } from './use-cluster.js';
