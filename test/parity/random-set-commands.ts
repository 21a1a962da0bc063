/** Random commands on a few sets that share members, integers and texts of different lengths. */
import type { Random } from '../../src/time/random.js';
import type { Call } from './compare.js';

export class SetCommands {
  readonly keys = ['{s}a', '{s}b', '{s}c', '{s}d'] as const;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Call {
    const key = this.#key();
    switch (this.#random.below(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return ['SADD', key, ...this.#members()];
      case 4:
      case 5:
        return ['SREM', key, ...this.#members()];
      case 6:
        return ['SMOVE', key, this.#key(), this.#member()];
      case 7:
        return [this.#oneOf(['SINTER', 'SUNION', 'SDIFF']), ...this.#someKeys()];
      case 8:
        return [this.#oneOf(['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']), key, ...this.#someKeys()];
      case 9:
        return ['SINTERCARD', '2', key, this.#key(), 'LIMIT', this.#random.below(4)];
      case 10:
        return ['SMISMEMBER', key, ...this.#members()];
      case 11:
        return this.#random.below(3) === 0 ? ['COPY', key, this.#key(), 'REPLACE'] : ['SCARD', key];
      case 12:
        return this.#random.below(4) === 0 ? ['DEL', key] : ['SRANDMEMBER', key, '10000'];
      default:
        return ['SMEMBERS', key];
    }
  }

  #key(): string {
    return this.#oneOf(this.keys);
  }

  #someKeys(): string[] {
    return Array.from({ length: 1 + this.#random.below(4) }, () => this.#key());
  }

  #members(): string[] {
    const count = this.#random.below(12) === 0 ? 150 : 1 + this.#random.below(6);
    const onlyIntegers = this.#random.below(3) > 0;
    return Array.from({ length: count }, () => (onlyIntegers ? this.#integer() : this.#member()));
  }

  #member(): string {
    switch (this.#random.below(6)) {
      case 0:
        return this.#oneOf(['01', '-0', '', '9223372036854775808', '1.5']);
      case 1:
        return this.#random.below(12) === 0 ? 'long'.repeat(17) : `m${this.#random.below(20)}`;
      case 2:
        return `member:${this.#random.below(200)}`;
      default:
        return this.#integer();
    }
  }

  #integer(): string {
    switch (this.#random.below(8)) {
      case 0:
        return String(this.#random.below(200_000) - 100_000);
      case 1:
        return this.#oneOf(['9223372036854775807', '-9223372036854775808', '4294967296', '-2147483649']);
      default:
        return String(this.#random.below(40) - 10);
    }
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
