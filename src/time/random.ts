/** One seeded generator for a whole cluster: the same seed gives the same run. Algorithm: xoshiro128** (Blackman and Vigna), seeded by splitmix32. */

const HEX_DIGITS = '0123456789abcdef';

export class Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any integer; its low 32 bits are used. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    let state = this.seed;
    const split = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = split();
    this.#b = split();
    this.#c = split();
    this.#d = split();
  }

  /** A uniform unsigned 32-bit integer. */
  nextUint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A uniform integer in 0 .. bound-1. `bound` is 1 .. 2^32. */
  below(bound: number): number {
    return Math.floor((this.nextUint32() / 0x1_0000_0000) * bound);
  }

  /** A uniform number in [0, 1). */
  fraction(): number {
    return this.nextUint32() / 0x1_0000_0000;
  }

  /** `length` random lower-case hex digits: node ids, replication ids, shard ids. */
  hex(length: number): string {
    const codes: number[] = [];
    while (codes.length < length) {
      let word = this.nextUint32();
      for (let digit = 0; digit < 8 && codes.length < length; digit++) {
        codes.push(HEX_DIGITS.charCodeAt(word & 15));
        word >>>= 4;
      }
    }
    return String.fromCharCode(...codes);
  }
}
