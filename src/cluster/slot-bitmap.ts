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

  /** The ranges of slots that are in this set and not in the other. */
  rangesWithout(other: SlotSet): SlotRanges {
    return rangesOf(this.bytes.map((byte, index) => byte & ~(other.bytes[index] ?? 0)));
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

  /** Adds slots none of which is there. */
  addRange(first: number, last: number): void {
    this.#own();
    setBits(this.#bytes, first, last, true);
    this.#count += last - first + 1;
  }

  /** Removes slots all of which are there. */
  removeRange(first: number, last: number): void {
    this.#own();
    setBits(this.#bytes, first, last, false);
    this.#count -= last - first + 1;
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

/** Whole bytes at once: a master has thousands of slots. */
function setBits(bytes: Uint8Array, first: number, last: number, present: boolean): void {
  const firstByte = first >> 3;
  const lastByte = last >> 3;
  const fromFirst = (0xff << (first & 7)) & 0xff;
  const upToLast = 0xff >> (7 - (last & 7));
  if (firstByte === lastByte) {
    setMask(bytes, firstByte, fromFirst & upToLast, present);
    return;
  }
  setMask(bytes, firstByte, fromFirst, present);
  bytes.fill(present ? 0xff : 0, firstByte + 1, lastByte);
  setMask(bytes, lastByte, upToLast, present);
}

function setMask(bytes: Uint8Array, index: number, mask: number, present: boolean): void {
  const byte = bytes[index] ?? 0;
  bytes[index] = present ? byte | mask : byte & ~mask;
}

/** One slot after the other. The ranges stay as they are, whatever happens to the set they came from. */
export function* slotsIn(ranges: SlotRanges): IterableIterator<number> {
  for (const [start, end] of ranges) {
    for (let slot = start; slot <= end; slot++) yield slot;
  }
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (let byte of bytes) {
    if (byte === 0xff) count += 8;
    else for (; byte !== 0; byte &= byte - 1) count++;
  }
  return count;
}

function rangesOf(bytes: Uint8Array): SlotRanges {
  const ranges: [number, number][] = [];
  let start = -1;
  for (let slot = 0; slot <= SLOT_COUNT; slot++) {
    const byte = slot === SLOT_COUNT ? 0 : (bytes[slot >> 3] ?? 0);
    // Whole bytes in which nothing begins or ends.
    if (byte === (start === -1 ? 0 : 0xff)) {
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
