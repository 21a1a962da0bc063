/** What happened in a cluster, in order, with virtual times: the last few thousand events. */
import type { NodeEvent } from '../node/ports.js';
import type { KitEvent } from './kit-events.js';

/** An event as its node reported it, or as the test kit did to it. Node ids in it are the 40-digit ids. */
export interface ClusterLogEntry {
  /** Virtual time, Unix milliseconds. */
  readonly atMs: number;
  /** `host:port` of the node that reported it; `cluster` for what concerns more than one. */
  readonly node: string;
  readonly event: NodeEvent | KitEvent;
}

export type EventKind = ClusterLogEntry['event']['kind'];

/** Which events of the log; what is left out says nothing. */
export interface EventFilter {
  readonly kind?: EventKind | readonly EventKind[];
  /** Reported by that node: the node, or its `host:port`. */
  readonly node?: { readonly name: string } | string;
  /** Virtual times, Unix milliseconds, both inclusive. */
  readonly since?: number;
  readonly until?: number;
  /** Only the last so many of these. */
  readonly last?: number;
  /** Has the last word. */
  readonly match?: (entry: ClusterLogEntry) => boolean;
}

const DEFAULT_CAPACITY = 10_000;

export class EventLog {
  readonly #capacity: number;
  #entries: ClusterLogEntry[] = [];
  readonly #listeners = new Set<(entry: ClusterLogEntry) => void>();
  /** Events recorded since the start, also those that were dropped. */
  total = 0;

  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  record(entry: ClusterLogEntry): void {
    this.total++;
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
    for (const listener of this.#listeners) listener(entry);
  }

  /** The recorded events, oldest first. */
  get entries(): readonly ClusterLogEntry[] {
    return this.#entries;
  }

  /** Is told of every event at its moment. @returns a function that ends it. */
  onEvent(listener: (entry: ClusterLogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  clear(): void {
    this.#entries = [];
  }
}

/** The entries that a filter lets through. */
export function filterEvents(entries: readonly ClusterLogEntry[], filter: EventFilter): ClusterLogEntry[] {
  const { kind, since, until, last, match } = filter;
  const kinds = kind === undefined ? null : new Set(typeof kind === 'string' ? [kind] : kind);
  const node = typeof filter.node === 'object' ? filter.node.name : filter.node;
  const found = entries.filter(
    (entry) =>
      (kinds === null || kinds.has(entry.event.kind)) &&
      (node === undefined || entry.node === node) &&
      (since === undefined || entry.atMs >= since) &&
      (until === undefined || entry.atMs <= until) &&
      (match === undefined || match(entry)),
  );
  return last === undefined ? found : found.slice(Math.max(0, found.length - last));
}
