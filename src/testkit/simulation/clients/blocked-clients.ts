/** Clients that wait for keys which never come, and what ends their wait: S21. */
import { slotForKey } from '../../../../fixtures/keys.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, stateOf, type Watched } from '../invariants/invariant.js';
import type { Courier } from './courier.js';
import type { WireConnection } from './wire-connection.js';

interface BlockedClient {
  readonly node: TestNode;
  readonly connection: WireConnection;
  readonly key: string;
  /** Since when the node cannot serve the key; null = it can. */
  lostAtMs: number | null;
}

/** Redis looks at blocked clients once a second; a MIGRATE that waits for its target keeps the node from that. */
const BOUND_MS = 1000 + 1200;
const MOST_CLIENTS = 4;

export class BlockedClients implements Invariant {
  readonly #watched: Watched;
  readonly #courier: Courier;
  readonly #clients = new Map<string, BlockedClient>();

  constructor(watched: Watched, courier: Courier) {
    this.#watched = watched;
    this.#courier = courier;
  }

  /** A client waits for a list that nobody fills; sent away by a node, it goes elsewhere no more. */
  wait(key: string): void {
    if (this.#clients.size >= MOST_CLIENTS) return;
    this.#courier.start({
      commands: [['BLPOP', key, '0']],
      keys: [key],
      isRetried: false,
      isPatient: true,
      onSent: (node, connection) => this.#clients.set(key, { node, connection, key, lostAtMs: null }),
      onSentAway: () => this.#clients.delete(key),
      onAnswers: ({ node, replies }) =>
        this.#watched.report('S20', `${node.name} answered BLPOP ${key} with ${JSON.stringify(replies)}`),
    });
  }

  onEvent(node: TestNode, { kind }: { readonly kind: string }): void {
    if (kind !== 'process') return;
    for (const client of this.#clients.values()) if (client.node === node) client.lostAtMs = null;
  }

  onEventDone(node: TestNode): void {
    for (const client of this.#clients.values()) {
      if (client.node === node) this.#look(client);
    }
  }

  afterRound(): void {
    for (const client of this.#clients.values()) {
      this.#look(client);
      const { node, lostAtMs } = client;
      const forMs = lostAtMs === null ? 0 : this.#watched.cluster.now() - lostAtMs;
      if (forMs > BOUND_MS)
        this.#watched.report(
          'S21',
          `${node.name} lets a client wait for ${client.key}, which it cannot serve for ${forMs} ms`,
        );
    }
  }

  #look(client: BlockedClient): void {
    const { node, connection, key } = client;
    if (!connection.isOpen || connection.session.blocked === null) {
      this.#clients.delete(key);
      return;
    }
    if (node.state !== 'running') {
      client.lostAtMs = null;
      return;
    }
    const { myself, ok, slots } = stateOf(node);
    if (!myself.isMaster) {
      this.#watched.report('S21', `a client waits for ${key} at ${node.name}, which is a replica`);
      return;
    }
    const slot = slotForKey(key);
    const isServed = ok && (slots.ownerOf(slot) === myself || slots.importingFrom.has(slot));
    client.lostAtMs = isServed ? null : (client.lostAtMs ?? this.#watched.cluster.now());
  }
}
