/** The keyspace as the cluster brain sees it: database 0 by hash slot. Has the shape of SlotKeys in cluster/ports.ts. */
import type { ByteString } from '../resp/byte-string.js';
import type { Database } from './database.js';
import type { Keyspace } from './keyspace.js';

export class KeyspaceSlotKeys {
  readonly #keyspace: Keyspace;
  readonly #database: Database;
  readonly #propagatesDeletions: boolean;

  /** @param propagatesDeletions what a lost slot held is deleted on the replicas too: Redis does so since 7.2. */
  constructor(keyspace: Keyspace, propagatesDeletions: boolean) {
    this.#keyspace = keyspace;
    this.#propagatesDeletions = propagatesDeletions;
    this.#database = keyspace.database(0);
  }

  countKeysInSlot(slot: number): number {
    return this.#database.countInSlot(slot);
  }

  keysInSlot(slot: number, count: number): ByteString[] {
    return this.#database.keysInSlot(slot, count);
  }

  /** delKeysInSlot in cluster.c. */
  deleteKeysInSlot(slot: number): number {
    const database = this.#database;
    const keys = database.keysInSlot(slot, Number.POSITIVE_INFINITY);
    const { host } = this.#keyspace;
    for (const key of keys) {
      database.delete(key);
      if (!this.#propagatesDeletions) continue;
      host.propagateDeletion(database.index, key, 'slot');
      database.signalModified(key, 1, true);
    }
    return keys.length;
  }

  totalKeys(): number {
    return this.#database.size;
  }

  keyExists(key: ByteString): boolean {
    return this.#database.peek(key) !== undefined;
  }

  emptyDataset(): void {
    this.#keyspace.flush(null);
  }
}
