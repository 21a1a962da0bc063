/** Exact arithmetic on m * 2^e with big integers, rounded half to even as C and the processor do. */

/** mantissa * 2^exponent */
export interface BinaryParts {
  mantissa: bigint;
  exponent: number;
}

/** The exact value of a finite double that is not negative. */
export function toBinaryParts(value: number): BinaryParts {
  view.setFloat64(0, value);
  const topBits = view.getUint32(0);
  const biasedExponent = topBits >>> 20;
  const fraction = (topBits & 0xfffff) * 0x1_0000_0000 + view.getUint32(4);
  if (biasedExponent === 0) return { mantissa: BigInt(fraction), exponent: -1074 };
  return { mantissa: BigInt(fraction + 2 ** 52), exponent: biasedExponent - 1075 };
}

/** Number of bits of a positive `value`. */
export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return hex.length * 4 - LEADING_ZERO_BITS[Number.parseInt(hex[0]!, 16)]!;
}

/** value / 2^bits, to the nearest integer, ties to even; `value` is not negative. */
export function shiftRightRounded(value: bigint, bits: number): bigint {
  if (bits <= 0) return value << BigInt(-bits);
  const shift = BigInt(bits);
  const kept = value >> shift;
  const rest = value - (kept << shift);
  const half = 1n << (shift - 1n);
  const roundUp = rest > half || (rest === half && (kept & 1n) === 1n);
  return roundUp ? kept + 1n : kept;
}

/** value * 10^fractionDigits, to the nearest integer, ties to even. */
export function toFixedPoint(value: BinaryParts, fractionDigits: number): bigint {
  return shiftRightRounded(value.mantissa * 10n ** BigInt(fractionDigits), -value.exponent);
}

const view = new DataView(new ArrayBuffer(8));
const LEADING_ZERO_BITS = [4, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];
