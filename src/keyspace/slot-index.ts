/**
 * The keys of a database by hash slot: what CLUSTER COUNTKEYSINSLOT and GETKEYSINSLOT, slot migration, SCAN and RANDOMKEY
 * go by. Slots are found through pages that come to be with their first key, so a small database holds no array of 16384.
 */
import { SLOT_COUNT } from '../../fixtures/key-slot.js';
import type { ByteString } from '../resp/byte-string.js';
import { ScanIndex } from '../structures/scan-index.js';
import type { Random } from '../time/random.js';
import { slotOfKey } from './slot-of-key.js';

const PAGE_BITS = 7;
const SLOTS_IN_PAGE = 1 << PAGE_BITS;
const PAGE_MASK = SLOTS_IN_PAGE - 1;
const PAGE_COUNT = SLOT_COUNT / SLOTS_IN_PAGE;

/** A SCAN cursor is slot * 2^32 + position within the slot. */
const SLOT_STEP = 0x1_0000_0000;

/** Slots up to this size are sorted anew for each step of SCAN that ends within them. */
const CHEAP_TO_SORT = 256;

type SlotKeys = Set<ByteString>;

interface Page {
  readonly slots: (SlotKeys | undefined)[];
  /** Keys in all its slots. */
  size: number;
}

export class SlotIndex {
  readonly #pages = new Array<Page | undefined>(PAGE_COUNT).fill(undefined);
  #size = 0;
  /** Of big slots that a SCAN is walking through. */
  #scanIndexes: Map<number, ScanIndex> | null = null;

  constructor(keys: Iterable<ByteString>) {
    for (const key of keys) this.add(key);
  }

  /** The key is new. */
  add(key: ByteString): void {
    const slot = slotOfKey(key);
    let page = this.#pages[slot >> PAGE_BITS];
    if (page === undefined) {
      page = { slots: new Array<SlotKeys | undefined>(SLOTS_IN_PAGE).fill(undefined), size: 0 };
      this.#pages[slot >> PAGE_BITS] = page;
    }
    const keys = page.slots[slot & PAGE_MASK];
    if (keys === undefined) page.slots[slot & PAGE_MASK] = new Set([key]);
    else keys.add(key);
    page.size++;
    this.#size++;
    if (this.#scanIndexes !== null) this.#scanIndexes.get(slot)?.add(key);
  }

  /** The key is gone. */
  delete(key: ByteString): void {
    const slot = slotOfKey(key);
    const page = this.#pages[slot >> PAGE_BITS];
    if (page === undefined || page.slots[slot & PAGE_MASK]?.delete(key) !== true) return;
    page.size--;
    this.#size--;
  }

  countInSlot(slot: number): number {
    return this.#keysOf(slot)?.size ?? 0;
  }

  /** Up to `count` keys of the slot, oldest first. */
  keysInSlot(slot: number, count: number): ByteString[] {
    const keys: ByteString[] = [];
    if (count <= 0) return keys;
    for (const key of this.#keysOf(slot) ?? []) {
      keys.push(key);
      if (keys.length >= count) break;
    }
    return keys;
  }

  /** Any key, each as likely as the others; null when there is none. */
  randomKey(random: Random): ByteString | null {
    if (this.#size === 0) return null;
    let rank = random.below(this.#size);
    for (const page of this.#pages) {
      if (page === undefined) continue;
      if (rank >= page.size) {
        rank -= page.size;
        continue;
      }
      for (const keys of page.slots) {
        if (keys === undefined) continue;
        if (rank < keys.size) {
          for (const key of keys) {
            if (rank-- === 0) return key;
          }
        }
        rank -= keys.size;
      }
    }
    return null;
  }

  /** One step of SCAN: about `count` keys, and the cursor to go on from (0 = all seen). */
  scan(cursor: number, count: number): { readonly cursor: number; readonly keys: ByteString[] } {
    const found: ByteString[] = [];
    let slot = Math.floor(cursor / SLOT_STEP);
    let position = cursor % SLOT_STEP;
    for (slot = this.#occupiedFrom(slot); slot < SLOT_COUNT; slot = this.#occupiedFrom(slot + 1)) {
      if (found.length >= count) return { cursor: slot * SLOT_STEP + position, keys: found };
      const keys = this.#keysOf(slot) as SlotKeys;
      if (position === 0 && keys.size <= count - found.length) {
        for (const key of keys) found.push(key);
        continue;
      }
      const step = this.#scanIndexOf(slot, keys).take(position, count - found.length, (key) => keys.has(key));
      for (const key of step.members) found.push(key);
      if (step.next !== null) return { cursor: slot * SLOT_STEP + step.next, keys: found };
      this.#scanIndexes?.delete(slot);
      position = 0;
    }
    return { cursor: 0, keys: found };
  }

  #scanIndexOf(slot: number, keys: SlotKeys): ScanIndex {
    if (keys.size <= CHEAP_TO_SORT) return new ScanIndex(keys);
    this.#scanIndexes ??= new Map();
    let index = this.#scanIndexes.get(slot);
    if (index === undefined || index.isWorn(keys.size)) {
      index = new ScanIndex(keys);
      this.#scanIndexes.set(slot, index);
    }
    return index;
  }

  #keysOf(slot: number): SlotKeys | undefined {
    return this.#pages[slot >> PAGE_BITS]?.slots[slot & PAGE_MASK];
  }

  /** The first slot from there on that has a key; SLOT_COUNT when there is none. */
  #occupiedFrom(slot: number): number {
    while (slot < SLOT_COUNT) {
      const page = this.#pages[slot >> PAGE_BITS];
      if (page === undefined || page.size === 0) {
        slot = ((slot >> PAGE_BITS) + 1) << PAGE_BITS;
        continue;
      }
      const keys = page.slots[slot & PAGE_MASK];
      if (keys !== undefined && keys.size > 0) return slot;
      slot++;
    }
    return SLOT_COUNT;
  }
}
