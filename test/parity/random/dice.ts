/** The choices that random commands are made of, from one seeded generator. */
import type { Random } from '../../../src/time/random.js';

export class Dice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** 0 .. count-1 */
  below(count: number): number {
    return this.#random.below(count);
  }

  /** from .. to */
  between(from: number, to: number): number {
    return from + this.#random.below(to - from + 1);
  }

  fraction(): number {
    return this.#random.fraction();
  }

  oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.#random.below(items.length)] as Item;
  }
}
