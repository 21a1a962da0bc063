/** How many elements the registers of a HyperLogLog stand for: Otmar Ertl, New cardinality estimation algorithms, arXiv:1702.01284. */

const REGISTERS = 16_384;
/** Bits of the hash that are not the index of a register. */
const HASH_BITS = 50;
/** 1 / (2 ln 2) */
const ALPHA = 0.7213475204444817;

/** @param histogram how many registers have each value. */
export function estimateCount(histogram: Uint32Array | readonly number[]): number {
  const count = (value: number): number => histogram[value] as number;
  let sum = REGISTERS * tau((REGISTERS - count(HASH_BITS + 1)) / REGISTERS);
  for (let value = HASH_BITS; value >= 1; value--) sum = (sum + count(value)) * 0.5;
  sum += REGISTERS * sigma(count(0) / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / sum);
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  for (;;) {
    x *= x;
    const before = z;
    z += x * y;
    y += y;
    if (z === before) return z;
  }
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (;;) {
    x = Math.sqrt(x);
    const before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
    if (z === before) return z / 3;
  }
}
