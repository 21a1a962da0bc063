/**
 * The 80-bit long double of x86-64: INCRBYFLOAT and HINCRBYFLOAT add with it, block timeouts are read with it and
 * coordinates are printed with it. With 64-bit doubles 10.5 + 0.1 would print as 10.59999999999999964.
 */
import type { ByteString } from './byte-string.js';
import { pointBefore } from './number-format.js';
import { type BinaryParts, bitLength, shiftRightRounded, toBinaryParts, toFixedPoint } from './rounding.js';

const MANTISSA_BITS = 64;
const MAX_EXPONENT = 16384; // the first power of two that is too large
const MIN_EXPONENT = -16445; // of the last bit of a subnormal

/** Longer texts are refused: string2ld copies into a buffer of this size. */
const MAX_TEXT_LENGTH = 5 * 1024;

const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:e([+-]?[0-9]+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** Exponents beyond this are out of range whatever the mantissa is. */
const HUGE_EXPONENT = 40_000;

/** How printf("%.17Lf") prints for humans. */
const FRACTION_DIGITS = 17;

const INFINITE_MAGNITUDE: BinaryParts = { mantissa: 1n, exponent: Number.POSITIVE_INFINITY };

/** Zero has mantissa 0; an infinity has exponent Infinity. */
export class LongDouble {
  readonly isNegative: boolean;
  /** At most 64 bits. */
  readonly mantissa: bigint;
  readonly exponent: number;

  private constructor(isNegative: boolean, magnitude: BinaryParts) {
    this.isNegative = isNegative;
    this.mantissa = magnitude.mantissa;
    this.exponent = magnitude.exponent;
  }

  /** Null for what Redis answers "value is not a valid float" to (string2ld of util.c). */
  static parse(text: ByteString): LongDouble | null {
    if (text.length === 0 || text.length >= MAX_TEXT_LENGTH) return null;
    const infinite = INFINITE.exec(text);
    if (infinite !== null) return new LongDouble(infinite[1] === '-', INFINITE_MAGNITUDE);
    const hexadecimal = HEXADECIMAL.exec(text);
    const match = hexadecimal ?? DECIMAL.exec(text);
    if (match === null) return null;
    const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
    if (whole === '' && fraction === '') return null;
    const digits = BigInt(`${hexadecimal === null ? '' : '0x'}${whole}${fraction}`);
    if (digits === 0n) return new LongDouble(sign === '-', { mantissa: 0n, exponent: 0 });
    const exponent = Number(exponentText);
    if (Math.abs(exponent) > HUGE_EXPONENT) return null;
    const parts =
      hexadecimal === null
        ? roundDecimal(digits, exponent - fraction.length)
        : roundBinary(digits, exponent - 4 * fraction.length);
    const isOutOfRange = parts.mantissa === 0n || parts.exponent === Number.POSITIVE_INFINITY;
    return isOutOfRange ? null : new LongDouble(sign === '-', parts);
  }

  /** The same value; it may be infinite, but not NaN. */
  static fromNumber(value: number): LongDouble {
    if (!Number.isFinite(value)) return new LongDouble(value < 0, INFINITE_MAGNITUDE);
    return new LongDouble(value < 0 || Object.is(value, -0), toBinaryParts(Math.abs(value)));
  }

  get isFinite(): boolean {
    return this.exponent !== Number.POSITIVE_INFINITY;
  }

  /** Null where the sum is not a number or infinite, which INCRBYFLOAT refuses. */
  plus(other: LongDouble): LongDouble | null {
    if (!this.isFinite || !other.isFinite) return null;
    const exponent = Math.min(this.exponent, other.exponent);
    const sum = this.#scaled(exponent) + other.#scaled(exponent);
    const isNegative = sum === 0n ? this.isNegative && other.isNegative : sum < 0n;
    const result = new LongDouble(isNegative, roundBinary(sum < 0n ? -sum : sum, exponent));
    return result.isFinite ? result : null;
  }

  /** Null where the product is infinite; `factor` has to be finite. */
  times(factor: number): LongDouble | null {
    if (!this.isFinite) return null;
    const other = LongDouble.fromNumber(factor);
    const isNegative = this.isNegative !== other.isNegative;
    const parts = roundBinary(this.mantissa * other.mantissa, this.exponent + other.exponent);
    const result = new LongDouble(isNegative, parts);
    return result.isFinite ? result : null;
  }

  /** The smallest integer that is not less, as ceill; the value has to be finite. */
  ceil(): bigint {
    if (this.exponent >= 0) return this.#scaled(0);
    const fractionBits = BigInt(-this.exponent);
    const whole = this.mantissa >> fractionBits;
    if (this.isNegative) return -whole;
    return whole << fractionBits === this.mantissa ? whole : whole + 1n;
  }

  /** As ld2string prints for humans: no exponent, at most 17 digits after the point, no zeros at the end. */
  toHumanString(): ByteString {
    if (!this.isFinite) return this.isNegative ? '-inf' : 'inf';
    const fixed = pointBefore(toFixedPoint(this, FRACTION_DIGITS), FRACTION_DIGITS);
    const trimmed = fixed.replace(ZEROS_AT_END, '');
    return this.isNegative && trimmed !== '0' ? `-${trimmed}` : trimmed;
  }

  /** The mantissa with sign that goes with `exponent`, which is not larger than the own one. */
  #scaled(exponent: number): bigint {
    const magnitude = this.mantissa << BigInt(this.exponent - exponent);
    return this.isNegative ? -magnitude : magnitude;
  }
}

/** A coordinate or another double that Redis prints as a long double (addReplyHumanLongDouble). */
export function formatHumanDouble(value: number): ByteString {
  return LongDouble.fromNumber(value).toHumanString();
}

function roundBinary(mantissa: bigint, exponent: number): BinaryParts {
  if (mantissa === 0n) return { mantissa, exponent: 0 };
  const drop = Math.max(bitLength(mantissa) - MANTISSA_BITS, MIN_EXPONENT - exponent, 0);
  const kept = shiftRightRounded(mantissa, drop);
  if (kept === 0n) return { mantissa: kept, exponent: 0 };
  return bitLength(kept) + exponent + drop > MAX_EXPONENT
    ? INFINITE_MAGNITUDE
    : { mantissa: kept, exponent: exponent + drop };
}

/** digits * 10^exponent */
function roundDecimal(digits: bigint, exponent: number): BinaryParts {
  if (exponent >= 0) return roundBinary(digits * 10n ** BigInt(exponent), 0);
  // Divide to more bits than are kept; one last bit that stands for the rest keeps the rounding exact.
  const divisor = 10n ** BigInt(-exponent);
  const extraBits = Math.max(0, MANTISSA_BITS + 3 + bitLength(divisor) - bitLength(digits));
  const dividend = digits << BigInt(extraBits);
  const quotient = dividend / divisor;
  const restBit = quotient * divisor === dividend ? 0n : 1n;
  return roundBinary((quotient << 1n) | restBit, -extraBits - 1);
}

const ZEROS_AT_END = /\.?0+$/;
