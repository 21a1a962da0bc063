/** The generator behind math.random() of scripts: lrand48 with a state of its own, so that a script draws the same numbers on every machine (rand.c). */

const HALF = 2 ** 24;
const MODULUS = 2 ** 48;
/** 0x5DEECE66D, in halves of 24 bits. */
const MULTIPLIER_HIGH = 0x5de;
const MULTIPLIER_LOW = 0xece66d;
const INCREMENT = 0xb;
const FIRST_STATE = 0x1234abcd330e;
const SEED_LOW = 0x330e;

/** Numbers below this one. */
export const RANDOM48_LIMIT = 0x7fffffff;

export class Random48 {
  #state = FIRST_STATE;

  /** @param value 32 bits. */
  seed(value: number): void {
    this.#state = (value >>> 0) * 65536 + SEED_LOW;
  }

  /** 31 bits. */
  next(): number {
    const low = this.#state % HALF;
    const high = Math.floor(this.#state / HALF);
    const cross = (MULTIPLIER_LOW * high + MULTIPLIER_HIGH * low) % HALF;
    this.#state = (MULTIPLIER_LOW * low + INCREMENT + cross * HALF) % MODULUS;
    return Math.floor(this.#state / 2 ** 17);
  }
}
