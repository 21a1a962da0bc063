/** A set of hash slots as the bus carries it (2048 bytes, LSB first), copy on write: a thousand nodes that agree share one bitmap. */
import { SLOT_BITMAP_BYTES, SLOT_COUNT } from './constants.js';

const NO_SLOTS = new Uint8Array(SLOT_BITMAP_BYTES);

/** Inclusive slot ranges, ascending and merged. */
export type SlotRanges = readonly (readonly [start: number, end: number])[];

/** An immutable set of slots. Messages carry these. */
export class SlotSet {
  static readonly EMPTY = new SlotSet(NO_SLOTS, 0);
  /** Never written to after construction. */
  readonly bytes: Uint8Array;
  readonly count: number;
  #ranges: SlotRanges | null = null;

  constructor(bytes: Uint8Array, count = countBits(bytes)) {
    this.bytes = bytes;
    this.count = count;
  }

  has(slot: number): boolean {
    return ((this.bytes[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0;
  }

  equals(other: SlotSet): boolean {
    if (this.bytes === other.bytes) return true;
    return this.count === other.count && Buffer.compare(this.bytes, other.bytes) === 0;
  }

  /** The slots as merged inclusive ranges; computed once. */
  get ranges(): SlotRanges {
    this.#ranges ??= rangesOf(this.bytes);
    return this.#ranges;
  }
}

/** A mutable set of slots whose snapshots are free until the next change. */
export class SlotBitmap {
  #set: SlotSet = SlotSet.EMPTY;
  #bytes: Uint8Array = NO_SLOTS;
  #count = 0;
  /** False while #bytes belongs to an immutable set. */
  #owned = false;

  get count(): number {
    return this.#count;
  }

  has(slot: number): boolean {
    return ((this.#bytes[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0;
  }

  /** @returns false when the slot was there already. */
  add(slot: number): boolean {
    if (this.has(slot)) return false;
    this.#own();
    this.#bytes[slot >> 3] = (this.#bytes[slot >> 3] ?? 0) | (1 << (slot & 7));
    this.#count++;
    return true;
  }

  /** @returns false when the slot was not there. */
  remove(slot: number): boolean {
    if (!this.has(slot)) return false;
    this.#own();
    this.#bytes[slot >> 3] = (this.#bytes[slot >> 3] ?? 0) & ~(1 << (slot & 7));
    this.#count--;
    return true;
  }

  /** The current content as an immutable set; the same object until the next change. */
  snapshot(): SlotSet {
    if (this.#owned) {
      this.#set = this.#count === 0 ? SlotSet.EMPTY : new SlotSet(this.#bytes, this.#count);
      this.#bytes = this.#set.bytes;
      this.#owned = false;
    }
    return this.#set;
  }

  /** Shares the memory of an equal set instead of holding a copy of it. Does nothing when the sets differ. */
  shareWith(set: SlotSet): void {
    if (this.#bytes === set.bytes || !this.snapshot().equals(set)) return;
    this.#set = set;
    this.#bytes = set.bytes;
  }

  get ranges(): SlotRanges {
    return this.snapshot().ranges;
  }

  #own(): void {
    if (this.#owned) return;
    this.#bytes = this.#bytes.slice();
    this.#owned = true;
  }
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (let byte of bytes) {
    for (; byte !== 0; byte &= byte - 1) count++;
  }
  return count;
}

function rangesOf(bytes: Uint8Array): SlotRanges {
  const ranges: [number, number][] = [];
  let start = -1;
  for (let slot = 0; slot <= SLOT_COUNT; slot++) {
    const byte = slot === SLOT_COUNT ? 0 : (bytes[slot >> 3] ?? 0);
    if (start === -1 && byte === 0) {
      slot |= 7;
      continue;
    }
    const present = (byte & (1 << (slot & 7))) !== 0;
    if (present && start === -1) start = slot;
    if (!present && start !== -1) {
      ranges.push([start, slot - 1]);
      start = -1;
    }
  }
  return ranges;
}
