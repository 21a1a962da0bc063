/**
 * `redis-test-cluster/vitest/global-setup`: a global setup for vitest as it is, with 3 masters and a replica of each. For
 * another cluster write a file with `export const { setup, teardown } = sharedCluster(...)`.
 * https://vitest.dev/config/globalsetup
 */
import { sharedCluster } from './shared-cluster.js';

export { sharedCluster } from './shared-cluster.js';

const { setup, teardown } = sharedCluster();

export { setup, teardown };
