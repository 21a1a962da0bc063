/** What happened in a cluster: its event log, to query and to print. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { ClusterNodes, type ClusterParts } from './cluster-nodes.js';
import { type ClusterLogEntry, type EventFilter, filterEvents } from './event-log.js';
import type { MessageNames } from './faults/message.js';
import type { NodeOwner, TestNode } from './test-node.js';
import { formatTimeline } from './timeline.js';

/** Events that an error shows. */
const SHOWN_EVENTS = 25;

export abstract class ClusterEvents extends ClusterNodes {
  /** Zero of the timeline. */
  #timelineStartMs: number;

  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    super(parts, makeNodes);
    this.#timelineStartMs = parts.pump.clock.nowMs();
  }

  /** The cluster is ready: its timeline counts from now. */
  beginTimeline(): void {
    this.#timelineStartMs = this.pump.clock.nowMs();
  }

  /** Everything the nodes reported, oldest first: failure detection, elections, roles, slots, replication; and the faults. */
  get events(): readonly ClusterLogEntry[] {
    return this.parts.log.entries;
  }

  /** Is told of every event at its moment, while the node is still at it. For the test kit's own parts. @returns a function that ends it. */
  onEvent(listener: (entry: ClusterLogEntry) => void): () => void {
    return this.parts.log.onEvent(listener);
  }

  /**
   * The events that a filter lets through, oldest first.
   * @example
   * const votes = cluster.eventsWith({ kind: 'vote-granted', since: cluster.now() });
   */
  eventsWith(filter: EventFilter): readonly ClusterLogEntry[] {
    return filterEvents(this.events, filter);
  }

  /**
   * The events as text, a line each with virtual times.
   * @param options any filter of eventsWith(); `since` (default: when the cluster was ready) counts as zero.
   */
  timeline(options: EventFilter = {}): string {
    const since = options.since ?? this.#timelineStartMs;
    return formatTimeline(this.eventsWith({ ...options, since }), since, this.names.nameOfId);
  }

  /** A failure with the last events of the cluster and its seed. */
  protected failure(code: 'TIMEOUT', message: string): RedisTestClusterError {
    const events = this.timeline({ last: SHOWN_EVENTS });
    return new RedisTestClusterError(
      code,
      `${message}\nlast events (seed ${this.seed}):\n${events === '' ? '(none)' : events}`,
    );
  }

  /** Names of nodes for whoever prints messages and events. */
  protected readonly names: MessageNames = {
    nodeOfHost: (host) => this.nodes.find(({ process }) => process.name === host) ?? null,
    nameOfId: (id) => this.nodes.find((node) => node.id === id)?.name ?? id.slice(0, 8),
  };
}
