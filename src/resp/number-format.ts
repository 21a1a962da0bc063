/**
 * Doubles as text, digit for digit as Redis prints them: addReplyDouble and d2string of 7.0 and 7.2, and printf's
 * %g and %f, whose ties round to even where JavaScript's toPrecision and toFixed round up.
 */
import type { ByteString } from './byte-string.js';
import { grisu2 } from './grisu.js';
import { toBinaryParts, toFixedPoint } from './rounding.js';

/** 7.0 prints doubles with `%.17g`, 7.2 with the shortest digits that read back as the same double. */
export type DoubleStyle = '7.0' | '7.2';

/** Up to here 7.2 prints a whole number as an integer. */
const MAX_INTEGER = 2 ** 62;

/** As in the replies of ZSCORE, GEOPOS & co (addReplyDouble). */
export function formatDouble(value: number, style: DoubleStyle = '7.2'): ByteString {
  if (style === '7.0') return formatGeneral(value, 17);
  if (Number.isInteger(value) && value >= -MAX_INTEGER && value <= MAX_INTEGER) return formatInteger(value);
  return formatSpecial(value) ?? formatShortest(value);
}

/** As d2string of util.c; it differs from `formatDouble` in 7.0 only, where it prints whole numbers as integers. */
export function formatDoubleOrInteger(value: number, style: DoubleStyle = '7.2'): ByteString {
  return formatDouble(value, Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER ? '7.2' : style);
}

/** As fpconv_dtoa of 7.2 alone: the shortest digits for whole numbers too. */
export function formatShortestDigits(value: number): ByteString {
  if (value === 0) return formatInteger(value);
  return formatSpecial(value) ?? formatShortest(value);
}

/** As printf("%.<precision>g"): 17 for 7.0 and the scores of ZSCAN, 14 for numbers that Lua turns into text. */
export function formatGeneral(value: number, precision: number): ByteString {
  const special = formatSpecial(value);
  if (special !== null) return special;
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = roundToDigits(Math.abs(value), precision);
  const significant = trimZeros(digits);
  if (exponent < -4 || exponent >= precision) {
    const magnitude = Math.abs(exponent);
    const exponentText = `${exponent < 0 ? '-' : '+'}${magnitude < 10 ? '0' : ''}${magnitude}`;
    return `${sign}${withPoint(significant, 1)}e${exponentText}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${significant}`;
  return sign + withPoint(significant.padEnd(exponent + 1, '0'), exponent + 1);
}

/** As printf("%.<fractionDigits>f"). */
export function formatFixed(value: number, fractionDigits: number): ByteString {
  const special = formatSpecial(value);
  if (special !== null) return special;
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + pointBefore(toFixedPoint(toBinaryParts(Math.abs(value)), fractionDigits), fractionDigits);
}

/** As fixedpoint_d2string of 7.2 (distances of GEODIST): the product is rounded first, as a double. */
export function formatFixedPoint(value: number, fractionDigits: number): ByteString {
  const product = value * 10 ** fractionDigits;
  const magnitude = Math.abs(product);
  const floor = Math.floor(magnitude);
  const rest = magnitude - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  const sign = product < 0 && rounded > 0 ? '-' : '';
  return sign + pointBefore(BigInt(rounded), fractionDigits);
}

function formatSpecial(value: number): ByteString | null {
  if (Number.isFinite(value)) return null;
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function formatInteger(value: number): ByteString {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return Number.isSafeInteger(value) ? String(value) : String(BigInt(value));
}

/** The layout of fpconv_dtoa around the digits of Grisu2. */
function formatShortest(value: number): ByteString {
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = grisu2(Math.abs(value));
  const length = digits.length;
  const scientific = length - 1 + exponent;
  if (exponent >= 0 && scientific < length + 7) return sign + digits + '0'.repeat(exponent);
  if (exponent < 0 && (exponent > -7 || Math.abs(scientific) < 4)) {
    const whole = length + exponent;
    return sign + (whole > 0 ? withPoint(digits, whole) : `0.${'0'.repeat(-whole)}${digits}`);
  }
  return `${sign}${withPoint(digits, 1)}e${scientific < 0 ? '-' : '+'}${Math.abs(scientific)}`;
}

/** The first `precision` digits of a positive value, rounded half to even, and the exponent of the first one. */
function roundToDigits(value: number, precision: number): { digits: string; exponent: number } {
  const text = value.toExponential(precision - 1);
  const mark = text.indexOf('e');
  const digits = text[0]! + text.slice(2, mark);
  const exponent = Number(text.slice(mark + 1));
  if (!isOddDigit(digits.charCodeAt(precision - 1)) || !isTie(value, precision)) return { digits, exponent };
  // 9.5 became 10: that is even, though its only digit here is not.
  if (precision === 1 && value < Number(`1e${exponent}`)) return { digits, exponent };
  // A tie was rounded up to an odd digit: no carry, the digit before it is what it was.
  const last = digits.charCodeAt(precision - 1) - 1;
  return { digits: digits.slice(0, precision - 1) + String.fromCharCode(last), exponent };
}

/** Whether exactly the digit 5 follows the first `precision` digits of `value`. */
function isTie(value: number, precision: number): boolean {
  const more = value.toExponential(precision);
  if (more[precision + 1] !== '5') return false;
  return TIE_TAIL.test(value.toExponential(TIE_DIGITS).slice(precision + 1));
}

// A double that ends so has far fewer digits than this.
const TIE_DIGITS = 100;
const TIE_TAIL = /^50*e/;

function isOddDigit(charCode: number): boolean {
  return (charCode & 1) === 1;
}

/** `value` with a point before its last digits. */
export function pointBefore(value: bigint, fractionDigits: number): ByteString {
  const digits = value.toString().padStart(fractionDigits + 1, '0');
  return withPoint(digits, digits.length - fractionDigits);
}

/** `digits` with a point after the first `whole` ones, none at the end. */
function withPoint(digits: string, whole: number): ByteString {
  return whole === digits.length ? digits : `${digits.slice(0, whole)}.${digits.slice(whole)}`;
}

/** `digits` without the zeros at its end, but for a first one. */
function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 48) end--;
  return end === digits.length ? digits : digits.slice(0, end);
}
