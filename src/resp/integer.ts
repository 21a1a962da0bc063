/** Integers in arguments, read as strictly as Redis does: string2ll and string2ull in util.c. */
import { asCString, type ByteString } from './byte-string.js';

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/** Every integer of this many digits is exact as a number. */
const SAFE_DIGITS = 15;

const CANONICAL_INTEGER = /^(?:0|-?[1-9][0-9]{0,19})$/;
const STRTOULL_INTEGER = /^[ \t-\r]*([+-]?)([0-9]+)$/;

const ZERO = 48;
const NINE = 57;
const MINUS = 45;

/**
 * A signed 64-bit integer in canonical form (no plus, no leading zero, no space, no "-0"), or null.
 * It is a number when that is exact, else a bigint.
 */
export function parseInteger(text: ByteString): bigint | number | null {
  const length = text.length;
  if (length === 0 || length > 20) return null;
  if (length <= SAFE_DIGITS) return parseShort(text, length);
  const value = parseLong(text);
  if (value === null) return null;
  const approximate = Number(value);
  return Number.isSafeInteger(approximate) ? approximate : value;
}

/** As `parseInteger`, always as a bigint. */
export function parseBigInteger(text: ByteString): bigint | null {
  const value = parseInteger(text);
  return value === null ? null : BigInt(value);
}

/** As `parseInteger`, but null for what a number does not hold exactly, |n| > 2^53-1. */
export function parseSafeInteger(text: ByteString): number | null {
  const value = parseInteger(text);
  return typeof value === 'number' ? value : null;
}

/** As `parseInteger`, null outside of `min`..`max` (both included, both safe integers). */
export function parseIntegerInRange(text: ByteString, min: number, max: number): number | null {
  const value = parseInteger(text);
  return typeof value === 'number' && value >= min && value <= max ? value : null;
}

/** As C's `int`, or the part of it that is given. */
export function parseInt32Range(text: ByteString, min = -0x80000000, max = 0x7fffffff): number | null {
  return parseIntegerInRange(text, min, max);
}

/**
 * An unsigned 64-bit integer as string2ull reads it (stream IDs): strictly first, then as strtoull does, with
 * leading space, sign and zeros; a minus sign there wraps around, so "-01" is 2^64-1 though "-1" is refused.
 */
export function parseUnsigned64(text: ByteString): bigint | null {
  const cText = asCString(text);
  const strict = parseInteger(cText);
  if (strict !== null) return strict < 0 ? null : BigInt(strict);
  const match = STRTOULL_INTEGER.exec(cText);
  if (match === null) return null;
  const magnitude = BigInt(match[2]!);
  if (magnitude > MAX_UINT64) return null;
  return match[1] === '-' ? BigInt.asUintN(64, -magnitude) : magnitude;
}

function parseShort(text: ByteString, length: number): number | null {
  let index = 0;
  let digit = text.charCodeAt(0);
  const negative = digit === MINUS;
  if (negative) {
    index = 1;
    if (length === 1) return null;
    digit = text.charCodeAt(1);
  }
  if (digit === ZERO) return length === 1 ? 0 : null;
  let value = 0;
  for (; index < length; index++) {
    digit = text.charCodeAt(index);
    if (digit < ZERO || digit > NINE) return null;
    value = value * 10 + (digit - ZERO);
  }
  return negative ? -value : value;
}

function parseLong(text: ByteString): bigint | null {
  if (!CANONICAL_INTEGER.test(text)) return null;
  const value = BigInt(text);
  return value >= MIN_INT64 && value <= MAX_INT64 ? value : null;
}
