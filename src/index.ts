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
export { Cluster } from './testkit/cluster.js';
export type { BlockedClient, RecordOptions, WhenCommandOptions } from './testkit/cluster-clients.js';
export type { RebalanceOptions, ReshardOptions } from './testkit/cluster-members.js';
export type { MigrateSlotOptions } from './testkit/cluster-moves.js';
export type { ClusterOptions } from './testkit/cluster-options.js';
export type { AdvanceOptions, StepOptions, WaitCondition, WaitOptions } from './testkit/cluster-time.js';
export type { Announcement, MissedNews, Replacement } from './testkit/cluster-views.js';
export type { CommandArgument, CommandReply } from './testkit/command-client.js';
export type { NamedMoment } from './testkit/control/conditions.js';
export { type SharedCluster, shareCluster } from './testkit/control/control-server.js';
export type { Counters } from './testkit/counters.js';
export type { Duration } from './testkit/duration.js';
export type { ClusterLogEntry, EventFilter, EventKind } from './testkit/event-log.js';
export type { FakeTimers } from './testkit/fake-timers.js';
export type { CallFilter, ClientFilter } from './testkit/faults/call-filter.js';
export type {
  ClientFault,
  ClientFaultSpec,
  CommandHandler,
  HandlerReply,
  HeldCall,
  RefusedConnection,
} from './testkit/faults/client-fault.js';
export type { CallingClient, CommandCall } from './testkit/faults/command-call.js';
export { Fault } from './testkit/faults/fault.js';
export type {
  Delay,
  Hold,
  InFlightMessage,
  Partition,
  PartitionOptions,
} from './testkit/faults/link-faults.js';
export type { Message, MessageType } from './testkit/faults/message.js';
export type { HitOptions, LinkScope, MessageFilter } from './testkit/faults/message-filter.js';
export type { KitEvent } from './testkit/kit-events.js';
export type { LogLine, LogListener } from './testkit/logging.js';
export type { FailoverResult } from './testkit/moves/failover.js';
export type { FailoverMode, FailoverOptions } from './testkit/moves/failover-plan.js';
export type { SlotMove, SlotMovePoint, SlotMoveState } from './testkit/moves/slot-move.js';
export {
  ADDRESS_VARIABLE,
  type ClusterLease,
  connectCluster,
  RemoteCluster,
} from './testkit/remote/remote-cluster.js';
export type { RemoteCounters } from './testkit/remote/remote-counters.js';
export type {
  RemoteCallFilter,
  RemoteClientFaultSpec,
  RemoteCondition,
  RemoteEventFilter,
  RemoteFailoverResult,
  RemoteMessageFilter,
} from './testkit/remote/remote-filters.js';
export type {
  Remote,
  RemoteClientFault,
  RemoteFault,
  RemoteHandle,
  RemoteHold,
  RemoteInFlightMessage,
  RemotePartition,
  RemoteSlotMove,
} from './testkit/remote/remote-handles.js';
export type { RemoteNode } from './testkit/remote/remote-node.js';
export type { ClusterSummary, NodeSummary } from './testkit/shown.js';
export { checkDeterminism } from './testkit/simulation/check-determinism.js';
export type { Violation } from './testkit/simulation/invariants/violations.js';
export { simulate, type Workload } from './testkit/simulation/simulate.js';
export type { Simulation } from './testkit/simulation/simulation.js';
export type { SimulationClient, SimulationClientOptions } from './testkit/simulation/simulation-client.js';
export { SimulationFailure } from './testkit/simulation/simulation-failure.js';
export type {
  CountOrRange,
  FaultKind,
  SimulateOptions,
  SimulationRun,
} from './testkit/simulation/simulation-options.js';
export { startCluster } from './testkit/start-cluster.js';
export type { RestartOptions, TestNode } from './testkit/test-node.js';
export type { LossReason, LostWrite } from './testkit/write-ledger.js';
