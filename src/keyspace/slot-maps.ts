/**
 * The keys of one database, one map for each hash slot, found through pages that come to be with their first key:
 * CLUSTER COUNTKEYSINSLOT is a lookup, and an idle node holds no array of 16384 slots.
 */
import { SLOT_COUNT } from '../../fixtures/key-slot.js';
import type { ByteString } from '../resp/byte-string.js';
import { ScanIndex } from '../structures/scan-index.js';
import type { Random } from '../time/random.js';
import { slotOfKey } from './slot-of-key.js';
import type { StoredValue } from './values/stored-value.js';

const PAGE_BITS = 7;
const SLOTS_IN_PAGE = 1 << PAGE_BITS;
const PAGE_MASK = SLOTS_IN_PAGE - 1;
const PAGE_COUNT = SLOT_COUNT / SLOTS_IN_PAGE;

/** A SCAN cursor is slot * 2^32 + position within the slot. */
const SLOT_STEP = 0x1_0000_0000;

/** Slots up to this size are sorted anew for each step of SCAN that ends within them. */
const CHEAP_TO_SORT = 256;

type SlotMap = Map<ByteString, StoredValue>;

interface Page {
  readonly maps: (SlotMap | undefined)[];
  /** Keys in all its maps. */
  size: number;
}

export class SlotMaps {
  #pages: (Page | undefined)[] | null = null;
  #size = 0;
  /** Of big slots that a SCAN is walking through. */
  #scanIndexes: Map<number, ScanIndex> | null = null;

  get size(): number {
    return this.#size;
  }

  get(key: ByteString): StoredValue | undefined {
    if (this.#pages === null) return undefined;
    const slot = slotOfKey(key);
    return this.#pages[slot >> PAGE_BITS]?.maps[slot & PAGE_MASK]?.get(key);
  }

  /** @returns true when the key is new. */
  set(key: ByteString, value: StoredValue): boolean {
    const slot = slotOfKey(key);
    this.#pages ??= new Array<Page | undefined>(PAGE_COUNT).fill(undefined);
    let page = this.#pages[slot >> PAGE_BITS];
    if (page === undefined) {
      page = { maps: new Array<SlotMap | undefined>(SLOTS_IN_PAGE).fill(undefined), size: 0 };
      this.#pages[slot >> PAGE_BITS] = page;
    }
    let map = page.maps[slot & PAGE_MASK];
    if (map === undefined) {
      map = new Map();
      page.maps[slot & PAGE_MASK] = map;
    }
    const before = map.size;
    map.set(key, value);
    if (map.size === before) return false;
    page.size++;
    this.#size++;
    if (this.#scanIndexes !== null) this.#scanIndexes.get(slot)?.add(key);
    return true;
  }

  delete(key: ByteString): boolean {
    const slot = slotOfKey(key);
    const page = this.#pages?.[slot >> PAGE_BITS];
    if (page === undefined || page.maps[slot & PAGE_MASK]?.delete(key) !== true) return false;
    page.size--;
    this.#size--;
    return true;
  }

  clear(): void {
    this.#pages = null;
    this.#size = 0;
    this.#scanIndexes = null;
  }

  *entries(): IterableIterator<[ByteString, StoredValue]> {
    for (const page of this.#pages ?? []) {
      if (page === undefined || page.size === 0) continue;
      for (const map of page.maps) {
        if (map !== undefined) yield* map;
      }
    }
  }

  countInSlot(slot: number): number {
    return this.#mapOf(slot)?.size ?? 0;
  }

  /** Up to `count` keys of the slot, oldest first. */
  keysInSlot(slot: number, count: number): ByteString[] {
    const keys: ByteString[] = [];
    if (count <= 0) return keys;
    for (const key of this.#mapOf(slot)?.keys() ?? []) {
      keys.push(key);
      if (keys.length >= count) break;
    }
    return keys;
  }

  /** Any key, each as likely as the others; null when there is none. */
  randomKey(random: Random): ByteString | null {
    if (this.#size === 0) return null;
    let rank = random.below(this.#size);
    for (const page of this.#pages ?? []) {
      if (page === undefined) continue;
      if (rank >= page.size) {
        rank -= page.size;
        continue;
      }
      for (const map of page.maps) {
        if (map === undefined) continue;
        if (rank < map.size) {
          for (const key of map.keys()) {
            if (rank-- === 0) return key;
          }
        }
        rank -= map.size;
      }
    }
    return null;
  }

  /** One step of SCAN: about `count` keys, and the cursor to go on from (0 = all seen). */
  scan(cursor: number, count: number): { readonly cursor: number; readonly keys: ByteString[] } {
    const keys: ByteString[] = [];
    let slot = Math.floor(cursor / SLOT_STEP);
    let position = cursor % SLOT_STEP;
    for (slot = this.#occupiedFrom(slot); slot < SLOT_COUNT; slot = this.#occupiedFrom(slot + 1)) {
      if (keys.length >= count) return { cursor: slot * SLOT_STEP + position, keys };
      const map = this.#mapOf(slot) as SlotMap;
      if (position === 0 && map.size <= count - keys.length) {
        for (const key of map.keys()) keys.push(key);
        continue;
      }
      const step = this.#scanIndexOf(slot, map).take(position, count - keys.length, (key) => map.has(key));
      for (const key of step.members) keys.push(key);
      if (step.next !== null) return { cursor: slot * SLOT_STEP + step.next, keys };
      this.#scanIndexes?.delete(slot);
      position = 0;
    }
    return { cursor: 0, keys };
  }

  #scanIndexOf(slot: number, map: SlotMap): ScanIndex {
    if (map.size <= CHEAP_TO_SORT) return new ScanIndex(map.keys());
    this.#scanIndexes ??= new Map();
    let index = this.#scanIndexes.get(slot);
    if (index === undefined || index.isWorn(map.size)) {
      index = new ScanIndex(map.keys());
      this.#scanIndexes.set(slot, index);
    }
    return index;
  }

  #mapOf(slot: number): SlotMap | undefined {
    return this.#pages?.[slot >> PAGE_BITS]?.maps[slot & PAGE_MASK];
  }

  /** The first slot from there on that has a key; SLOT_COUNT when there is none. */
  #occupiedFrom(slot: number): number {
    const pages = this.#pages;
    if (pages === null) return SLOT_COUNT;
    while (slot < SLOT_COUNT) {
      const page = pages[slot >> PAGE_BITS];
      if (page === undefined || page.size === 0) {
        slot = ((slot >> PAGE_BITS) + 1) << PAGE_BITS;
        continue;
      }
      const map = page.maps[slot & PAGE_MASK];
      if (map !== undefined && map.size > 0) return slot;
      slot++;
    }
    return SLOT_COUNT;
  }
}
