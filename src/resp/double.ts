/** Floating point numbers in arguments, as Redis reads them: strtod with the checks of string2d (util.c). */
import { asCString, type ByteString } from './byte-string.js';
import { bitLength, shiftRightRounded } from './rounding.js';

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i;
const LEADING_SPACE = /^[ \t-\r]+/;
const HEXADECIMAL_NON_ZERO = /^[+-]?0x[^p]*[1-9a-f]/i;
const NON_ZERO_DIGIT = /^[^e]*[1-9]/i;

/** Beyond this many digits an exponent decides alone, whatever the mantissa is. */
const HUGE_EXPONENT = 1e15;

/**
 * A double, or null for what Redis answers "value is not a valid float" to: empty, space around, trailing
 * text, nan, and ranges errors of strtod (an overflow, or an underflow to zero; a subnormal is fine).
 */
export function parseDouble(text: ByteString): number | null {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (value === 0) return NON_ZERO_DIGIT.test(text) ? null : value;
    return Number.isFinite(value) ? value : null;
  }
  if (INFINITE.test(text))
    return text.charCodeAt(0) === 45 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return parseHexadecimal(text);
}

/**
 * A double as strtod reads it up to the end of a C string, for the bounds of ZRANGEBYSCORE & co: leading space is
 * skipped, what is out of range becomes infinite or zero, nothing at all is 0. Null: no number, trailing text, nan.
 */
export function parseLooseDouble(text: ByteString): number | null {
  const cText = asCString(text);
  if (cText === '') return 0;
  const number = cText.replace(LEADING_SPACE, '');
  if (DECIMAL.test(number)) return Number(number);
  if (INFINITE.test(number))
    return number.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return readHexadecimal(number);
}

function parseHexadecimal(text: ByteString): number | null {
  const value = readHexadecimal(text);
  if (value === null || !Number.isFinite(value)) return null;
  return value === 0 && HEXADECIMAL_NON_ZERO.test(text) ? null : value;
}

function readHexadecimal(text: ByteString): number | null {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const exponent = Number(exponentText);
  const value =
    Math.abs(exponent) > HUGE_EXPONENT
      ? extreme(mantissa, exponent)
      : scaled(mantissa, exponent - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

function extreme(mantissa: bigint, exponent: number): number {
  return mantissa === 0n || exponent < 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** mantissa * 2^exponent rounded to the nearest double, ties to even. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = bitLength(mantissa);
  const top = bits + exponent; // the value is in 2^(top-1) .. 2^top
  if (top > 1024) return Number.POSITIVE_INFINITY;
  const precision = Math.min(53, top + 1074); // subnormals have fewer bits
  if (precision < 0) return 0;
  const drop = bits - precision;
  if (drop <= 0) return Number(mantissa) * 2 ** exponent;
  return Number(shiftRightRounded(mantissa, drop)) * 2 ** (exponent + drop);
}
