/** Who WATCHes which key, by database. https://redis.io/docs/latest/develop/interact/transactions/ */
import type { ByteString } from '../resp/byte-string.js';

/** The part of a session that WATCH works on. */
export interface Watcher {
  /** A watched key changed: EXEC answers null. */
  watchedKeyChanged: boolean;
  readonly watchedKeys: Set<WatchedKey>;
}

export interface WatchedKey {
  readonly dbIndex: number;
  readonly key: ByteString;
  /** The key had expired already when it was watched: its deletion is no change. */
  expired: boolean;
}

/** What the registry asks a database about a key. */
export interface WatchedData {
  /** The key is there, expired or not. */
  isStored(key: ByteString): boolean;
  isExpired(key: ByteString): boolean;
}

type WatchersOfKey = Map<Watcher, WatchedKey>;

export class WatchRegistry {
  readonly #databases = new Map<number, Map<ByteString, WatchersOfKey>>();

  /** True while nobody watches anything. */
  get isEmpty(): boolean {
    return this.#databases.size === 0;
  }

  watch(watcher: Watcher, dbIndex: number, key: ByteString, expired: boolean): void {
    const keys = this.#databases.get(dbIndex) ?? new Map<ByteString, WatchersOfKey>();
    const watchers: WatchersOfKey = keys.get(key) ?? new Map();
    if (watchers.has(watcher)) return;
    keys.set(key, watchers);
    this.#databases.set(dbIndex, keys);
    const watchedKey = { dbIndex, key, expired };
    watchers.set(watcher, watchedKey);
    watcher.watchedKeys.add(watchedKey);
  }

  unwatchAll(watcher: Watcher): void {
    for (const { dbIndex, key } of watcher.watchedKeys) {
      const keys = this.#databases.get(dbIndex);
      const watchers = keys?.get(key);
      watchers?.delete(watcher);
      if (watchers?.size === 0) keys?.delete(key);
      if (keys?.size === 0) this.#databases.delete(dbIndex);
    }
    watcher.watchedKeys.clear();
  }

  /** The key changed or went. */
  touch(dbIndex: number, key: ByteString, data: WatchedData): void {
    const watchers = this.#databases.get(dbIndex)?.get(key);
    if (watchers === undefined) return;
    for (const [watcher, watchedKey] of [...watchers]) {
      if (watchedKey.expired) {
        // As in Redis (touchWatchedKey), a change of a key that stays expired ends the round for everybody.
        if (data.isStored(key)) break;
        watchedKey.expired = false;
        continue;
      }
      watcher.watchedKeyChanged = true;
      this.unwatchAll(watcher);
    }
  }

  /** A whole database is emptied, or replaced by another one (SWAPDB, full resync); to be called before that happens. */
  touchAll(dbIndex: number, emptied: WatchedData, replacedWith: WatchedData | null): void {
    const changed = new Set<Watcher>();
    for (const [key, watchers] of this.#databases.get(dbIndex) ?? []) {
      const wasThere = emptied.isStored(key);
      const willBeThere = replacedWith?.isStored(key) ?? false;
      if (!wasThere && !willBeThere) continue;
      const willBeExpired = willBeThere && replacedWith?.isExpired(key) === true;
      for (const [watcher, watchedKey] of watchers) {
        if (watchedKey.expired) {
          if (willBeExpired) continue;
          if (!willBeThere) {
            watchedKey.expired = false;
            continue;
          }
        } else if (!wasThere && willBeExpired) {
          watchedKey.expired = true;
          continue;
        }
        changed.add(watcher);
      }
    }
    for (const watcher of changed) watcher.watchedKeyChanged = true;
  }
}
