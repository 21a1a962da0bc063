/** Numbers as cjson.decode reads them: with C's strtod, which takes more than JSON has. */
import { parseLooseDouble } from '../../resp/double.js';

const MINUS = 0x2d;
const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;

/** What may follow a number in well-formed JSON; anything else may belong to it, as a point or an exponent. */
const ENDS_NUMBER = new Set([...'\0,]} \t\n\r'].map((each) => each.charCodeAt(0)));

/** So many digits always fit a double exactly. */
const EXACT_DIGITS = 15;

/** What strtod takes at the most, as far as it can be told from the characters. */
const NUMBER =
  /^[+-]?(?:0x(?:[0-9a-f]+(?:\.[0-9a-f]*)?|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan(?:\([0-9a-z_]*\))?)/i;

/** Whether what begins at `at` looks like a number that JSON does not have: +1, 01, 0x1, inf, nan. */
export function startsInvalidNumber(input: Uint8Array, at: number): boolean {
  if (input[at] === PLUS) return true;
  const start = input[at] === MINUS ? at + 1 : at;
  const first = input[start]!;
  if (first === ZERO) {
    const second = input[start + 1]!;
    return (second | 0x20) === 0x78 || (second >= ZERO && second <= NINE);
  }
  if (first <= NINE) return false;
  const word = String.fromCharCode(first, input[start + 1] ?? 0, input[start + 2] ?? 0).toLowerCase();
  return word === 'inf' || word === 'nan';
}

/** The longest number that begins at `at`, and where it ends; null when there is none. */
export function readNumber(input: Uint8Array, at: number): { value: number; end: number } | null {
  return readInteger(input, at) ?? readAny(input, at);
}

function readInteger(input: Uint8Array, at: number): { value: number; end: number } | null {
  const negative = input[at] === MINUS;
  const start = negative ? at + 1 : at;
  let end = start;
  let value = 0;
  let byte = input[end]!;
  for (; byte >= ZERO && byte <= NINE; byte = input[++end]!) value = value * 10 + byte - ZERO;
  const digits = end - start;
  if (digits === 0 || digits > EXACT_DIGITS || !ENDS_NUMBER.has(byte)) return null;
  return { value: negative ? -value : value, end };
}

function readAny(input: Uint8Array, at: number): { value: number; end: number } | null {
  // Numbers may be of any length, but nearly all are short.
  for (let length = 64; ; length *= 16) {
    const text = Buffer.from(
      input.buffer,
      input.byteOffset + at,
      Math.min(length, input.length - at),
    ).toString('latin1');
    const number = NUMBER.exec(text)?.[0];
    if (number === undefined) return null;
    if (number.length >= text.length - 2 && length < input.length - at) continue;
    return { value: numberOf(number), end: at + number.length };
  }
}

function numberOf(number: string): number {
  if (/nan/i.test(number)) return Number.NaN;
  return parseLooseDouble(number) ?? 0;
}
