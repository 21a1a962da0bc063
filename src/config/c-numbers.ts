// Numbers as C's library reads them where Redis does not use its own strict parser: strtoll, and sizes with units (memtoull in util.c).
import { asCString, type ByteString } from '../resp/byte-string.js';

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

const DECIMAL = /^[ \t-\r]*([+-]?[0-9]*)$/;
const OCTAL = /^[ \t-\r]*([+-]?)([0-7]*)$/;
const SIZE = /^([0-9]*)(b|k|kb|m|mb|g|gb)?$/i;
const SIZE_DIGITS = 127;

const UNITS: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

/** strtoll in base 10 with nothing after the number; no digits at all are 0, an overflow is clamped. Null: trailing text. */
export function strtoll(text: ByteString): bigint | null {
  const match = DECIMAL.exec(asCString(text));
  if (match === null) return null;
  const digits = match[1]!;
  // Without digits strtoll stops where it began, so a sign or a space alone is trailing text.
  if (!/[0-9]/.test(digits)) return text === '' ? 0n : null;
  const value = BigInt(digits.startsWith('+') ? digits.slice(1) : digits);
  return value > MAX_INT64 ? MAX_INT64 : value < MIN_INT64 ? MIN_INT64 : value;
}

/** strtoll in base 8; null also for an overflow. */
export function parseOctal(text: ByteString): bigint | null {
  const match = OCTAL.exec(asCString(text));
  if (match === null) return null;
  const digits = match[2]!;
  if (digits === '') return text === '' ? 0n : null;
  const value = BigInt(`0o${digits}`) * (match[1] === '-' ? -1n : 1n);
  return value > MAX_INT64 || value < MIN_INT64 ? null : value;
}

/** A size as `100`, `64kb`, `1G`; wraps around at 2^64 as the multiplication in C does, and "" is 0. Null: no size. */
export function parseMemory(text: ByteString): bigint | null {
  const match = SIZE.exec(asCString(text));
  if (match === null) return null;
  const digits = match[1]!;
  if (digits.length > SIZE_DIGITS) return null;
  const amount = BigInt(digits === '' ? '0' : digits);
  const clamped = amount > MAX_UINT64 ? MAX_UINT64 : amount;
  return BigInt.asUintN(64, clamped * UNITS[(match[2] ?? 'b').toLowerCase()]!);
}

/** The shortest exact spelling of a size in a file: `1gb`, `64mb`, `3kb`, `100`. */
export function formatMemory(bytes: bigint): string {
  for (const [unit, size] of [
    ['gb', 1024n ** 3n],
    ['mb', 1024n ** 2n],
    ['kb', 1024n],
  ] as const) {
    if (bytes !== 0n && bytes % size === 0n) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}
