/** A double-ended queue with access by index: a ring of slots. Both ends are O(1); in the middle the shorter side moves. */

const FIRST_CAPACITY = 4;

export class Deque<T> {
  /** Its length is a power of two. */
  #slots: (T | undefined)[];
  #head = 0;
  #length = 0;

  constructor(items: readonly T[] = []) {
    let capacity = FIRST_CAPACITY;
    while (capacity < items.length) capacity *= 2;
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
    for (let index = 0; index < items.length; index++) this.#slots[index] = items[index];
    this.#length = items.length;
  }

  get length(): number {
    return this.#length;
  }

  /** @param index 0 .. length-1. */
  at(index: number): T {
    return this.#slots[(this.#head + index) & (this.#slots.length - 1)] as T;
  }

  set(index: number, item: T): void {
    this.#slots[(this.#head + index) & (this.#slots.length - 1)] = item;
  }

  pushTail(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  pushHead(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#length++;
  }

  /** Must not be empty. */
  popTail(): T {
    this.#length--;
    const slot = (this.#head + this.#length) & (this.#slots.length - 1);
    const item = this.#slots[slot] as T;
    this.#slots[slot] = undefined;
    return item;
  }

  /** Must not be empty. */
  popHead(): T {
    const item = this.#slots[this.#head] as T;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return item;
  }

  /** The item gets that index; those from there on move up. */
  insert(index: number, item: T): void {
    if (index * 2 < this.#length) {
      this.pushHead(item);
      for (let moved = 0; moved < index; moved++) this.set(moved, this.at(moved + 1));
    } else {
      this.pushTail(item);
      for (let moved = this.#length - 1; moved > index; moved--) this.set(moved, this.at(moved - 1));
    }
    this.set(index, item);
  }

  removeRange(start: number, count: number): void {
    const behind = this.#length - start - count;
    if (start < behind) {
      for (let index = start - 1; index >= 0; index--) this.set(index + count, this.at(index));
      for (let removed = 0; removed < count; removed++) this.popHead();
    } else {
      for (let index = 0; index < behind; index++) this.set(start + index, this.at(start + count + index));
      for (let removed = 0; removed < count; removed++) this.popTail();
    }
  }

  /** A run of the items, copied in one or two pieces. */
  slice(start: number, count: number): T[] {
    const slots = this.#slots;
    const first = (this.#head + start) & (slots.length - 1);
    const end = first + count;
    if (end <= slots.length) return slots.slice(first, end) as T[];
    return slots.slice(first).concat(slots.slice(0, end - slots.length)) as T[];
  }

  toArray(): T[] {
    return this.slice(0, this.#length);
  }

  #grow(): void {
    const capacity = this.#slots.length * 2;
    const slots = this.toArray() as (T | undefined)[];
    for (let index = slots.length; index < capacity; index++) slots.push(undefined);
    this.#slots = slots;
    this.#head = 0;
  }
}
