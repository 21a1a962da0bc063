/**
 * Members in the order of their scores, and of their bytes where scores are equal: a B+ tree whose inner nodes count
 * what is below them, so that a place is found by rank as fast as by score. It has the part of the skip list of Redis
 * (t_zset.c) but needs no randomness, and a small one is a single sorted array.
 */

/** Never changed: a new score is a new entry. */
export interface RankedEntry {
  readonly member: string;
  readonly score: number;
}

/** Must be false for all entries up to some place and true from there on. */
export type EntryTest = (entry: RankedEntry) => boolean;

interface Leaf {
  readonly isLeaf: true;
  readonly items: RankedEntry[];
}

interface Inner {
  readonly isLeaf: false;
  readonly items: TreeNode[];
  /** By child: not after anything in it, and after everything in the child before. The first one is not looked at. */
  readonly bounds: RankedEntry[];
  /** Entries below. */
  size: number;
}

type TreeNode = Leaf | Inner;

/** A node with more items is cut in two. */
const MAX_LEAF = 128;
const MAX_INNER = 64;
/** A node with fewer items joins a neighbour that has room. */
const MIN_LEAF = 32;
const MIN_INNER = 16;

export class RankedTree {
  #root: TreeNode = { isLeaf: true, items: [] };

  get size(): number {
    return sizeOf(this.#root);
  }

  /** The member must not be there yet. */
  insert(entry: RankedEntry): void {
    const split = insertInto(this.#root, entry);
    if (split === null) return;
    const items = [this.#root, split.node];
    this.#root = { isLeaf: false, items, bounds: [split.bound, split.bound], size: items.reduce(addSize, 0) };
  }

  /** @returns false when there is no such entry. */
  remove(score: number, member: string): boolean {
    if (!removeFrom(this.#root, score, member)) return false;
    while (!this.#root.isLeaf && this.#root.items.length === 1) this.#root = this.#root.items[0]!;
    return true;
  }

  /** How many entries come before that place. */
  rankOf(score: number, member: string): number {
    let node = this.#root;
    let rank = 0;
    while (!node.isLeaf) {
      const index = childFor(node, score, member);
      for (let before = 0; before < index; before++) rank += sizeOf(node.items[before]!);
      node = node.items[index]!;
    }
    return rank + placeIn(node.items, score, member);
  }

  /** How many entries come before the first one that passes. */
  rankOfFirst(passes: EntryTest): number {
    let node = this.#root;
    let rank = 0;
    while (!node.isLeaf) {
      const index = firstPassing(node.bounds, 1, passes) - 1;
      for (let before = 0; before < index; before++) rank += sizeOf(node.items[before]!);
      node = node.items[index]!;
    }
    return rank + firstPassing(node.items, 0, passes);
  }

  /** @param rank 0 .. size-1. */
  at(rank: number): RankedEntry {
    let node = this.#root;
    let rest = rank;
    while (!node.isLeaf) {
      let index = 0;
      for (let size = sizeOf(node.items[0]!); rest >= size; size = sizeOf(node.items[index]!)) {
        rest -= size;
        index++;
      }
      node = node.items[index]!;
    }
    return node.items[rest]!;
  }

  /** The entries from rank `start` up to, not including, `end`. */
  slice(start: number, end: number): RankedEntry[] {
    if (this.#root.isLeaf) return this.#root.items.slice(start, end);
    const found: RankedEntry[] = [];
    collect(this.#root, start, end, found);
    return found;
  }

  /** All entries; the tree must not change meanwhile. */
  *entries(): IterableIterator<RankedEntry> {
    yield* entriesOf(this.#root);
  }
}

function sizeOf(node: TreeNode): number {
  return node.isLeaf ? node.items.length : node.size;
}

function addSize(sum: number, node: TreeNode): number {
  return sum + sizeOf(node);
}

function isBefore(entry: RankedEntry, score: number, member: string): boolean {
  return entry.score < score || (entry.score === score && entry.member < member);
}

/** Position of the first entry that is not before that place. */
function placeIn(entries: readonly RankedEntry[], score: number, member: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(entries[middle]!, score, member)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstPassing(entries: readonly RankedEntry[], from: number, passes: EntryTest): number {
  let low = from;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(entries[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The child where that place is: the last one whose bound is not after it. */
function childFor({ bounds }: Inner, score: number, member: string): number {
  let low = 1;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const bound = bounds[middle]!;
    if (bound.score < score || (bound.score === score && bound.member <= member)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @returns the second half and its bound when the node had to be cut. */
function insertInto(node: TreeNode, entry: RankedEntry): { node: TreeNode; bound: RankedEntry } | null {
  if (node.isLeaf) {
    const { items } = node;
    items.splice(placeIn(items, entry.score, entry.member), 0, entry);
    if (items.length <= MAX_LEAF) return null;
    const second = items.splice(items.length >> 1);
    return { node: { isLeaf: true, items: second }, bound: second[0]! };
  }
  node.size++;
  const index = childFor(node, entry.score, entry.member);
  const split = insertInto(node.items[index]!, entry);
  if (split === null) return null;
  node.items.splice(index + 1, 0, split.node);
  node.bounds.splice(index + 1, 0, split.bound);
  if (node.items.length <= MAX_INNER) return null;
  const half = node.items.length >> 1;
  const items = node.items.splice(half);
  const bounds = node.bounds.splice(half);
  const size = items.reduce(addSize, 0);
  node.size -= size;
  return { node: { isLeaf: false, items, bounds, size }, bound: bounds[0]! };
}

function removeFrom(node: TreeNode, score: number, member: string): boolean {
  if (node.isLeaf) {
    const place = placeIn(node.items, score, member);
    const entry = node.items[place];
    if (entry === undefined || entry.score !== score || entry.member !== member) return false;
    node.items.splice(place, 1);
    return true;
  }
  const index = childFor(node, score, member);
  const child = node.items[index]!;
  if (!removeFrom(child, score, member)) return false;
  node.size--;
  if (child.items.length < (child.isLeaf ? MIN_LEAF : MIN_INNER)) joinNeighbour(node, index);
  return true;
}

function joinNeighbour(parent: Inner, index: number): void {
  const first = index > 0 ? index - 1 : index;
  const left = parent.items[first]!;
  const right = parent.items[first + 1];
  if (right === undefined) return;
  if (left.isLeaf) {
    const { items } = right as Leaf;
    if (left.items.length + items.length > MAX_LEAF - MIN_LEAF) return;
    left.items.push(...items);
  } else {
    const { items, bounds, size } = right as Inner;
    if (left.items.length + items.length > MAX_INNER - MIN_INNER) return;
    bounds[0] = parent.bounds[first + 1]!;
    left.items.push(...items);
    left.bounds.push(...bounds);
    left.size += size;
  }
  parent.items.splice(first + 1, 1);
  parent.bounds.splice(first + 1, 1);
}

function collect(node: TreeNode, start: number, end: number, found: RankedEntry[]): void {
  if (node.isLeaf) {
    const last = Math.min(end, node.items.length);
    for (let index = Math.max(start, 0); index < last; index++) found.push(node.items[index]!);
    return;
  }
  let before = 0;
  for (const child of node.items) {
    if (before >= end) return;
    const size = sizeOf(child);
    if (before + size > start) collect(child, start - before, end - before, found);
    before += size;
  }
}

function* entriesOf(node: TreeNode): IterableIterator<RankedEntry> {
  if (node.isLeaf) yield* node.items;
  else for (const child of node.items) yield* entriesOf(child);
}
