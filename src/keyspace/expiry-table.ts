/** When the keys of one database expire, by key and by due time. https://redis.io/docs/latest/commands/expire/#how-redis-expires-keys */
import type { ByteString } from '../resp/byte-string.js';
import { DueHeap } from '../structures/due-heap.js';
import type { Random } from '../time/random.js';

/** Outdated heap entries that are no reason yet to build the heap anew. */
const FREE_OUTDATED = 64;

export class ExpiryTable {
  #times: Map<ByteString, number> | null = null;
  /** Holds an entry for each key, and outdated ones of keys whose time changed. */
  #due: DueHeap | null = null;
  /** Times that a number does not hold exactly: they lie some 285,000 years ahead, but EXPIRETIME tells them. */
  #exact: Map<ByteString, bigint> | null = null;

  #sumMs = 0;

  get size(): number {
    return this.#times === null ? 0 : this.#times.size;
  }

  /** Unix ms, or undefined. */
  get(key: ByteString): number | undefined {
    return this.#times === null ? undefined : this.#times.get(key);
  }

  /** As `get`, a bigint where a number would be rounded. */
  exact(key: ByteString): bigint | number | undefined {
    return this.#exact?.get(key) ?? this.get(key);
  }

  set(key: ByteString, atMs: bigint | number): void {
    this.#times ??= new Map();
    this.#due ??= new DueHeap();
    const rounded = Number(atMs);
    if (!Number.isSafeInteger(rounded)) {
      this.#exact ??= new Map();
      this.#exact.set(key, BigInt(atMs));
    } else if (this.#exact !== null) {
      this.#exact.delete(key);
    }
    this.#sumMs += rounded - (this.#times.get(key) ?? 0);
    this.#times.set(key, rounded);
    this.#due.add(rounded, key);
    if (this.#due.size > 2 * this.#times.size + FREE_OUTDATED) this.#rebuildHeap();
  }

  delete(key: ByteString): boolean {
    const atMs = this.#times?.get(key);
    if (this.#times === null || atMs === undefined) return false;
    this.#times.delete(key);
    this.#sumMs -= atMs;
    if (this.#exact !== null) this.#exact.delete(key);
    if (this.#times.size === 0) this.clear();
    return true;
  }

  clear(): void {
    this.#times = null;
    this.#due = null;
    this.#exact = null;
    this.#sumMs = 0;
  }

  /** The key that expires first, if its time has come. */
  firstDueAt(nowMs: number): ByteString | null {
    const dueAtMs = this.nextDueAtMs;
    return dueAtMs === null || dueAtMs > nowMs ? null : (this.#due?.nextName ?? null);
  }

  /** Any key of the table, about as likely as the others; null when it is empty. */
  drawKey(random: Random): ByteString | null {
    const due = this.#due;
    if (due === null || this.#times === null) return null;
    for (;;) {
      const place = random.below(due.size);
      const key = due.nameAt(place);
      if (this.#times.get(key) === due.timeAt(place)) return key;
    }
  }

  /** Unix ms, on an average; 0 when the table is empty. */
  get averageMs(): number {
    return this.size === 0 ? 0 : this.#sumMs / this.size;
  }

  /** The earliest time in the table; null when it is empty. */
  get nextDueAtMs(): number | null {
    const due = this.#due;
    for (let key = due?.nextName ?? null; due !== null && key !== null; key = due.nextName) {
      const dueAtMs = due.nextDueAtMs;
      if (this.#times?.get(key) === dueAtMs) return dueAtMs;
      due.drop();
    }
    return null;
  }

  #rebuildHeap(): void {
    const heap = new DueHeap();
    for (const [key, atMs] of this.#times ?? []) heap.add(atMs, key);
    this.#due = heap;
  }
}
