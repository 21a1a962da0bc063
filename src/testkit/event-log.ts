/** What happened in a cluster, in order, with virtual times: the last few thousand events. */
import type { NodeEvent } from '../node/ports.js';

/** An event as its node reported it. Node ids in it are the 40-digit ids. */
export interface ClusterLogEntry {
  /** Virtual time, Unix milliseconds. */
  readonly atMs: number;
  /** `host:port` of the node that reported it. */
  readonly node: string;
  readonly event: NodeEvent;
}

const DEFAULT_CAPACITY = 10_000;

export class EventLog {
  readonly #capacity: number;
  #entries: ClusterLogEntry[] = [];
  /** Events recorded since the start, also those that were dropped. */
  total = 0;

  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  record(entry: ClusterLogEntry): void {
    this.total++;
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
  }

  /** The recorded events, oldest first. */
  get entries(): readonly ClusterLogEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }
}
