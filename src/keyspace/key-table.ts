/**
 * The keys of one database: one map for the lookup that every command does, and an index by hash slot from the moment on
 * that somebody asks for it. Without slot commands a key costs one entry in one map.
 */
import type { ByteString } from '../resp/byte-string.js';
import type { Random } from '../time/random.js';
import { SlotIndex } from './slot-index.js';
import type { StoredValue } from './values/stored-value.js';

/** Keys that went and are no reason yet to list the others anew. */
const FREE_OUTDATED = 64;

/** What a database holds under a key. */
export class KeyEntry {
  value: StoredValue;
  /** When, or how often, it was used: see access-times.ts. */
  access: number;
  /** What key and value take, as far as it was counted: see memory-size.ts. */
  bytes = 0;

  constructor(value: StoredValue, access: number) {
    this.value = value;
    this.access = access;
  }
}

export class KeyTable {
  #entries: Map<ByteString, KeyEntry> | null = null;
  #slots: SlotIndex | null = null;
  /** The last one found: a command that looks up a key and then stores under it asks twice. */
  #lastKey: ByteString = '';
  #lastEntry: KeyEntry | undefined;
  /** Keys to draw from; those that went are found out when they are drawn. Filled when somebody first draws. */
  #drawn: ByteString[] | null = null;

  get size(): number {
    return this.#entries === null ? 0 : this.#entries.size;
  }

  get(key: ByteString): KeyEntry | undefined {
    if (this.#entries === null) return undefined;
    if (key === this.#lastKey && this.#lastEntry !== undefined) return this.#lastEntry;
    const entry = this.#entries.get(key);
    this.#lastKey = key;
    this.#lastEntry = entry;
    return entry;
  }

  /** The key is new. */
  add(key: ByteString, entry: KeyEntry): void {
    this.#lastEntry = undefined;
    this.#entries ??= new Map();
    this.#entries.set(key, entry);
    if (this.#slots !== null) this.#slots.add(key);
    if (this.#drawn !== null) this.#drawn.push(key);
  }

  /** @returns false when there is no such key. */
  delete(key: ByteString): boolean {
    this.#lastEntry = undefined;
    if (this.#entries === null || !this.#entries.delete(key)) return false;
    if (this.#slots !== null) this.#slots.delete(key);
    return true;
  }

  clear(): void {
    this.#entries = null;
    this.#slots = null;
    this.#drawn = null;
    this.#lastEntry = undefined;
  }

  /** Every entry, in the order in which the keys came. */
  all(): Iterable<[ByteString, KeyEntry]> {
    return this.#entries ?? [];
  }

  countInSlot(slot: number): number {
    return this.size === 0 ? 0 : this.#slotIndex().countInSlot(slot);
  }

  /** Up to `count` keys of the slot, oldest first. */
  keysInSlot(slot: number, count: number): ByteString[] {
    return this.size === 0 ? [] : this.#slotIndex().keysInSlot(slot, count);
  }

  /** Any key, each as likely as the others; null when there is none. */
  randomKey(random: Random): ByteString | null {
    return this.size === 0 ? null : this.#slotIndex().randomKey(random);
  }

  /** Any key, about as likely as the others, at the same cost however many share a slot; null when there is none. */
  drawKey(random: Random): ByteString | null {
    const entries = this.#entries;
    if (entries === null || entries.size === 0) return null;
    if (this.#drawn === null || this.#drawn.length > 2 * entries.size + FREE_OUTDATED) {
      this.#drawn = [...entries.keys()];
    }
    const drawn = this.#drawn;
    for (;;) {
      const place = random.below(drawn.length);
      const key = drawn[place] as ByteString;
      if (entries.has(key)) return key;
      const last = drawn.pop() as ByteString;
      if (place < drawn.length) drawn[place] = last;
    }
  }

  /** One step of SCAN: about `count` keys, and the cursor to go on from (0 = all seen). */
  scan(cursor: number, count: number): { readonly cursor: number; readonly keys: ByteString[] } {
    return this.size === 0 ? { cursor: 0, keys: [] } : this.#slotIndex().scan(cursor, count);
  }

  /** Built when it is first asked for, kept up to date from then on. */
  #slotIndex(): SlotIndex {
    this.#slots ??= new SlotIndex(this.#entries?.keys() ?? []);
    return this.#slots;
  }
}
