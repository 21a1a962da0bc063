/** All data of a node: its databases, what they share, and what happens to all of them at once. */
import type { ByteString } from '../resp/byte-string.js';
import type { AccessPolicy } from './access-times.js';
import { Database, type DatabaseOwner } from './database.js';
import type { KeyspaceHost } from './host.js';
import { OwnExpiries } from './own-expiries.js';
import { type Watcher, WatchRegistry } from './watch-registry.js';

export class Keyspace implements DatabaseOwner {
  readonly host: KeyspaceHost;
  readonly databases: readonly Database[];
  readonly watches = new WatchRegistry();
  /** Set anew when maxmemory-policy, lfu-log-factor or lfu-decay-time change. */
  accessPolicy: AccessPolicy = { kind: 'lru', lfuLogFactor: 10, lfuDecayMinutes: 1 };
  /** Set while a command of a session with CLIENT NO-TOUCH runs. */
  noTouch = false;
  /** Changes since the node started; a command that raised it is replicated. */
  dirty = 0;
  /** INFO keyspace_hits, keyspace_misses, expired_keys. */
  hits = 0;
  misses = 0;
  expired = 0;
  /** INFO evicted_keys. */
  evicted = 0;
  readonly ownExpiries = new OwnExpiries();
  /** Where the next active expire cycle begins, so that one database cannot starve the others. */
  #nextToExpire = 0;

  /** @param databaseCount the `databases` directive. */
  constructor(host: KeyspaceHost, databaseCount: number) {
    this.host = host;
    this.databases = Array.from({ length: databaseCount }, (_, index) => new Database(this, index));
  }

  /** The database, which has to exist. */
  database(index: number): Database {
    const database = this.databases[index];
    if (database === undefined) throw new Error(`there is no database ${index}`);
    return database;
  }

  /** What the data takes of memory, about. */
  get memoryBytes(): number {
    let bytes = 0;
    for (const database of this.databases) bytes += database.memoryBytes;
    return bytes;
  }

  /** Keys in all databases. */
  get totalKeys(): number {
    let total = 0;
    for (const database of this.databases) total += database.size;
    return total;
  }

  /** WATCH. Sessions have `watchedKeyChanged` set when the key changes, and are unwatched by that. */
  watch(watcher: Watcher, dbIndex: number, key: ByteString): void {
    this.watches.watch(watcher, dbIndex, key, this.database(dbIndex).isExpired(key));
  }

  unwatchAll(watcher: Watcher): void {
    this.watches.unwatchAll(watcher);
  }

  /** EXEC: a watched key has expired since it was watched, though nobody deleted it yet. */
  hasExpiredWatchedKey(watcher: Watcher): boolean {
    for (const { dbIndex, key, expired } of watcher.watchedKeys) {
      if (!expired && this.database(dbIndex).isExpired(key)) return true;
    }
    return false;
  }

  /** FLUSHDB, or FLUSHALL with null. @returns how many keys went; the caller raises `dirty`. */
  flush(dbIndex: number | null): number {
    if (dbIndex === null) this.ownExpiries.clear();
    const flushed = dbIndex === null ? this.databases : [this.database(dbIndex)];
    let removed = 0;
    for (const database of flushed) {
      if (this.host.onKeyRemoved !== undefined && this.host.hasKeyWaiters?.() !== false) {
        for (const key of database.keys()) this.host.onKeyRemoved(database.index, key);
      }
      if (!this.watches.isEmpty) this.watches.touchAll(database.index, database, null);
    }
    this.host.onFlush?.(dbIndex);
    for (const database of flushed) {
      removed += database.size;
      database.clear();
    }
    return removed;
  }

  /** SWAPDB: sessions stay in the database they selected and see the other contents. */
  swap(firstIndex: number, secondIndex: number): void {
    if (firstIndex === secondIndex) return;
    const first = this.database(firstIndex);
    const second = this.database(secondIndex);
    if (!this.watches.isEmpty) {
      this.watches.touchAll(firstIndex, first, second);
      this.watches.touchAll(secondIndex, second, first);
    }
    first.swapContents(second);
    if (this.host.onKeyAdded === undefined || this.host.hasKeyWaiters?.() === false) return;
    for (const database of [first, second]) {
      for (const key of database.keys()) this.host.onKeyAdded(database.index, key);
    }
  }

  /**
   * Deletes keys whose time has passed, earliest first, at most `limit`. Does nothing on a replica and during a pause.
   * @returns how many were deleted.
   */
  activeExpireCycle(nowMs: number, limit = Number.POSITIVE_INFINITY): number {
    if (this.host.isReplica() || this.host.expiryPaused()) return 0;
    let deleted = 0;
    for (let turn = this.databases.length; turn > 0 && deleted < limit; turn--) {
      const database = this.databases[this.#nextToExpire] as Database;
      this.#nextToExpire = (this.#nextToExpire + 1) % this.databases.length;
      while (deleted < limit) {
        const key = database.firstExpired(nowMs);
        if (key === null) break;
        database.deleteExpired(key);
        deleted++;
      }
    }
    return deleted;
  }

  /** What a writable replica has to do of the same: the expiry of keys that its own clients set. */
  expireOwnKeys(): void {
    if (this.ownExpiries.size === 0) return;
    this.ownExpiries.sweep((dbIndex, key) => {
      const database = this.database(dbIndex);
      if (database.expiresAtMs(key) === null) return true;
      if (!database.isExpired(key)) return false;
      database.deleteExpired(key);
      return true;
    });
  }

  /** No key expires before this; null when none ever does. */
  get nextExpiryAtMs(): number | null {
    let earliest: number | null = null;
    for (const { nextExpiryAtMs } of this.databases) {
      if (nextExpiryAtMs !== null && (earliest === null || nextExpiryAtMs < earliest))
        earliest = nextExpiryAtMs;
    }
    return earliest;
  }
}
