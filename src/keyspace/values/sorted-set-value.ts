/** A sorted set: members in the order of their scores. https://redis.io/docs/latest/develop/data-types/sorted-sets/ */
import type { ByteString } from '../../resp/byte-string.js';
import { type EntryTest, type RankedEntry, RankedTree } from '../../structures/ranked-tree.js';
import { ScanIndex } from '../../structures/scan-index.js';

/** zset-max-listpack-entries and zset-max-listpack-value: a sorted set within both is a listpack. */
export interface SortedSetLimits {
  readonly maxListpackEntries: number;
  readonly maxListpackValue: number;
}

export type SortedSetEncoding = 'listpack' | 'skiplist';

export class SortedSetValue {
  readonly type = 'zset';
  readonly #byMember = new Map<ByteString, RankedEntry>();
  readonly #byScore = new RankedTree();
  #encoding: SortedSetEncoding;
  #textLength = 0;
  /** Kept while someone walks a big set with ZSCAN. */
  #scanIndex: ScanIndex | null = null;

  constructor(encoding: SortedSetEncoding = 'listpack') {
    this.#encoding = encoding;
  }

  get size(): number {
    return this.#byMember.size;
  }

  get encoding(): SortedSetEncoding {
    return this.#encoding;
  }

  /** Length of all members together. */
  get textLength(): number {
    return this.#textLength;
  }

  score(member: ByteString): number | undefined {
    return this.#byMember.get(member)?.score;
  }

  has(member: ByteString): boolean {
    return this.#byMember.has(member);
  }

  /** Stores a member that is new, or a score that differs. Limits decide the encoding before a new member goes in. */
  set(member: ByteString, score: number, limits: SortedSetLimits): void {
    const previous = this.#byMember.get(member);
    if (previous === undefined) {
      if (this.#encoding === 'listpack') {
        const { maxListpackEntries, maxListpackValue } = limits;
        if (this.size >= maxListpackEntries || member.length > maxListpackValue) this.convertToSkiplist();
      }
      this.#scanIndex?.add(member);
      this.#textLength += member.length;
    } else {
      this.#byScore.remove(previous.score, member);
    }
    this.#put(member, score);
  }

  /** As `set` for a new member, whatever the encoding is. */
  add(member: ByteString, score: number): void {
    this.#scanIndex?.add(member);
    this.#textLength += member.length;
    this.#put(member, score);
  }

  delete(member: ByteString): boolean {
    const entry = this.#byMember.get(member);
    if (entry === undefined) return false;
    this.#byMember.delete(member);
    this.#byScore.remove(entry.score, member);
    this.#textLength -= member.length;
    return true;
  }

  /** 0 for the lowest score; undefined when there is no such member. */
  rank(member: ByteString): number | undefined {
    const entry = this.#byMember.get(member);
    return entry === undefined ? undefined : this.#byScore.rankOf(entry.score, member);
  }

  /** How many entries come before the first one that passes; the test must be false up to there and true from there on. */
  rankOfFirst(passes: EntryTest): number {
    return this.#byScore.rankOfFirst(passes);
  }

  /** @param rank 0 .. size-1. */
  at(rank: number): RankedEntry {
    return this.#byScore.at(rank);
  }

  /** The entries from rank `start` up to, not including, `end`. */
  slice(start: number, end: number): RankedEntry[] {
    return this.#byScore.slice(start, end);
  }

  /** Removes the entries from rank `start` up to, not including, `end`, and gives them. */
  removeRange(start: number, end: number): RankedEntry[] {
    const entries = this.slice(start, end);
    for (const { member } of entries) this.delete(member);
    return entries;
  }

  /** By score. The set must not change meanwhile. */
  entries(): IterableIterator<RankedEntry> {
    return this.#byScore.entries();
  }

  /** A listpack never forgets to become a skip list, but a skip list becomes one only by `convertToListpackIfSmall`. */
  convertToSkiplist(): void {
    this.#encoding = 'skiplist';
  }

  /** To be called when a set has been made or loaded as a whole (zsetConvertToListpackIfNeeded). */
  convertToListpackIfSmall({ maxListpackEntries, maxListpackValue }: SortedSetLimits): void {
    if (this.#encoding === 'listpack' || this.size > maxListpackEntries) return;
    for (const member of this.#byMember.keys()) if (member.length > maxListpackValue) return;
    this.#encoding = 'listpack';
    for (const { member, score } of this.slice(0, this.size)) {
      if (!Object.is(score, -0)) continue;
      this.delete(member);
      this.add(member, score);
    }
  }

  copy(): SortedSetValue {
    const copy = new SortedSetValue(this.#encoding);
    for (const { member, score } of this.entries()) copy.add(member, score);
    return copy;
  }

  /** One step of ZSCAN: members, and the cursor to go on from (0 = all seen). A listpack is always seen in one step. */
  scan(cursor: number, count: number): { readonly cursor: number; readonly members: ByteString[] } {
    if (this.#encoding === 'listpack') {
      return { cursor: 0, members: this.slice(0, this.size).map(({ member }) => member) };
    }
    if (this.#scanIndex === null || this.#scanIndex.isWorn(this.size)) {
      this.#scanIndex = new ScanIndex(this.#byMember.keys());
    }
    const step = this.#scanIndex.take(cursor, count, (member) => this.has(member));
    if (step.next === null) this.#scanIndex = null;
    return { cursor: step.next ?? 0, members: step.members };
  }

  #put(member: ByteString, score: number): void {
    // A listpack holds whole numbers as integers, which have no negative zero.
    const entry = { member, score: this.#encoding === 'listpack' && score === 0 ? 0 : score };
    this.#byMember.set(member, entry);
    this.#byScore.insert(entry);
  }
}
