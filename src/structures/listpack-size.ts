/** How many bytes an element takes in a listpack (listpack.c): what decides where Redis cuts its lists into nodes. */

/** Header and end mark of a listpack. */
export const LISTPACK_FRAME_BYTES = 7;

const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const LONGEST_INTEGER = 20;
/** Numbers of so many digits fit 64 bits whatever they are. */
const SAFE_DIGITS = 15;
const INT64_MAX_TEXT = '9223372036854775807';
const INT64_MIN_TEXT = '-9223372036854775808';

/** The entry with the length that is written behind it; what reads as a 64-bit integer is stored as one. */
export function listpackEntryBytes(element: string): number {
  const { length } = element;
  if (length > 0 && length <= LONGEST_INTEGER) {
    const first = element.charCodeAt(0);
    if (first <= NINE && (first >= ZERO || first === MINUS)) {
      const bytes = integerBytes(element, length, first);
      if (bytes !== 0) return bytes + 1;
    }
  }
  if (length < 64) return length + 2;
  const entry = length < 4096 ? length + 2 : length + 5;
  return entry + backLengthBytes(entry);
}

/** 0 when the element is no integer in its canonical form. */
function integerBytes(element: string, length: number, first: number): number {
  const isNegative = first === MINUS;
  const start = isNegative ? 1 : 0;
  if (length === start) return 0;
  if (element.charCodeAt(start) === ZERO) return length === 1 ? 1 : 0;
  let value = 0;
  for (let index = start; index < length; index++) {
    const digit = element.charCodeAt(index);
    if (digit < ZERO || digit > NINE) return 0;
    value = value * 10 + (digit - ZERO);
  }
  if (length - start > SAFE_DIGITS && !fitsInt64(element, length - start, isNegative)) return 0;
  return isNegative ? bytesOf(-value) : bytesOf(value);
}

function fitsInt64(element: string, digits: number, isNegative: boolean): boolean {
  if (digits !== 19) return digits < 19;
  return isNegative ? element <= INT64_MIN_TEXT : element <= INT64_MAX_TEXT;
}

function bytesOf(value: number): number {
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -0x8000 && value <= 0x7fff) return 3;
  if (value >= -0x80_0000 && value <= 0x7f_ffff) return 4;
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? 5 : 9;
}

function backLengthBytes(length: number): number {
  if (length <= 127) return 1;
  if (length < 16_383) return 2;
  if (length < 2_097_151) return 3;
  return length < 268_435_455 ? 4 : 5;
}
