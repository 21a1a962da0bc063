/** Faults between the nodes of a cluster. */
import { Random } from '../time/random.js';
import type { ClusterParts } from './cluster-nodes.js';
import { ClusterTime } from './cluster-time.js';
import type { Fault } from './faults/fault.js';
import { FaultBook } from './faults/fault-book.js';
import {
  type Delay,
  type Hold,
  type InFlightMessage,
  LinkFaults,
  type Partition,
  type PartitionOptions,
} from './faults/link-faults.js';
import type { Message } from './faults/message.js';
import type { HitOptions, MessageFilter } from './faults/message-filter.js';
import type { NodeOwner, TestNode } from './test-node.js';

/** Sets the faults' own randomness apart from that of the nodes. */
const FAULT_SEED = 0x5eed_fa17;

export abstract class ClusterFaults extends ClusterTime {
  protected readonly book: FaultBook;
  /** For the parts of the test kit. */
  readonly links: LinkFaults;

  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    super(parts, makeNodes);
    this.book = new FaultBook({
      pump: parts.pump,
      random: new Random(parts.seed ^ FAULT_SEED),
      assertRunning: () => this.assertRunning(),
      recordFault: (step, what) =>
        parts.log.record({
          atMs: parts.pump.clock.nowMs(),
          node: 'cluster',
          event: { kind: 'fault', step, what },
        }),
      when: (condition, what, timeoutMs) => this.waitInRealTime(condition, what, timeoutMs),
    });
    this.links = new LinkFaults({
      network: parts.network,
      book: this.book,
      names: this.names,
      nodes: this.nodes,
    });
  }

  /** The faults that are in force, oldest first. */
  get faults(): readonly Fault[] {
    return this.book.active;
  }

  /** Ends every fault: cuts heal, what was held goes on. Nodes that were killed or paused stay so: see reset(). */
  heal(): void {
    this.assertRunning();
    this.book.disposeAll();
  }

  /**
   * Cuts a group of nodes off from others. By default the bus and the replication links are cut, both ways, and clients
   * still reach every node; `scope` and `oneWay` say otherwise. What was sent waits, as on a cable that is pulled out,
   * and arrives when the cut heals, unless TCP gave up first.
   * @param others the nodes on the other side; all that are not in the group unless given.
   * @returns a handle: heal() or dispose it.
   * @throws RedisTestClusterError INVALID_ARGUMENT unless both are groups of this cluster's nodes; STOPPED.
   * @example
   * using cut = cluster.partition([master]);
   * await cluster.waitFor(() => cluster.nodeForSlot(0) !== master);
   */
  partition(group: readonly TestNode[], others?: readonly TestNode[], options?: PartitionOptions): Partition;
  partition(group: readonly TestNode[], options: PartitionOptions): Partition;
  partition(
    group: readonly TestNode[],
    othersOrOptions?: readonly TestNode[] | PartitionOptions,
    options?: PartitionOptions,
  ): Partition {
    this.assertRunning();
    const isList = othersOrOptions === undefined || Array.isArray(othersOrOptions);
    const others = isList ? (othersOrOptions as readonly TestNode[] | undefined) : undefined;
    const chosen = isList ? options : (othersOrOptions as PartitionOptions);
    return this.links.partition('partition()', group, others, chosen ?? {});
  }

  /** Cuts one node off from all others: partition([node], options). */
  isolate(node: TestNode, options: PartitionOptions = {}): Partition {
    this.assertRunning();
    return this.links.partition('isolate()', [node], undefined, options);
  }

  /**
   * Delays messages between nodes, by virtual time. Each arrives that much later than it would; none overtakes another
   * one of its connection, as on TCP. When the fault ends, what it delays arrives at once.
   * @param by a time, or a range that each message draws from by the cluster's seed.
   * @param filter default: every message of the bus. `scope: 'replication'` delays the streams of the masters.
   * @example
   * cluster.delayMessages({ min: 10, max: 200 }, { from: master });
   */
  delayMessages(by: Delay, filter: MessageFilter & HitOptions = {}): Fault<Message> {
    this.assertRunning();
    return this.links.delay('delayMessages()', by, filter);
  }

  /**
   * Loses messages of the bus, as if their receiver had never got them. (TCP itself loses, repeats and reorders nothing
   * within a connection; two nodes have two connections, one opened by each.)
   * @example
   * cluster.dropMessages({ type: 'FAILOVER_AUTH_ACK', probability: 0.5 });
   */
  dropMessages(filter: MessageFilter & HitOptions = {}): Fault<Message> {
    this.assertRunning();
    return this.links.drop('dropMessages()', filter);
  }

  /**
   * Holds messages on their way until release(), and with each what is sent later on the same connection: TCP keeps the
   * order. What is held can be seen, delivered and dropped one by one: `hold.held`.
   * @example
   * const hold = cluster.holdMessages({ type: 'FAILOVER_AUTH_ACK', from: voter });
   * await cluster.waitFor(() => hold.held.length > 0);
   * hold.held[0].deliver();
   */
  holdMessages(filter: MessageFilter & HitOptions = {}): Hold {
    this.assertRunning();
    return this.links.hold('holdMessages()', filter);
  }

  /** Messages between nodes that were sent and have not arrived: held by a fault, cut off, or on a slow way. */
  inFlight(filter: MessageFilter = {}): readonly InFlightMessage[] {
    return this.links.inFlight('inFlight()', filter);
  }
}
