/** Keys of a writable replica whose expiry its own clients set: the master knows nothing of them, so the replica deletes them itself (rememberSlaveKeyWithExpire of expire.c). */
import type { ByteString } from '../resp/byte-string.js';

/** Redis has a bit for each database, and no more. */
const MAX_DATABASES = 64;

export class OwnExpiries {
  readonly #databases = new Map<ByteString, Set<number>>();

  /** INFO slave_expires_tracked_keys */
  get size(): number {
    return this.#databases.size;
  }

  add(dbIndex: number, key: ByteString): void {
    if (dbIndex >= MAX_DATABASES) return;
    const databases = this.#databases.get(key);
    if (databases === undefined) this.#databases.set(key, new Set([dbIndex]));
    else databases.add(dbIndex);
  }

  /** @param isDone deletes the key when its time has come. @returns true: the key has no expiry (any more). */
  sweep(isDone: (dbIndex: number, key: ByteString) => boolean): void {
    for (const [key, databases] of this.#databases) {
      for (const dbIndex of databases) {
        if (isDone(dbIndex, key)) databases.delete(dbIndex);
      }
      if (databases.size === 0) this.#databases.delete(key);
    }
  }

  clear(): void {
    this.#databases.clear();
  }
}
