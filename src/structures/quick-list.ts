/**
 * A list cut into nodes as Redis cuts it (quicklist.c): which element shares a node with which decides the encoding of
 * small lists and the bytes of DUMP. Both ends are O(1), an index costs the nodes before it.
 */
import { Deque } from './deque.js';
import { ListNode } from './list-node.js';
import { LISTPACK_FRAME_BYTES, listpackEntryBytes } from './listpack-size.js';
import { exceedsNodeLimit } from './node-limit.js';

/** What Redis adds to the length of an element when it asks whether a node has room. */
const ENTRY_OVERHEAD = 8;

export interface QuickListOptions {
  /** list-max-listpack-size; null: one node that takes everything. */
  readonly fill: number | null;
  /** Bytes that Redis thinks it saves by merging two nodes: 11 in 7.0, 7 since. */
  readonly mergeSaving: number;
}

interface Position {
  readonly nodeIndex: number;
  readonly offset: number;
}

export class QuickList {
  readonly #nodes = new Deque<ListNode>();
  readonly #mergeSaving: number;
  #fill: number | null;
  #size = 0;
  /** What the elements take in the listpacks of all nodes. */
  #elementBytes = 0;

  constructor({ fill, mergeSaving }: QuickListOptions) {
    this.#fill = fill;
    this.#mergeSaving = mergeSaving;
  }

  get size(): number {
    return this.#size;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  get fill(): number | null {
    return this.#fill;
  }

  /** What the elements take in listpacks, the frames of these apart. */
  get elementBytes(): number {
    return this.#elementBytes;
  }

  /** Holds for what is inserted from now on. */
  set fill(fill: number | null) {
    this.#fill = fill;
  }

  node(index: number): ListNode {
    return this.#nodes.at(index);
  }

  /** Adds a node as it is, however full. */
  appendNode(elements: readonly string[]): void {
    const node = ListNode.of(elements);
    this.#nodes.pushTail(node);
    this.#elementBytes += node.bytes - LISTPACK_FRAME_BYTES;
    this.#size += elements.length;
  }

  pushHead(element: string): void {
    const { length } = this.#nodes;
    if (length === 0 || !this.#hasRoom(this.#nodes.at(0), element)) this.#nodes.pushHead(new ListNode());
    this.#elementBytes += this.#nodes.at(0).pushHead(element);
    this.#size++;
  }

  pushTail(element: string): void {
    const { length } = this.#nodes;
    if (length === 0 || !this.#hasRoom(this.#nodes.at(length - 1), element))
      this.#nodes.pushTail(new ListNode());
    this.#elementBytes += this.#nodes.at(this.#nodes.length - 1).pushTail(element);
    this.#size++;
  }

  /** Must not be empty. */
  popHead(): string {
    const node = this.#nodes.at(0);
    const { bytes } = node;
    const element = node.popHead();
    this.#elementBytes -= bytes - node.bytes;
    if (node.count === 0) this.#nodes.popHead();
    this.#size--;
    return element;
  }

  /** Must not be empty. */
  popTail(): string {
    const node = this.#nodes.at(this.#nodes.length - 1);
    const { bytes } = node;
    const element = node.popTail();
    this.#elementBytes -= bytes - node.bytes;
    if (node.count === 0) this.#nodes.popTail();
    this.#size--;
    return element;
  }

  /** @param index 0 .. size-1. */
  at(index: number): string {
    const { nodeIndex, offset } = this.#locate(index);
    return this.#nodes.at(nodeIndex).at(offset);
  }

  /** @param index 0 .. size-1. */
  set(index: number, element: string): void {
    const { nodeIndex, offset } = this.#locate(index);
    const node = this.#nodes.at(nodeIndex);
    const { bytes } = node;
    node.set(offset, element);
    this.#elementBytes += node.bytes - bytes;
  }

  /** `count` elements from `start` on; both have to be inside. */
  slice(start: number, count: number): string[] {
    if (count === 0) return [];
    let { nodeIndex, offset } = this.#locate(start);
    const runs: string[][] = [];
    for (let left = count; left > 0; nodeIndex++) {
      const node = this.#nodes.at(nodeIndex);
      const taken = Math.min(left, node.count - offset);
      runs.push(node.slice(offset, taken));
      left -= taken;
      offset = 0;
    }
    return runs.length === 1 ? (runs[0] as string[]) : runs.flat();
  }

  /** Removes `count` elements from `start` on; nodes that are left are not merged. */
  removeRange(start: number, count: number): void {
    if (count === 0) return;
    let { nodeIndex, offset } = this.#locate(start);
    this.#size -= count;
    let left = count;
    if (offset > 0) {
      const node = this.#nodes.at(nodeIndex++);
      const removed = Math.min(left, node.count - offset);
      this.#elementBytes -= node.removeRange(offset, removed);
      left -= removed;
      offset = 0;
    }
    let whole = 0;
    while (left > 0 && left >= this.#nodes.at(nodeIndex + whole).count) {
      const node = this.#nodes.at(nodeIndex + whole);
      left -= node.count;
      this.#elementBytes -= node.bytes - LISTPACK_FRAME_BYTES;
      whole++;
    }
    if (whole > 0) this.#nodes.removeRange(nodeIndex, whole);
    if (left > 0) this.#elementBytes -= this.#nodes.at(nodeIndex).removeRange(0, left);
  }

  /** Calls for each element from the head, or from the tail, until `visit` returns false. */
  scan(fromTail: boolean, visit: (element: string) => boolean): void {
    const { length } = this.#nodes;
    for (let walked = 0; walked < length; walked++) {
      const node = this.#nodes.at(fromTail ? length - 1 - walked : walked);
      const { count } = node;
      for (let step = 0; step < count; step++) {
        if (!visit(node.at(fromTail ? count - 1 - step : step))) return;
      }
    }
  }

  /** Removes up to `limit` elements that are equal to this one. @returns how many. */
  remove(element: string, limit: number, fromTail: boolean): number {
    let removed = 0;
    let emptied = false;
    const { length } = this.#nodes;
    for (let walked = 0; walked < length && removed < limit; walked++) {
      const node = this.#nodes.at(fromTail ? length - 1 - walked : walked);
      removed += node.remove(element, limit - removed, fromTail);
      emptied ||= node.count === 0;
    }
    this.#size -= removed;
    this.#elementBytes -= removed * listpackEntryBytes(element);
    if (emptied) this.#dropEmptyNodes();
    return removed;
  }

  /** Inserts beside the first element equal to `pivot`. @returns false when there is none. */
  insertBeside(pivot: string, element: string, after: boolean): boolean {
    for (let nodeIndex = 0; nodeIndex < this.#nodes.length; nodeIndex++) {
      const offset = this.#nodes.at(nodeIndex).indexOf(pivot);
      if (offset < 0) continue;
      this.#insertAt(nodeIndex, offset, element, after);
      this.#elementBytes += listpackEntryBytes(element);
      this.#size++;
      return true;
    }
    return false;
  }

  copy(): QuickList {
    const copied = new QuickList({ fill: this.#fill, mergeSaving: this.#mergeSaving });
    for (let index = 0; index < this.#nodes.length; index++) {
      copied.#nodes.pushTail(this.#nodes.at(index).copy());
    }
    copied.#size = this.#size;
    copied.#elementBytes = this.#elementBytes;
    return copied;
  }

  #insertAt(nodeIndex: number, offset: number, element: string, after: boolean): void {
    const nodes = this.#nodes;
    const node = nodes.at(nodeIndex);
    if (this.#hasRoom(node, element)) {
      node.insert(after ? offset + 1 : offset, element);
      return;
    }
    const isAtEdge = after ? offset === node.count - 1 : offset === 0;
    if (!isAtEdge) {
      const behind = node.splitAt(after ? offset + 1 : offset);
      nodes.insert(nodeIndex + 1, behind);
      // The part that does not hold the pivot takes the element; merging starts from the other one.
      if (after) behind.pushHead(element);
      else node.pushTail(element);
      this.#mergeAround(after ? nodeIndex : nodeIndex + 1);
      return;
    }
    const neighbour = nodeIndex + (after ? 1 : -1);
    if (neighbour < 0 || neighbour >= nodes.length || !this.#hasRoom(nodes.at(neighbour), element)) {
      nodes.insert(after ? nodeIndex + 1 : nodeIndex, ListNode.of([element]));
    } else if (after) {
      nodes.at(neighbour).pushHead(element);
    } else {
      nodes.at(neighbour).pushTail(element);
    }
  }

  /** After a split: the two before, the two behind, then the node with its neighbours. */
  #mergeAround(center: number): void {
    let at = center;
    if (this.#merge(at - 2)) at--;
    this.#merge(at + 1);
    if (this.#merge(at - 1)) at--;
    this.#merge(at);
  }

  /** Joins a node with the one behind it when both fit into one. */
  #merge(nodeIndex: number): boolean {
    if (nodeIndex < 0 || nodeIndex + 1 >= this.#nodes.length) return false;
    const node = this.#nodes.at(nodeIndex);
    const next = this.#nodes.at(nodeIndex + 1);
    if (this.#fill !== null) {
      const bytes = node.bytes + next.bytes - this.#mergeSaving;
      if (exceedsNodeLimit(this.#fill, bytes, node.count + next.count)) return false;
    }
    node.append(next);
    this.#nodes.removeRange(nodeIndex + 1, 1);
    return true;
  }

  #hasRoom(node: ListNode, element: string): boolean {
    if (this.#fill === null) return true;
    return !exceedsNodeLimit(this.#fill, node.bytes + element.length + ENTRY_OVERHEAD, node.count + 1);
  }

  #locate(index: number): Position {
    const nodes = this.#nodes;
    if (index * 2 < this.#size) {
      let nodeIndex = 0;
      let offset = index;
      for (; offset >= nodes.at(nodeIndex).count; nodeIndex++) offset -= nodes.at(nodeIndex).count;
      return { nodeIndex, offset };
    }
    let nodeIndex = nodes.length - 1;
    let first = this.#size - nodes.at(nodeIndex).count;
    for (; first > index; nodeIndex--) first -= nodes.at(nodeIndex - 1).count;
    return { nodeIndex, offset: index - first };
  }

  #dropEmptyNodes(): void {
    const kept = this.#nodes.toArray().filter((node) => node.count > 0);
    this.#nodes.removeRange(0, this.#nodes.length);
    for (const node of kept) this.#nodes.pushTail(node);
  }
}
