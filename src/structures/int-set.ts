/** A small set of 64-bit integers, kept as canonical decimal texts in ascending order (intset.c). */

const MINUS = 45;

/** Bytes that Redis needs for one member: 2, 4 or 8. */
export type IntWidth = 2 | 4 | 8;

export class IntSet {
  readonly #members: string[];
  #width: IntWidth;

  /** @param members ascending, none twice. @param width of a set that once had greater members. */
  constructor(members: readonly string[] = [], width: IntWidth = 2) {
    this.#members = [...members];
    this.#width = width;
  }

  get size(): number {
    return this.#members.length;
  }

  /** It grows with the members and never shrinks. */
  get width(): IntWidth {
    return this.#width;
  }

  /** @param number 0 .. size-1. */
  at(number: number): string {
    return this.#members[number] as string;
  }

  has(member: string): boolean {
    return this.#members[this.#lowerBound(member)] === member;
  }

  /** @param member the text of an integer. @returns false when it was there. */
  add(member: string): boolean {
    const place = this.#lowerBound(member);
    if (this.#members[place] === member) return false;
    if (place === this.#members.length) this.#members.push(member);
    else this.#members.splice(place, 0, member);
    const width = widthOf(member);
    if (width > this.#width) this.#width = width;
    return true;
  }

  /** @returns false when it was not there. */
  delete(member: string): boolean {
    const place = this.#lowerBound(member);
    if (this.#members[place] !== member) return false;
    this.#members.splice(place, 1);
    return true;
  }

  /** Ascending; valid until the next change. */
  members(): readonly string[] {
    return this.#members;
  }

  #lowerBound(member: string): number {
    let low = 0;
    let high = this.#members.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIntegers(this.#members[middle] as string, member) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Compares the texts of two integers by their values. */
export function compareIntegers(a: string, b: string): number {
  const isNegative = a.charCodeAt(0) === MINUS;
  if (isNegative !== (b.charCodeAt(0) === MINUS)) return isNegative ? -1 : 1;
  const difference = a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
  return isNegative ? -difference : difference;
}

function widthOf(member: string): IntWidth {
  const value = Number(member);
  if (value >= -0x8000 && value <= 0x7fff) return 2;
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? 4 : 8;
}
