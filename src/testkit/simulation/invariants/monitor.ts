/** All invariants of a running cluster: hands them its events, its messages and its instants. */
import type { BusMessage } from '../../../cluster/message.js';
import type { ClusterLogEntry } from '../../event-log.js';
import { Availability } from './availability.js';
import { Elections } from './elections.js';
import { Epochs } from './epochs.js';
import type { Invariant, Watched } from './invariant.js';
import { Ownership } from './ownership.js';
import { WriteLedger } from './write-ledger.js';

export class Monitor {
  readonly ledger: WriteLedger;
  readonly availability: Availability;
  readonly #watched: Watched;
  readonly #invariants: readonly Invariant[];
  /** Events whose instant is not over. */
  #fresh: ClusterLogEntry[] = [];

  constructor(watched: Watched) {
    this.#watched = watched;
    this.ledger = new WriteLedger(watched);
    this.availability = new Availability(watched);
    const own = [new Elections(watched), new Epochs(watched), new Ownership(watched)];
    this.#invariants = [...own, this.availability, this.ledger];
    watched.cluster.onEvent((entry) => this.#onEvent(entry));
    this.#watchMessages();
  }

  /** To be called after every instant. */
  observe(): void {
    const events = this.#fresh;
    this.#fresh = [];
    for (const { node: name, event } of events) {
      const node = this.#watched.cluster.node(name);
      for (const invariant of this.#invariants) invariant.onEventDone?.(node, event);
    }
    for (const invariant of this.#invariants) invariant.afterInstant?.();
  }

  onFault(): void {
    for (const invariant of this.#invariants) invariant.onFault?.();
  }

  #onEvent(entry: ClusterLogEntry): void {
    if (entry.node === 'cluster') return;
    this.#fresh.push(entry);
    const { event } = entry;
    if (event.kind === 'internal-error') this.#watched.report('internal error', event.message);
    // A node that is just starting has nothing to be looked at yet.
    const node = this.#watched.cluster.node(entry.node);
    if (event.kind !== 'started' && !node.isRunning) return;
    for (const invariant of this.#invariants) invariant.onEvent?.(node, event);
  }

  /** A message to many is one object, and a frame that is held is asked about again. */
  #watchMessages(): void {
    const { cluster } = this.#watched;
    const seen = new WeakSet<object>();
    cluster.nodes[0]?.process.network.addRule(({ from, traffic, step, payload }) => {
      if (traffic === 'bus' && step === 'data' && !seen.has(payload as object)) {
        seen.add(payload as object);
        const sender = cluster.node(from);
        if (sender.isRunning) {
          for (const invariant of this.#invariants) invariant.onMessage?.(sender, payload as BusMessage);
        }
      }
      return 'pass';
    });
  }
}
