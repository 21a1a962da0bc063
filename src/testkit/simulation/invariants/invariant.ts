/** What watches a simulated cluster for one group of invariants. */
import type { ClusterState } from '../../../cluster/cluster-state.js';
import type { BusMessage } from '../../../cluster/message.js';
import type { Cluster } from '../../cluster.js';
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import type { Report } from './violations.js';

export interface Watched {
  readonly cluster: Cluster;
  readonly nodeTimeoutMs: number;
  /** Slots that are written to. */
  readonly slotsInUse: readonly number[];
  /** Slots on their way, or left where a migration was interrupted: their keys are in two places. */
  readonly openSlots: Set<number>;
  /** Slots that ever began to move. */
  readonly movedSlots: Set<number>;
  readonly report: Report;
}

export interface Invariant {
  /** At its moment, while the node is still at it. */
  onEvent?(node: TestNode, event: ClusterLogEntry['event']): void;
  /** In the order of the events, when all that belongs to their instant is done. */
  onEventDone?(node: TestNode, event: ClusterLogEntry['event']): void;
  /** A message leaves its sender. */
  onMessage?(sender: TestNode, message: BusMessage): void;
  /** After each instant at which some node reported something. */
  afterInstant?(): void;
  /** Some time passed; nothing need have happened. */
  afterRound?(): void;
  /** A fault begins or ends. */
  onFault?(): void;
  /** CLUSTER FAILOVER TAKEOVER is sent to it, and answered: between these it is promoted without votes. */
  onTakeover?(node: TestNode, step: 'begins' | 'ends'): void;
}

/** What a node holds about the cluster. */
export function stateOf(node: TestNode): ClusterState {
  const { cluster } = node.process.node;
  if (cluster === null) throw new Error(`${node.name} is not in cluster mode`);
  return cluster.state;
}

/** The slot is migrating or importing there. */
export function isSlotOpen(node: TestNode, slot: number): boolean {
  const { slots } = stateOf(node);
  return slots.migratingTo.has(slot) || slots.importingFrom.has(slot);
}

/** Votes or reports that make a majority of the masters with slots, counted apart from the brain. */
export function majorityOf(size: number): number {
  return Math.floor(size / 2) + 1;
}

/** Who owns which slots in the view of a node, as text. */
export function slotMap(viewer: TestNode): string {
  return stateOf(viewer)
    .nodes.list.filter((node) => node.slots.count > 0)
    .map((node) => `${node.id} ${node.slots.ranges.join(' ')}`)
    .sort()
    .join('\n');
}
