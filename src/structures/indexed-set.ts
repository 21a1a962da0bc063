/** A set whose members have numbers, so that drawing one at random is O(1), as is everything else. Removing changes the order. */

export class IndexedSet {
  readonly #members: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(members: Iterable<string> = []) {
    for (const member of members) this.add(member);
  }

  get size(): number {
    return this.#members.length;
  }

  has(member: string): boolean {
    return this.#numbers.has(member);
  }

  /** @param number 0 .. size-1. */
  at(number: number): string {
    return this.#members[number] as string;
  }

  /** @returns false when it was there. */
  add(member: string): boolean {
    const number = this.#members.length;
    if (this.#numbers.has(member)) return false;
    this.#numbers.set(member, number);
    this.#members.push(member);
    return true;
  }

  /** The last member takes the place. @returns false when it was not there. */
  delete(member: string): boolean {
    const number = this.#numbers.get(member);
    if (number === undefined) return false;
    this.#numbers.delete(member);
    const last = this.#members.pop() as string;
    if (last !== member) {
      this.#members[number] = last;
      this.#numbers.set(last, number);
    }
    return true;
  }

  /** Valid until the next change. */
  members(): readonly string[] {
    return this.#members;
  }
}
