/** Arithmetic of C's long long on integers that are numbers where those are exact, else bigints. */

/** A bigint only where a number would not be exact. */
export type Int64 = bigint | number;

export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);

/** The sum, or null when it does not fit 64 bits. */
export function addInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalized(BigInt(a) + BigInt(b));
}

/** The product, or null when it does not fit 64 bits. */
export function multiplyInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return normalized(BigInt(a) * BigInt(b));
}

function normalized(value: bigint): Int64 | null {
  if (value > INT64_MAX || value < INT64_MIN) return null;
  const approximate = Number(value);
  return Number.isSafeInteger(approximate) ? approximate : value;
}
