/** All invariants of a running cluster: hands them its events, its messages and its instants. */
import type { BusMessage } from '../../../cluster/message.js';
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
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
  readonly #invariants: Invariant[];
  readonly #nodes = new Map<string, TestNode>();
  /** Events whose instant is not over. */
  #fresh: ClusterLogEntry[] = [];

  constructor(watched: Watched) {
    this.#watched = watched;
    this.ledger = new WriteLedger(watched);
    this.availability = new Availability(watched);
    const own = [new Elections(watched), new Epochs(watched), new Ownership(watched)];
    this.#invariants = [...own, this.availability, this.ledger];
    for (const node of watched.cluster.nodes) this.#nodes.set(node.name, node);
    watched.cluster.onEvent((entry) => this.#onEvent(entry));
    this.#watchMessages();
  }

  /** One more that watches. */
  add(invariant: Invariant): void {
    this.#invariants.push(invariant);
  }

  /** To be called after every instant. Nothing is looked at where nothing happened. */
  observe(): void {
    const events = this.#fresh;
    if (events.length === 0) return;
    this.#fresh = [];
    for (const { node: name, event } of events) {
      const node = this.#nodeOf(name);
      for (const invariant of this.#invariants) invariant.onEventDone?.(node, event);
    }
    for (const invariant of this.#invariants) invariant.afterInstant?.();
  }

  /** To be called every now and then. */
  afterRound(): void {
    for (const invariant of this.#invariants) invariant.afterRound?.();
  }

  onFault(): void {
    for (const invariant of this.#invariants) invariant.onFault?.();
  }

  onTakeover(node: TestNode, step: 'begins' | 'ends'): void {
    for (const invariant of this.#invariants) invariant.onTakeover?.(node, step);
  }

  #onEvent(entry: ClusterLogEntry): void {
    if (entry.node === 'cluster') return;
    this.#fresh.push(entry);
    const { event } = entry;
    if (event.kind === 'internal-error') this.#watched.report('internal error', event.message);
    // A node that is just starting has nothing to be looked at yet.
    const node = this.#nodeOf(entry.node);
    if (event.kind !== 'started' && !node.isRunning) return;
    for (const invariant of this.#invariants) invariant.onEvent?.(node, event);
  }

  #nodeOf(name: string): TestNode {
    return this.#nodes.get(name) ?? this.#watched.cluster.node(name);
  }

  /** A message to many is one object, and a frame that is held is asked about again. */
  #watchMessages(): void {
    const { cluster } = this.#watched;
    const seen = new WeakSet<object>();
    const invariants = this.#invariants.filter(({ onMessage }) => onMessage !== undefined);
    cluster.nodes[0]?.process.network.addRule(({ from, traffic, step, payload }) => {
      if (traffic === 'bus' && step === 'data' && !seen.has(payload as object)) {
        seen.add(payload as object);
        const sender = this.#nodeOf(from);
        if (sender.isRunning) {
          for (const invariant of invariants) invariant.onMessage?.(sender, payload as BusMessage);
        }
      }
      return 'pass';
    });
  }
}
