/**
 * The arithmetic of INCRBYFLOAT and HINCRBYFLOAT: C's long double on x86, an 80-bit float with a mantissa of 64 bits,
 * read as strtold does (string2ld in util.c) and printed as `%.17Lf` without trailing zeros (ld2string).
 */

/** mantissa * 2^exponent, exactly. The mantissa has the sign and at most 64 bits; infinities have an infinite exponent. */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** The largest value has its top bit here. */
const MAX_TOP_EXPONENT = 16383;
/** The smallest subnormal is 2 to this. */
const MIN_EXPONENT = -16445;

/** Redis reads texts shorter than this (MAX_LONG_DOUBLE_CHARS). */
const TEXT_LIMIT = 5 * 1024;

/** Powers of ten beyond which any text is out of range, whatever its digits are. */
const DECIMAL_RANGE = TEXT_LIMIT + 5000;

const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** BigInt(FRACTION_DIGITS);

const DECIMAL = /^([+-]?)([0-9]*)\.?([0-9]*)(?:e([+-]?[0-9]+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?[0-9]+))?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };

/** The number that the text spells, or null for what is no float: also nan, an overflow and an underflow to zero. */
export function parseLongDouble(text: string): LongDouble | null {
  if (text.length === 0 || text.length >= TEXT_LIMIT) return null;
  const decimal = DECIMAL.exec(text);
  if (decimal !== null) {
    const [, sign, whole = '', fraction = '', exponentText = '0'] = decimal;
    if (whole === '' && fraction === '') return null;
    const digits = BigInt(whole + fraction);
    if (digits === 0n) return ZERO;
    const power = Number(exponentText) - fraction.length;
    if (Math.abs(power) > DECIMAL_RANGE) return null;
    const scale = 10n ** BigInt(Math.abs(power));
    return inRange(signed(power < 0 ? divide(digits, scale) : round(digits * scale, 0, false), sign));
  }
  if (INFINITE.test(text))
    return { mantissa: text.startsWith('-') ? -1n : 1n, exponent: Number.POSITIVE_INFINITY };
  return parseHexadecimal(text);
}

/** The sum, rounded to nearest with ties to even. Of two infinities of different sign it is not a number: null. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble | null {
  const [aInfinite, bInfinite] = [isInfinite(a), isInfinite(b)];
  if (aInfinite || bInfinite) {
    if (aInfinite && bInfinite && a.mantissa !== b.mantissa) return null;
    return aInfinite ? a : b;
  }
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return sum < 0n ? negative(round(-sum, exponent, false)) : round(sum, exponent, false);
}

export function isInfinite(value: LongDouble): boolean {
  return value.exponent === Number.POSITIVE_INFINITY;
}

/** As Redis prints floats for people: 17 digits after the point, less the trailing zeros. */
export function formatLongDouble(value: LongDouble): string {
  const isNegative = value.mantissa < 0n;
  if (isInfinite(value)) return isNegative ? '-inf' : 'inf';
  const magnitude = isNegative ? -value.mantissa : value.mantissa;
  const digits = scaled(magnitude * FRACTION_SCALE, value.exponent)
    .toString()
    .padStart(FRACTION_DIGITS + 1, '0');
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return isNegative && text !== '0' ? `-${text}` : text;
}

function parseHexadecimal(text: string): LongDouble | null {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  if (mantissa === 0n) return ZERO;
  const exponent = Number(exponentText) - 4 * fraction.length;
  if (Math.abs(exponent) > 8 * DECIMAL_RANGE) return null;
  return inRange(signed(round(mantissa, exponent, false), sign));
}

/** numerator / denominator; both positive. */
function divide(numerator: bigint, denominator: bigint): LongDouble {
  // Two more bits than the mantissa has, and whether anything is left, are all that rounding needs.
  const shift = Math.max(0, MANTISSA_BITS + 2 + bitLength(denominator) - bitLength(numerator));
  const shifted = numerator << BigInt(shift);
  const quotient = shifted / denominator;
  return round(quotient, -shift, quotient * denominator !== shifted);
}

/** The nearest long double, ties to even. @param inexact the exact value lies a little above mantissa * 2^exponent. */
function round(mantissa: bigint, exponent: number, inexact: boolean): LongDouble {
  if (mantissa === 0n) return ZERO;
  const bits = bitLength(mantissa);
  const lowest = Math.max(exponent + bits - MANTISSA_BITS, MIN_EXPONENT);
  const drop = lowest - exponent;
  let kept = mantissa;
  let keptExponent = exponent;
  if (drop > 0) {
    const shift = BigInt(drop);
    kept = mantissa >> shift;
    keptExponent = lowest;
    const rest = mantissa - (kept << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && (inexact || (kept & 1n) === 1n))) kept += 1n;
  }
  if (kept === 0n) return ZERO;
  if (keptExponent + bitLength(kept) - 1 > MAX_TOP_EXPONENT) {
    return { mantissa: 1n, exponent: Number.POSITIVE_INFINITY };
  }
  return { mantissa: kept, exponent: keptExponent };
}

/** value * 2^exponent as an integer, ties to even. */
function scaled(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value << BigInt(exponent);
  const shift = BigInt(-exponent);
  const whole = value >> shift;
  const rest = value - (whole << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (whole & 1n) === 1n) ? whole + 1n : whole;
}

function bitLength(value: bigint): number {
  const hexadecimal = value.toString(16);
  return 4 * hexadecimal.length - Math.clz32(Number.parseInt(hexadecimal[0] as string, 16)) + 28;
}

function signed(value: LongDouble, sign: string | undefined): LongDouble {
  return sign === '-' ? negative(value) : value;
}

function negative(value: LongDouble): LongDouble {
  return { mantissa: -value.mantissa, exponent: value.exponent };
}

/** What strtold reports as a range error is no valid float; a subnormal is. */
function inRange(value: LongDouble): LongDouble | null {
  return value.mantissa === 0n || isInfinite(value) ? null : value;
}
