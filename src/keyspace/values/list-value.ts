/** A list: elements in order, open at both ends. https://redis.io/docs/latest/develop/data-types/lists/ */
import type { ByteString } from '../../resp/byte-string.js';
import type { ListNode } from '../../structures/list-node.js';
import { LISTPACK_FRAME_BYTES } from '../../structures/listpack-size.js';
import { exceedsNodeLimit, nodeLimit } from '../../structures/node-limit.js';
import { QuickList } from '../../structures/quick-list.js';

/** What decides the encoding of a list. */
export interface ListLimits {
  /** The directive list-max-listpack-size. */
  readonly maxListpackSize: number;
  /** The directive list-compress-depth. */
  readonly compressDepth: number;
  /** Small lists are bare listpacks, as since Redis 7.2; before, every list is a quicklist. */
  readonly hasListpacks: boolean;
}

export type ListEncoding = 'listpack' | 'quicklist';

export type ListEnd = 'left' | 'right';

/** Redis holds the directive in 16 bits, and knows no sizes beyond -5. */
const GREATEST_FILL = 32_767;
const SMALLEST_FILL = -5;
const GREATEST_COMPRESS_DEPTH = 65_535;

export class ListValue {
  readonly type = 'list';
  readonly #list: QuickList;
  #encoding: ListEncoding;
  #compressDepth = 0;

  private constructor(list: QuickList, encoding: ListEncoding) {
    this.#list = list;
    this.#encoding = encoding;
  }

  /** An empty list; the caller puts something in before anybody sees it. */
  static empty(limits: ListLimits): ListValue {
    const { hasListpacks } = limits;
    const list = new QuickList({ fill: null, mergeSaving: hasListpacks ? 7 : 11 });
    const value = new ListValue(list, hasListpacks ? 'listpack' : 'quicklist');
    if (!hasListpacks) value.#becomeQuicklist(limits);
    return value;
  }

  /** An empty quicklist, to be filled node by node or element by element from a dump. */
  static emptyQuicklist(limits: ListLimits): ListValue {
    const value = ListValue.empty(limits);
    value.#becomeQuicklist(limits);
    return value;
  }

  get size(): number {
    return this.#list.size;
  }

  get encoding(): ListEncoding {
    return this.#encoding;
  }

  get nodeCount(): number {
    return this.#list.nodeCount;
  }

  /** What its elements take in listpacks, the frames of these apart. */
  get elementBytes(): number {
    return this.#list.elementBytes;
  }

  /** The limit its nodes are filled to; null for a listpack. */
  get fill(): number | null {
    return this.#list.fill;
  }

  /** So many nodes at each end are not compressed; 0: none of them is. */
  get compressDepth(): number {
    return this.#compressDepth;
  }

  node(index: number): ListNode {
    return this.#list.node(index);
  }

  appendNode(elements: readonly ByteString[]): void {
    this.#list.appendNode(elements);
  }

  push(end: ListEnd, element: ByteString): void {
    if (end === 'left') this.#list.pushHead(element);
    else this.#list.pushTail(element);
  }

  /** Must not be empty. */
  pop(end: ListEnd): ByteString {
    return end === 'left' ? this.#list.popHead() : this.#list.popTail();
  }

  /** Takes `count` elements, no more than there are, in the order in which pop would give them. */
  popMany(end: ListEnd, count: number): ByteString[] {
    const start = end === 'left' ? 0 : this.size - count;
    const elements = this.#list.slice(start, count);
    this.#list.removeRange(start, count);
    return end === 'left' ? elements : elements.reverse();
  }

  /** @param index 0 .. size-1. */
  at(index: number): ByteString {
    return this.#list.at(index);
  }

  /** @param index 0 .. size-1. */
  set(index: number, element: ByteString): void {
    this.#list.set(index, element);
  }

  slice(start: number, count: number): ByteString[] {
    return this.#list.slice(start, count);
  }

  removeRange(start: number, count: number): void {
    this.#list.removeRange(start, count);
  }

  /** Removes up to `limit` elements equal to this one. @returns how many. */
  remove(element: ByteString, limit: number, fromTail: boolean): number {
    return this.#list.remove(element, limit, fromTail);
  }

  /** @returns false when there is no such pivot. */
  insertBeside(pivot: ByteString, element: ByteString, after: boolean): boolean {
    return this.#list.insertBeside(pivot, element, after);
  }

  /** Calls for each element until `visit` returns false. */
  scan(fromTail: boolean, visit: (element: ByteString) => boolean): void {
    this.#list.scan(fromTail, visit);
  }

  copy(): ListValue {
    const copied = new ListValue(this.#list.copy(), this.#encoding);
    copied.#compressDepth = this.#compressDepth;
    return copied;
  }

  /** To be called before argv[from] and all behind it are put in: a listpack that gets too big by that becomes a quicklist. */
  prepareToGrow(argv: readonly ByteString[], from: number, limits: ListLimits): void {
    if (this.#encoding === 'quicklist') return;
    const list = this.#list;
    let bytes = list.nodeCount === 0 ? LISTPACK_FRAME_BYTES : list.node(0).bytes;
    for (let position = from; position < argv.length; position++) bytes += (argv[position] as string).length;
    const count = list.size + argv.length - from;
    if (exceedsNodeLimit(limits.maxListpackSize, bytes, count)) this.#becomeQuicklist(limits);
  }

  /** To be called after elements went: a quicklist becomes a listpack again when it is under half of the limit. */
  afterShrinking(limits: ListLimits): void {
    this.#tryListpack(limits, 2);
  }

  /** To be called when a list has been loaded: one that fits is a listpack. */
  afterLoading(limits: ListLimits): void {
    this.#tryListpack(limits, 1);
  }

  #tryListpack(limits: ListLimits, divisor: number): void {
    if (this.#encoding === 'listpack' || !limits.hasListpacks || this.#list.nodeCount !== 1) return;
    const { bytes, count } = nodeLimit(limits.maxListpackSize);
    if (this.#list.node(0).bytes > bytes / divisor || this.size > Math.floor(count / divisor)) return;
    this.#list.fill = null;
    this.#encoding = 'listpack';
  }

  #becomeQuicklist(limits: ListLimits): void {
    this.#list.fill = fillOf(limits);
    this.#compressDepth = Math.min(limits.compressDepth, GREATEST_COMPRESS_DEPTH);
    this.#encoding = 'quicklist';
  }
}

function fillOf({ maxListpackSize }: ListLimits): number {
  return Math.max(SMALLEST_FILL, Math.min(maxListpackSize, GREATEST_FILL));
}
