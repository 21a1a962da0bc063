/** `redis-test-cluster/hooks`: clusters for any test runner with before and after hooks, and matchers for Jest and vitest. */
export { type ClusterMatchers, clusterMatchers } from './matchers.js';
export { type TestHooks, type UseClusterOptions, useCluster } from './use-cluster.js';
