/** The nodes one node knows, in the order in which it learned them, with the blacklist of CLUSTER FORGET and the shards. */

import type { ClusterNode } from './cluster-node.js';
import { BLACKLIST_TTL_MS } from './constants.js';
import type { ClusterHost } from './ports.js';

export class NodeTable {
  readonly #host: Pick<ClusterHost, 'nowMs' | 'random'>;
  readonly #byId = new Map<string, ClusterNode>();
  /** All nodes as an array, for random picks; rebuilt after a change. */
  #list: ClusterNode[] | null = null;
  /** Forgotten ids and the time until which gossip may not bring them back. */
  readonly #blacklist = new Map<string, number>();

  constructor(host: Pick<ClusterHost, 'nowMs' | 'random'>) {
    this.#host = host;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): ClusterNode | undefined {
    return this.#byId.get(id);
  }

  /** Every known node, myself and handshakes included. Do not change it. */
  get list(): readonly ClusterNode[] {
    this.#list ??= [...this.#byId.values()];
    return this.#list;
  }

  add(node: ClusterNode): void {
    this.#byId.set(node.id, node);
    this.#list = null;
  }

  /** Takes the node out of the table only; the rest of a removal is in node-removal. */
  delete(node: ClusterNode): void {
    if (this.#byId.get(node.id) === node) this.#byId.delete(node.id);
    this.#list = null;
  }

  /** A handshake ended: the node is now known by its real id. */
  rename(node: ClusterNode, id: string): void {
    this.#byId.delete(node.id);
    node.id = id;
    this.#byId.set(id, node);
    this.#list = null;
  }

  /** A uniformly random node. The table is never empty: it holds myself. */
  random(): ClusterNode {
    const list = this.list;
    return list[this.#host.random.below(list.length)] as ClusterNode;
  }

  /** Keeps gossip from adding the id again for `ttlMs`, counted from the last full second as Redis does. */
  blacklist(id: string, ttlMs: number = BLACKLIST_TTL_MS): void {
    this.#dropExpiredBlacklist();
    this.#blacklist.set(id, this.#fullSecondMs() + ttlMs);
  }

  isBlacklisted(id: string): boolean {
    this.#dropExpiredBlacklist();
    return this.#blacklist.has(id);
  }

  /** Forgotten ids that are still kept out, and until when (Unix ms). */
  blacklisted(): IterableIterator<[id: string, untilMs: number]> {
    this.#dropExpiredBlacklist();
    return this.#blacklist.entries();
  }

  clearBlacklist(): void {
    this.#blacklist.clear();
  }

  #dropExpiredBlacklist(): void {
    if (this.#blacklist.size === 0) return;
    const nowMs = this.#fullSecondMs();
    for (const [id, untilMs] of this.#blacklist) {
      if (untilMs < nowMs) this.#blacklist.delete(id);
    }
  }

  /** The current time without its milliseconds: the blacklist of Redis knows seconds only. */
  #fullSecondMs(): number {
    const nowMs = this.#host.nowMs();
    return nowMs - (nowMs % 1000);
  }
}
