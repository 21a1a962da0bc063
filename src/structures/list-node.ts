/** One node of a list: elements in order, and the size of the listpack that Redis would hold them in. */
import { Deque } from './deque.js';
import { LISTPACK_FRAME_BYTES, listpackEntryBytes } from './listpack-size.js';

export class ListNode {
  readonly #elements: Deque<string>;
  #bytes: number;

  constructor(elements: readonly string[] = [], bytes: number = LISTPACK_FRAME_BYTES) {
    this.#elements = new Deque(elements);
    this.#bytes = bytes;
  }

  static of(elements: readonly string[]): ListNode {
    let bytes = LISTPACK_FRAME_BYTES;
    for (const element of elements) bytes += listpackEntryBytes(element);
    return new ListNode(elements, bytes);
  }

  get count(): number {
    return this.#elements.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  at(offset: number): string {
    return this.#elements.at(offset);
  }

  set(offset: number, element: string): void {
    this.#bytes += listpackEntryBytes(element) - listpackEntryBytes(this.#elements.at(offset));
    this.#elements.set(offset, element);
  }

  /** @returns the bytes that the element takes. */
  pushHead(element: string): number {
    const bytes = listpackEntryBytes(element);
    this.#bytes += bytes;
    this.#elements.pushHead(element);
    return bytes;
  }

  /** @returns the bytes that the element takes. */
  pushTail(element: string): number {
    const bytes = listpackEntryBytes(element);
    this.#bytes += bytes;
    this.#elements.pushTail(element);
    return bytes;
  }

  popHead(): string {
    const element = this.#elements.popHead();
    this.#bytes -= listpackEntryBytes(element);
    return element;
  }

  popTail(): string {
    const element = this.#elements.popTail();
    this.#bytes -= listpackEntryBytes(element);
    return element;
  }

  insert(offset: number, element: string): void {
    this.#bytes += listpackEntryBytes(element);
    this.#elements.insert(offset, element);
  }

  /** @returns the bytes that the elements took. */
  removeRange(offset: number, count: number): number {
    let bytes = 0;
    for (let index = offset; index < offset + count; index++) {
      bytes += listpackEntryBytes(this.#elements.at(index));
    }
    this.#bytes -= bytes;
    this.#elements.removeRange(offset, count);
    return bytes;
  }

  /** @returns -1 when the element is not here. */
  indexOf(element: string): number {
    const { length } = this.#elements;
    for (let offset = 0; offset < length; offset++) {
      if (this.#elements.at(offset) === element) return offset;
    }
    return -1;
  }

  /** Removes up to `limit` elements equal to this one, in one pass. @returns how many. */
  remove(element: string, limit: number, fromTail: boolean): number {
    const { length } = this.#elements;
    let removed = 0;
    for (let step = 0; step < length; step++) {
      const offset = fromTail ? length - 1 - step : step;
      const found = this.#elements.at(offset);
      if (removed < limit && found === element) removed++;
      else if (removed > 0) this.#elements.set(fromTail ? offset + removed : offset - removed, found);
    }
    if (removed === 0) return 0;
    this.#elements.removeRange(fromTail ? 0 : length - removed, removed);
    this.#bytes -= removed * listpackEntryBytes(element);
    return removed;
  }

  /** Keeps what is before the offset. @returns a node of the rest. */
  splitAt(offset: number): ListNode {
    const { length } = this.#elements;
    const node = ListNode.of(this.#elements.slice(offset, length - offset));
    this.#elements.removeRange(offset, length - offset);
    this.#bytes -= node.#bytes - LISTPACK_FRAME_BYTES;
    return node;
  }

  append(other: ListNode): void {
    for (let offset = 0; offset < other.count; offset++) this.#elements.pushTail(other.at(offset));
    this.#bytes += other.#bytes - LISTPACK_FRAME_BYTES;
  }

  slice(offset: number, count: number): string[] {
    return this.#elements.slice(offset, count);
  }

  toArray(): string[] {
    return this.#elements.toArray();
  }

  copy(): ListNode {
    return new ListNode(this.toArray(), this.#bytes);
  }
}
