/** Random commands on a few lists whose elements differ much in length: they grow out of their nodes and shrink again. */
import type { Random } from '../../src/time/random.js';
import type { Call } from './compare.js';

const ENDS = ['LEFT', 'RIGHT'] as const;

export class ListCommands {
  readonly keys = ['{t}a', '{t}b', '{t}c'] as const;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Call {
    const key = this.#oneOf(this.keys);
    switch (this.#random.below(16)) {
      case 0:
      case 1:
      case 2:
        return [this.#oneOf(['LPUSH', 'RPUSH']), key, ...this.#elements(1 + this.#random.below(30))];
      case 3:
        return [this.#oneOf(['LPUSHX', 'RPUSHX']), key, this.#element()];
      case 4:
      case 5:
        return ['LINSERT', key, this.#oneOf(['BEFORE', 'AFTER']), this.#common(), this.#element()];
      case 6:
      case 7:
        return ['LSET', key, this.#index(), this.#element()];
      case 8:
        return ['LREM', key, this.#random.below(9) - 4, this.#common()];
      case 9:
        return ['LTRIM', key, this.#random.below(30), -1 - this.#random.below(30)];
      case 10:
        return [this.#oneOf(['LPOP', 'RPOP']), key, 1 + this.#random.below(20)];
      case 11:
        return ['LMOVE', key, this.#oneOf(this.keys), this.#oneOf(ENDS), this.#oneOf(ENDS)];
      case 12:
        return ['LRANGE', key, this.#index(), this.#index()];
      case 13:
        return ['LPOS', key, this.#common(), 'RANK', this.#oneOf([1, -1, 2, -3]), 'COUNT', '0'];
      case 14:
        return this.#random.below(4) === 0 ? ['COPY', key, this.#oneOf(this.keys), 'REPLACE'] : ['LLEN', key];
      default:
        return [
          'LMPOP',
          2,
          key,
          this.#oneOf(this.keys),
          this.#oneOf(ENDS),
          'COUNT',
          1 + this.#random.below(9),
        ];
    }
  }

  #index(): number {
    return this.#random.below(120) - 60;
  }

  /** One of those that are in a list more than once. */
  #common(): string {
    return `c${this.#random.below(4)}`;
  }

  #elements(count: number): string[] {
    return Array.from({ length: count }, () => this.#element());
  }

  #element(): string {
    switch (this.#random.below(8)) {
      case 0:
      case 1:
        return this.#common();
      case 2:
        return String(this.#random.below(300) - 100);
      case 3:
        return String((this.#random.nextUint32() - 0x8000_0000) * this.#oneOf([1, 1000, 0x10_0000]));
      case 4:
        return this.#oneOf([
          '9223372036854775807',
          '-9223372036854775808',
          '9223372036854775808',
          '-0',
          '01',
          '',
        ]);
      case 5:
        return 'x'.repeat(
          this.#random.below(60) === 0 ? 5000 + this.#random.below(6000) : this.#random.below(300),
        );
      default:
        return `element ${this.#random.below(1000)}`;
    }
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
