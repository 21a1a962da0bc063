/** A set of byte strings. https://redis.io/docs/latest/develop/data-types/sets/ */
import type { ByteString } from '../../resp/byte-string.js';
import { parseInteger } from '../../resp/integer.js';
import { IndexedSet } from '../../structures/indexed-set.js';
import { IntSet } from '../../structures/int-set.js';
import { ScanIndex } from '../../structures/scan-index.js';

/** What decides the encoding of a set: set-max-intset-entries, set-max-listpack-entries, set-max-listpack-value. */
export interface SetLimits {
  readonly maxIntsetEntries: number;
  readonly maxListpackEntries: number;
  readonly maxListpackValue: number;
  /** Small sets that are not all integers are listpacks, as since Redis 7.2. */
  readonly hasListpacks: boolean;
}

export type SetEncoding = 'intset' | 'listpack' | 'hashtable';

/** An intset has no room for more. */
const GREATEST_INTSET = 2 ** 30;

export class SetValue {
  readonly type = 'set';
  /** Intset: ascending. Listpack: in the order in which they came. Hash table: in no order. */
  #members: IntSet | Set<ByteString> | IndexedSet;
  /** Of all members; not kept of an intset. */
  #textLength = 0;
  /** Kept while someone walks a big set with SSCAN. */
  #scanIndex: ScanIndex | null = null;

  private constructor(members: IntSet | Set<ByteString> | IndexedSet) {
    this.#members = members;
    this.#measure();
  }

  static withEncoding(encoding: SetEncoding): SetValue {
    if (encoding === 'intset') return new SetValue(new IntSet());
    return new SetValue(encoding === 'listpack' ? new Set() : new IndexedSet());
  }

  /** An empty set for about so many members, of which one is known (setTypeCreate of t_set.c). */
  static for(member: ByteString, expectedSize: number, limits: SetLimits): SetValue {
    const isInteger = parseInteger(member) !== null;
    if (!limits.hasListpacks) return SetValue.withEncoding(isInteger ? 'intset' : 'hashtable');
    if (isInteger && expectedSize <= limits.maxIntsetEntries) return SetValue.withEncoding('intset');
    return SetValue.withEncoding(expectedSize <= limits.maxListpackEntries ? 'listpack' : 'hashtable');
  }

  static fromIntSet(members: IntSet): SetValue {
    return new SetValue(members);
  }

  static fromListpack(members: readonly ByteString[]): SetValue {
    return new SetValue(new Set(members));
  }

  get size(): number {
    return this.#members.size;
  }

  get encoding(): SetEncoding {
    if (this.#members instanceof IntSet) return 'intset';
    return this.#members instanceof IndexedSet ? 'hashtable' : 'listpack';
  }

  /** Length of all members together; 0 of an intset. */
  get textLength(): number {
    return this.#textLength;
  }

  /** Bytes for each member of an intset; of others null. */
  get intWidth(): 2 | 4 | 8 | null {
    return this.#members instanceof IntSet ? this.#members.width : null;
  }

  has(member: ByteString): boolean {
    return this.#members.has(member);
  }

  /** @returns true when the set did not have it. */
  add(member: ByteString, limits: SetLimits): boolean {
    const members = this.#members;
    if (members instanceof IndexedSet) {
      const isNew = members.add(member);
      if (!isNew) return false;
      this.#scanIndex?.add(member);
      this.#textLength += member.length;
      return true;
    }
    if (members.has(member)) return false;
    if (members instanceof IntSet) {
      this.#addToIntset(members, member, limits);
      return true;
    }
    if (members.size < limits.maxListpackEntries && member.length <= limits.maxListpackValue)
      members.add(member);
    else this.convertToHashtable().add(member);
    this.#textLength += member.length;
    return true;
  }

  /** @returns false when it was not there. */
  delete(member: ByteString): boolean {
    if (!this.#members.delete(member)) return false;
    if (this.#textLength !== 0) this.#textLength -= member.length;
    return true;
  }

  /** Before so many members are added: too many at once make a hash table, even if some are given twice. */
  prepareToGrow(count: number, limits: SetLimits): void {
    const { encoding } = this;
    if (!limits.hasListpacks || encoding === 'hashtable') return;
    const most = encoding === 'listpack' ? limits.maxListpackEntries : limits.maxIntsetEntries;
    if (count > most) this.convertToHashtable();
  }

  /** A set of integers only becomes an intset again when it is small enough. */
  tryIntset(limits: SetLimits): void {
    if (this.#members instanceof IntSet || this.size > intsetLimit(limits)) return;
    const members = new IntSet();
    for (const member of this.members()) members.add(member);
    this.#members = members;
    this.#measure();
  }

  convertToHashtable(): IndexedSet {
    const members = new IndexedSet(this.members());
    this.#members = members;
    this.#measure();
    return members;
  }

  /** In the order of the encoding; valid until the next change. */
  members(): Iterable<ByteString> {
    return this.#members instanceof Set ? this.#members : this.#members.members();
  }

  /** As an array that stays as it is. */
  toArray(): ByteString[] {
    return [...this.members()];
  }

  /** Members by number, to draw from; valid until the next change. */
  numbered(): readonly ByteString[] {
    return this.#members instanceof Set ? [...this.#members] : this.#members.members();
  }

  copy(): SetValue {
    const members = this.#members;
    if (members instanceof IntSet) return new SetValue(new IntSet(members.members(), members.width));
    return new SetValue(members instanceof Set ? new Set(members) : new IndexedSet(members.members()));
  }

  /** One step of SSCAN: members, and the cursor to go on from (0 = all seen). Only a hash table takes more than one. */
  scan(cursor: number, count: number): { readonly cursor: number; readonly members: ByteString[] } {
    const members = this.#members;
    if (!(members instanceof IndexedSet)) return { cursor: 0, members: this.toArray() };
    if (this.#scanIndex === null || this.#scanIndex.isWorn(members.size)) {
      this.#scanIndex = new ScanIndex(members.members());
    }
    const step = this.#scanIndex.take(cursor, count, (member) => members.has(member));
    if (step.next === null) this.#scanIndex = null;
    return { cursor: step.next ?? 0, members: step.members };
  }

  #addToIntset(members: IntSet, member: ByteString, limits: SetLimits): void {
    if (parseInteger(member) !== null) {
      members.add(member);
      if (members.size > intsetLimit(limits)) this.convertToHashtable();
      return;
    }
    const longest =
      members.size === 0 ? 0 : Math.max(members.at(0).length, members.at(members.size - 1).length);
    const { maxListpackEntries, maxListpackValue } = limits;
    if (members.size < maxListpackEntries && Math.max(longest, member.length) <= maxListpackValue) {
      this.#members = new Set(members.members()).add(member);
      this.#measure();
    } else {
      this.convertToHashtable().add(member);
      this.#textLength += member.length;
    }
  }

  #measure(): void {
    this.#textLength = 0;
    if (this.#members instanceof IntSet) return;
    for (const member of this.members()) this.#textLength += member.length;
  }
}

export function intsetLimit({ maxIntsetEntries }: SetLimits): number {
  return Math.min(maxIntsetEntries, GREATEST_INTSET);
}
