/** The public API of redis-test-cluster. Importing it opens nothing and registers nothing. */
export {
  type ErrorCode,
  hashTagForSlot,
  type KeyOptions,
  keyForNode,
  keyForSlot,
  keysForNode,
  keysForSlot,
  keysOnDistinctNodes,
  keysOnSameNode,
  RedisTestClusterError,
  type SlotOwner,
  slotForKey,
} from '../fixtures/index.js';
export type { RedisVersion } from './commands/command.js';
export type { NodeEvent } from './node/ports.js';
export { Cluster, type WaitCondition, type WaitOptions } from './testkit/cluster.js';
export type { ClusterOptions } from './testkit/cluster-options.js';
export type { CommandArgument, CommandReply } from './testkit/command-client.js';
export type { Duration } from './testkit/duration.js';
export type { ClusterLogEntry } from './testkit/event-log.js';
export type { LogLine, LogListener } from './testkit/logging.js';
export type { Partition } from './testkit/partition.js';
export { startCluster } from './testkit/start-cluster.js';
export type { TestNode } from './testkit/test-node.js';
