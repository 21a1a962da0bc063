// The numeric directive types: plain, octal, memory size, and memory size or percentage (numericConfig in config.c).
import { asCString, type ByteString } from '../resp/byte-string.js';
import { parseBigInteger } from '../resp/integer.js';
import { formatMemory, parseMemory, parseOctal } from './c-numbers.js';
import type { Accepted, Directive, DirectiveOptions, Refused } from './directive.js';

/** The limits of C's types as the ranges use them. */
export const INT_MAX = 2147483647;
export const INT_MIN = -2147483648;
export const UINT_MAX = 4294967295;
export const LONG_MAX = 2n ** 63n - 1n;
export const ULONG_MAX = 2n ** 64n - 1n;

type Limit = number | bigint;

export interface NumberOptions extends DirectiveOptions {
  /** Negative input is read as a huge number, as an unsigned type does. */
  readonly unsigned?: true;
  /** Puts an accepted value back into what the server can do. */
  readonly clamp?: (value: bigint) => bigint;
}

interface NumberFormat {
  parse(text: ByteString): bigint | null;
  readonly refused: string;
  printValue(value: bigint): string;
  printLimit(value: bigint): string;
  printLine(value: bigint): string;
}

const PLAIN: NumberFormat = {
  parse: parseBigInteger,
  refused: "argument couldn't be parsed into an integer",
  printValue: String,
  printLimit: String,
  printLine: String,
};

const OCTAL: NumberFormat = {
  parse: parseOctal,
  refused: "argument couldn't be parsed as an octal number",
  printValue: (value) => value.toString(8),
  printLimit: (value) => value.toString(8),
  printLine: (value) => value.toString(8),
};

const MEMORY: NumberFormat = {
  // The result lands in a signed variable before the range is checked.
  parse: (text) => {
    const bytes = parseMemory(text);
    return bytes === null ? null : BigInt.asIntN(64, bytes);
  },
  refused: 'argument must be a memory value',
  printValue: (value) => String(BigInt.asUintN(64, value)),
  printLimit: String,
  printLine: (value) => formatMemory(BigInt.asIntN(64, value)),
};

const MEMORY_OR_PERCENT: NumberFormat = {
  parse: (text) => MEMORY.parse(text) ?? parsePercent(text),
  refused: 'argument must be a memory or percent value',
  printValue: (value) => (value < 0n ? `${-value}%` : String(value)),
  printLimit: String,
  printLine: (value) => (value < 0n ? `${-value}%` : formatMemory(value)),
};

export function integer(
  defaultValue: number,
  min: Limit,
  max: Limit,
  options: NumberOptions = {},
): Directive<number> {
  return numberDirective(PLAIN, defaultValue, BigInt(min), BigInt(max), options);
}

export function octal(
  defaultValue: number,
  min: Limit,
  max: Limit,
  options: NumberOptions = {},
): Directive<number> {
  return numberDirective(OCTAL, defaultValue, BigInt(min), BigInt(max), { ...options, unsigned: true });
}

/** Bytes; accepts the units b, k, kb, m, mb, g, gb. */
export function memory(
  defaultValue: number,
  min: Limit,
  max: Limit,
  options: NumberOptions = {},
): Directive<number> {
  return numberDirective(MEMORY, defaultValue, BigInt(min), BigInt(max), options);
}

/** Bytes, or a percentage of maxmemory that is kept as its negative: -5 is 5%. */
export function memoryOrPercent(
  defaultValue: number,
  maxPercent: number,
  max: Limit,
  options: NumberOptions = {},
): Directive<number> {
  return numberDirective(MEMORY_OR_PERCENT, defaultValue, BigInt(-maxPercent), BigInt(max), options);
}

function numberDirective(
  format: NumberFormat,
  defaultValue: number,
  min: bigint,
  max: bigint,
  options: NumberOptions,
): Directive<number> {
  const unsigned = options.unsigned === true;
  return {
    ...options,
    defaultValue,
    parse(args): Accepted<number> | Refused {
      const parsed = format.parse(args[0] ?? '');
      if (parsed === null) return { refused: format.refused };
      const number = unsigned ? BigInt.asUintN(64, parsed) : parsed;
      if (format === MEMORY_OR_PERCENT && number < 0n) {
        if (number < min) return { refused: `percentage argument must be less or equal to ${-min}` };
      } else if (number > max || number < min) {
        return {
          refused: `argument must be between ${format.printLimit(min)} and ${format.printLimit(max)} inclusive`,
        };
      }
      const kept = options.clamp?.(number) ?? number;
      return { value: Number(kept), text: format.printValue(kept) };
    },
    print: (value) => format.printValue(BigInt(value)),
    rewrite(name, value, text) {
      // The text is exact where the number is not; only a percentage or an octal number is no plain integer.
      const exact = /^[0-9-]+$/.test(text) && format !== OCTAL ? BigInt(text) : BigInt(value);
      return [{ line: `${name} ${format.printLine(exact)}`, force: value !== defaultValue }];
    },
  };
}

function parsePercent(text: ByteString): bigint | null {
  const cText = asCString(text);
  if (cText.length < 2 || !cText.endsWith('%')) return null;
  const percent = parseBigInteger(cText.slice(0, -1));
  return percent === null || percent < 0n ? null : -percent;
}
