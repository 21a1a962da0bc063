/** The entries of a stream: nodes in order, each with a part of the entries. What no node can tell is in keyspace/values/stream-value.ts. */
import { Deque } from './deque.js';
import type { StreamId } from './stream-id.js';
import { type StreamEntry, StreamNode } from './stream-node.js';

/** stream-node-max-bytes and stream-node-max-entries; 0 = no limit. */
export interface StreamLimits {
  readonly nodeMaxBytes: number;
  readonly nodeMaxEntries: number;
}

export type TrimTarget =
  | { readonly strategy: 'maxlen'; readonly length: bigint | number }
  | { readonly strategy: 'minid'; readonly id: StreamId };

/** STREAM_LISTPACK_MAX_SIZE */
const MAX_NODE_BYTES = 2 ** 30;

export class StreamEntries {
  readonly nodes: Deque<StreamNode>;
  /** Entries that are not deleted. */
  length: number;
  /** Size of all nodes. */
  #bytes = 0;

  constructor(nodes: readonly StreamNode[] = [], length = 0) {
    this.nodes = new Deque(nodes);
    this.length = length;
    for (const node of nodes) this.#bytes += node.bytes;
  }

  /** Bytes that the listpacks of all nodes take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param id has to be greater than that of any entry. */
  append(id: StreamId, fields: readonly string[], values: readonly string[], limits: StreamLimits): void {
    let node = this.nodes.length === 0 ? null : this.nodes.at(this.nodes.length - 1);
    if (node !== null && isFull(node, fields, values, limits)) node = null;
    if (node === null) {
      node = new StreamNode(id, fields);
      this.nodes.pushTail(node);
      this.#bytes += node.bytes;
    }
    const { bytes } = node;
    node.append(id, fields, values);
    this.#bytes += node.bytes - bytes;
    this.length++;
  }

  /** The entry, unless it is deleted. */
  get(id: StreamId): StreamEntry | undefined {
    const nodeIndex = this.#nodeIndexOf(id);
    if (nodeIndex < 0) return undefined;
    const node = this.nodes.at(nodeIndex);
    const entry = node.entries[node.indexFrom(id)];
    return entry !== undefined && entry.id === id && !entry.isDeleted ? entry : undefined;
  }

  delete(id: StreamId): boolean {
    const entry = this.get(id);
    if (entry === undefined) return false;
    const nodeIndex = this.#nodeIndexOf(id);
    const node = this.nodes.at(nodeIndex);
    this.#bytes -= node.bytes;
    if (node.live === 1) {
      this.nodes.removeRange(nodeIndex, 1);
    } else {
      node.markDeleted(entry);
      this.#bytes += node.bytes;
    }
    this.length--;
    return true;
  }

  /** Entries from `start` to `end`, both included, without the deleted ones. */
  *range(start: StreamId, end: StreamId): IterableIterator<StreamEntry> {
    for (let index = Math.max(0, this.#nodeIndexOf(start)); index < this.nodes.length; index++) {
      const { entries } = this.nodes.at(index);
      for (let at = this.nodes.at(index).indexFrom(start); at < entries.length; at++) {
        const entry = entries[at] as StreamEntry;
        if (entry.id > end) return;
        if (!entry.isDeleted) yield entry;
      }
    }
  }

  /** As `range`, from `end` down to `start`. */
  *reverseRange(start: StreamId, end: StreamId): IterableIterator<StreamEntry> {
    for (let index = this.#nodeIndexOf(end); index >= 0; index--) {
      const node = this.nodes.at(index);
      for (let at = node.indexFrom(end + 1n) - 1; at >= 0; at--) {
        const entry = node.entries[at] as StreamEntry;
        if (entry.id < start) return;
        if (!entry.isDeleted) yield entry;
      }
    }
  }

  /** Trims from the head (streamTrim). @param limit how many at most, 0 = any number. @returns how many went. */
  trim(target: TrimTarget, isApproximate: boolean, limit: bigint | number): number {
    let trimmed = 0;
    let wholeNodes = 0;
    while (wholeNodes < this.nodes.length) {
      if (target.strategy === 'maxlen' && this.length <= target.length) break;
      const node = this.nodes.at(wholeNodes);
      if (limit > 0 && trimmed + node.live > limit) break;
      if (!isBehind(node, target, this.length)) {
        this.#bytes -= node.bytes;
        if (!isApproximate) trimmed += this.#trimWithin(node, target);
        this.#bytes += node.bytes;
        break;
      }
      this.length -= node.live;
      this.#bytes -= node.bytes;
      trimmed += node.live;
      wholeNodes++;
    }
    this.nodes.removeRange(0, wholeNodes);
    return trimmed;
  }

  copy(): StreamEntries {
    return new StreamEntries(
      this.nodes.toArray().map((node) => node.copy()),
      this.length,
    );
  }

  #trimWithin(node: StreamNode, target: TrimTarget): number {
    let trimmed = 0;
    for (const entry of node.entries) {
      if (target.strategy === 'maxlen' ? this.length <= target.length : entry.id >= target.id) break;
      if (entry.isDeleted) continue;
      node.markDeleted(entry);
      this.length--;
      trimmed++;
    }
    return trimmed;
  }

  /** Index of the node that would hold the ID; -1 when it is before all of them. */
  #nodeIndexOf(id: StreamId): number {
    let low = 0;
    let high = this.nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.nodes.at(middle).masterId <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function isFull(
  node: StreamNode,
  fields: readonly string[],
  values: readonly string[],
  { nodeMaxBytes, nodeMaxEntries }: StreamLimits,
): boolean {
  let bytes = node.bytes;
  for (const field of fields) bytes += field.length;
  for (const value of values) bytes += value.length;
  const maxBytes = nodeMaxBytes === 0 || nodeMaxBytes > MAX_NODE_BYTES ? MAX_NODE_BYTES : nodeMaxBytes;
  return bytes >= maxBytes || (nodeMaxEntries > 0 && node.live + node.deleted >= nodeMaxEntries);
}

/** All of the node is to be trimmed. */
function isBehind(node: StreamNode, target: TrimTarget, length: number): boolean {
  if (target.strategy === 'maxlen') return length - node.live >= target.length;
  return (node.entries.at(-1)?.id ?? 0n) < target.id;
}
