/** A map from stream IDs to something, in the order of the IDs: the pending entries of groups and consumers. */
import type { StreamId } from './stream-id.js';

/** So many IDs that are gone may lie about before the list is made anew. */
const MIN_STALE = 32;

export class StreamIdMap<T> {
  readonly #items = new Map<StreamId, T>();
  /** In order; may name IDs that are gone. */
  #ids: StreamId[] = [];
  /** What comes before is gone. */
  #head = 0;

  get size(): number {
    return this.#items.size;
  }

  get(id: StreamId): T | undefined {
    return this.#items.get(id);
  }

  has(id: StreamId): boolean {
    return this.#items.has(id);
  }

  set(id: StreamId, item: T): void {
    if (!this.#items.has(id)) this.#addId(id);
    this.#items.set(id, item);
  }

  delete(id: StreamId): boolean {
    if (!this.#items.delete(id)) return false;
    while (this.#head < this.#ids.length && !this.#items.has(this.#ids[this.#head] as StreamId)) this.#head++;
    const stale = this.#ids.length - this.#items.size;
    if (stale > MIN_STALE && stale > this.#items.size) {
      this.#ids = this.#ids.filter((kept) => this.#items.has(kept));
      this.#head = 0;
    }
    return true;
  }

  *ids(): IterableIterator<StreamId> {
    for (const [id] of this.from(0n)) yield id;
  }

  get firstId(): StreamId | undefined {
    for (const [id] of this.from(0n)) return id;
    return undefined;
  }

  get lastId(): StreamId | undefined {
    for (let index = this.#ids.length - 1; index >= this.#head; index--) {
      const id = this.#ids[index] as StreamId;
      if (this.#items.has(id)) return id;
    }
    return undefined;
  }

  /** Items from that ID on. What is changed meanwhile must not be new; what was given already may be deleted. */
  *from(start: StreamId): IterableIterator<[StreamId, T]> {
    let ids = this.#ids;
    for (let index = this.#indexFrom(start); index < ids.length; index++) {
      const id = ids[index] as StreamId;
      const item = this.#items.get(id);
      if (item !== undefined) yield [id, item];
      if (ids !== this.#ids) {
        ids = this.#ids;
        index = this.#indexFrom(id + 1n) - 1;
      }
    }
  }

  #addId(id: StreamId): void {
    const { length } = this.#ids;
    if (length === 0 || (this.#ids[length - 1] as StreamId) < id) {
      this.#ids.push(id);
      return;
    }
    const index = this.#indexFrom(id, 0);
    if (this.#ids[index] !== id) this.#ids.splice(index, 0, id);
    if (index < this.#head) this.#head = index;
  }

  /** Index of the first ID that is not smaller. */
  #indexFrom(id: StreamId, first: number = this.#head): number {
    let low = first;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as StreamId) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
