/**
 * The order in which SCAN and its relatives walk a big collection: by a hash of the member, so that a cursor is a
 * position that stays valid while members come and go. https://redis.io/docs/latest/commands/scan/#scan-guarantees
 */

/** Cursors are hashes: 32 bits. */
const LAST_HASH = 0xffffffff;

/** Members added to an index before it is worth sorting again. */
const FREE_ADDITIONS = 16;

export interface ScanStep {
  readonly members: string[];
  /** The hash to go on from, or null when all was seen. */
  readonly next: number | null;
}

export class ScanIndex {
  /** Ascending. */
  readonly #hashes: Uint32Array;
  /** In the order of their hashes; members that were deleted since are still here. */
  readonly #members: string[];
  /** Members that came after the sorting. */
  readonly #added: string[] = [];

  constructor(members: Iterable<string>) {
    const unsorted = [...members];
    const hashes = Uint32Array.from(unsorted, scanHash);
    const order = Uint32Array.from(unsorted.keys()).sort(
      (a, b) => (hashes[a] as number) - (hashes[b] as number),
    );
    this.#hashes = Uint32Array.from(order, (index) => hashes[index] as number);
    this.#members = Array.from(order, (index) => unsorted[index] as string);
  }

  /** To be called for every member that the collection gets while the index is kept. */
  add(member: string): void {
    this.#added.push(member);
  }

  /** True when a new index would be cheaper to walk. @param size what the collection holds now. */
  isWorn(size: number): boolean {
    const sorted = this.#members.length;
    return this.#added.length > FREE_ADDITIONS + sorted / 8 || sorted > 2 * size + FREE_ADDITIONS;
  }

  /**
   * The members from that hash on that the collection still has: `count` of them, or some more, as members of the
   * same hash stay together.
   */
  take(from: number, count: number, has: (member: string) => boolean): ScanStep {
    const hashes = this.#hashes;
    const found = new Set<string>();
    let position = this.#lowerBound(from);
    let last = LAST_HASH;
    for (; position < hashes.length; position++) {
      const hash = hashes[position] as number;
      if (found.size >= count && hash !== hashes[position - 1]) {
        last = hash - 1;
        break;
      }
      const member = this.#members[position] as string;
      if (has(member)) found.add(member);
    }
    for (const member of this.#added) {
      const hash = scanHash(member);
      if (hash >= from && hash <= last && has(member)) found.add(member);
    }
    return { members: [...found], next: last === LAST_HASH ? null : last + 1 };
  }

  #lowerBound(hash: number): number {
    let low = 0;
    let high = this.#hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hashes[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** 32-bit FNV-1a with a final mix: stable, so that a cursor means the same in every run. */
function scanHash(member: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < member.length; index++) {
    hash = Math.imul(hash ^ member.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
