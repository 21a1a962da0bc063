/** A cluster in another process: what connectCluster() gives. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { BlockedClient } from '../cluster-clients.js';
import type { Announcement, MissedNews, Replacement } from '../cluster-views.js';
import type { LeaseKind } from '../control/lease.js';
import type { ClusterLogEntry } from '../event-log.js';
import { assertSocketsCanWork } from '../fake-timers.js';
import type { CommandCall } from '../faults/command-call.js';
import type { Delay, PartitionOptions } from '../faults/link-faults.js';
import type { Message } from '../faults/message.js';
import type { HitOptions, OneOrMore } from '../faults/message-filter.js';
import type { FailoverOptions } from '../moves/failover-plan.js';
import type { LostWrite } from '../write-ledger.js';
import { ControlConnection } from './control-connection.js';
import { RemoteCounters } from './remote-counters.js';
import type {
  RemoteCallFilter,
  RemoteClientFaultSpec,
  RemoteEventFilter,
  RemoteFailoverResult,
  RemoteMessageFilter,
  RemoteMigrateSlotOptions,
  RemoteRebalanceOptions,
  RemoteRecordOptions,
  RemoteReshardOptions,
  RemoteWhenCommandOptions,
} from './remote-filters.js';
import {
  inFlight,
  type NumberedMessage,
  type Remote,
  type RemoteClientFault,
  type RemoteFault,
  type RemoteHandle,
  type RemoteHold,
  type RemoteInFlightMessage,
  type RemotePartition,
  type RemoteSlotMove,
} from './remote-handles.js';
import type { RemoteNode } from './remote-node.js';
import { RemoteTime } from './remote-time.js';

/** A turn with a shared cluster: release it, or let `await using` do so. */
export interface ClusterLease extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * A cluster that another process or thread shares: the methods and properties of Cluster by their names. Its nodes, with
 * their addresses, roles and slots, are as of the last answer; all else has to be awaited. Functions cannot cross: no
 * handlers and no `match`. When the connection ends, so do its faults and its turn.
 */
export class RemoteCluster extends RemoteTime implements AsyncDisposable {
  /** What clients did to all nodes, counted. */
  readonly counters = new RemoteCounters(this.call);

  /**
   * Waits until nobody else uses the cluster, and has it alone until it is released or the connection ends. Meanwhile others
   * may look, and connect clients of Redis, but not change it (IN_USE).
   * @example
   * await using _turn = await shared.exclusive();
   * await shared.reset();
   */
  exclusive(): Promise<ClusterLease> {
    return this.#acquire('exclusive');
  }

  /** The same beside others who ask for it so: who leaves time, nodes and the keys of others alone. */
  sharing(): Promise<ClusterLease> {
    return this.#acquire('shared');
  }

  // Faults between nodes: see Cluster

  /** The faults that are in force, whoever made them. */
  get faults(): Promise<readonly { readonly description: string; readonly hits: number }[]> {
    return this.call('faults');
  }

  heal(): Promise<void> {
    return this.call('heal');
  }

  partition(
    group: readonly RemoteNode[],
    others?: readonly RemoteNode[],
    options?: PartitionOptions,
  ): Promise<RemotePartition>;
  partition(group: readonly RemoteNode[], options: PartitionOptions): Promise<RemotePartition>;
  partition(
    group: readonly RemoteNode[],
    othersOrOptions?: readonly RemoteNode[] | PartitionOptions,
    options?: PartitionOptions,
  ): Promise<RemotePartition> {
    const isList = othersOrOptions === undefined || Array.isArray(othersOrOptions);
    const chosen = isList ? { others: othersOrOptions, ...options } : othersOrOptions;
    return this.call('partition', { group, ...chosen });
  }

  isolate(node: RemoteNode, options: PartitionOptions = {}): Promise<RemotePartition> {
    return this.call('isolate', { node, ...options });
  }

  delayMessages(by: Delay, filter: RemoteMessageFilter & HitOptions = {}): Promise<RemoteFault<Message>> {
    return this.call('delayMessages', { by, ...filter });
  }

  dropMessages(filter: RemoteMessageFilter & HitOptions = {}): Promise<RemoteFault<Message>> {
    return this.call('dropMessages', filter);
  }

  holdMessages(filter: RemoteMessageFilter & HitOptions = {}): Promise<RemoteHold> {
    return this.call('holdMessages', filter);
  }

  async inFlight(filter: RemoteMessageFilter = {}): Promise<readonly RemoteInFlightMessage[]> {
    const messages = await this.call<NumberedMessage[]>('inFlight', filter);
    return messages.map((message) => inFlight(this.call, message));
  }

  // Clients: see Cluster

  inject(
    fault: RemoteClientFaultSpec,
    filter: RemoteCallFilter & HitOptions = {},
  ): Promise<RemoteClientFault> {
    return this.call('inject', { fault, ...filter });
  }

  whenCommand(
    command: string,
    options: RemoteWhenCommandOptions = {},
  ): Promise<readonly Remote<CommandCall>[]> {
    return this.call('whenCommand', { command, ...options });
  }

  whenBlocked(
    key?: string,
    options: { readonly node?: RemoteNode; readonly timeoutMs?: number } = {},
  ): Promise<readonly Remote<BlockedClient>[]> {
    return this.call('whenBlocked', { key, ...options });
  }

  get blockedClients(): Promise<readonly Remote<BlockedClient>[]> {
    return this.call('blockedClients');
  }

  // Moves of the topology: see Cluster

  migrateSlot(options: RemoteMigrateSlotOptions): Promise<RemoteSlotMove> {
    return this.call('migrateSlot', options);
  }

  failover(target: RemoteNode, options: FailoverOptions = {}): Promise<RemoteFailoverResult> {
    return this.call('failover', { target, ...options });
  }

  addNode(options: { readonly replicaOf?: RemoteNode } = {}): Promise<RemoteNode> {
    return this.call('addNode', options);
  }

  removeNode(node: RemoteNode): Promise<void> {
    return this.call('removeNode', { node });
  }

  reshard(options: RemoteReshardOptions): Promise<{ readonly moved: number }> {
    return this.call('reshard', options);
  }

  rebalance(options: RemoteRebalanceOptions = {}): Promise<{ readonly moved: number }> {
    return this.call('rebalance', options);
  }

  changeAddress(node: RemoteNode): Promise<void> {
    return this.call('changeAddress', { node });
  }

  /** Without `onStep`: a function cannot cross. */
  rollingReplace(options: { readonly onStep?: never } = {}): Promise<readonly Remote<Replacement>[]> {
    return this.call('rollingReplace', options);
  }

  announce(nodes: OneOrMore<RemoteNode>, how: Announcement): Promise<void> {
    return this.call('announce', { nodes, ...how });
  }

  staleView(node: RemoteNode): Promise<RemoteFault<MissedNews>> {
    return this.call('staleView', { node });
  }

  disputeSlot(
    slot: number,
    claimants: readonly [RemoteNode, RemoteNode],
    options: { readonly epochs?: readonly [number, number] } = {},
  ): Promise<RemoteFault<MissedNews>> {
    return this.call('disputeSlot', { slot, claimants, ...options });
  }

  // What happened: see Cluster

  get events(): Promise<readonly ClusterLogEntry[]> {
    return this.eventsWith({});
  }

  eventsWith(filter: RemoteEventFilter): Promise<readonly ClusterLogEntry[]> {
    return this.call('eventsWith', byName(filter));
  }

  timeline(options: RemoteEventFilter = {}): Promise<string> {
    return this.call('timeline', byName(options));
  }

  record(options: RemoteRecordOptions): Promise<RemoteHandle> {
    return this.call('record', options);
  }

  lostWrites(): Promise<readonly Remote<LostWrite>[]> {
    return this.call('lostWrites');
  }

  // Its life

  flush(): Promise<void> {
    return this.call('flush');
  }

  reset(): Promise<void> {
    return this.call('reset');
  }

  /** Ends this connection, with its faults, its moves and its turn; the cluster goes on. */
  async close(): Promise<void> {
    this.connection.close();
    await this.connection.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquire(kind: LeaseKind): Promise<ClusterLease> {
    await this.call('acquire', { kind });
    const release = async (): Promise<void> => {
      await this.call('release');
    };
    return { release, [Symbol.asyncDispose]: release };
  }
}

/** A node of the filter is meant by its name. */
function byName(filter: RemoteEventFilter): object {
  const { node } = filter;
  return typeof node === 'object' ? { ...filter, node: node.name } : filter;
}

/**
 * Holds a cluster that another process or thread of this machine shares.
 * @param address as shareCluster() gave it. Default: that of the environment variable REDIS_TEST_CLUSTER_ADDRESS.
 * @param options `name`: who this is, for the others. Default: the process id.
 * @throws RedisTestClusterError INVALID_ARGUMENT, NOT_STARTED without an address; CONNECTION_LOST, PROTOCOL_ERROR;
 *   FAKED_TIMERS when process.nextTick is faked.
 * @example
 * await using shared = await connectCluster(address);
 * await shared.nodeForSlot(42).kill();
 * await shared.waitFor('ok');
 */
export async function connectCluster(
  address: string | undefined = process.env[ADDRESS_VARIABLE],
  options: { readonly name?: string } = {},
): Promise<RemoteCluster> {
  assertSocketsCanWork('connectCluster()');
  if (address === undefined || address === '')
    throw new RedisTestClusterError(
      'NOT_STARTED',
      `connectCluster(): no cluster is shared here: ${ADDRESS_VARIABLE} is not set; share one in the global setup of the tests`,
    );
  const cluster = new RemoteCluster();
  const name = options.name ?? `process ${process.pid}`;
  const { connection, welcome } = await ControlConnection.open(address, name, (state) =>
    cluster.update(state),
  );
  cluster.begin(connection, welcome);
  return cluster;
}

/** Where a shared cluster is, for the processes below the one that has it. */
export const ADDRESS_VARIABLE = 'REDIS_TEST_CLUSTER_ADDRESS';
