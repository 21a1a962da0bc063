/** Looks through the bits of a string: BITCOUNT and BITPOS. https://redis.io/docs/latest/commands/bitcount/ */
import type { ByteString } from '../../resp/byte-string.js';
import { BIT_NOT_ZERO_OR_ONE, NOT_AN_INTEGER, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { countBits, findBit } from '../../structures/bitmap.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { bytesOf, fromEitherEnd, parseUnit, stringForRead } from './bitmap-lookup.js';

function runBitcount(context: CommandContext, argv: readonly ByteString[]): Reply {
  const value = stringForRead(context, argv[1]!);
  if (value === null) return 0;
  if (value instanceof ErrorReply) return value;
  if (argv.length === 2) return countBits(bytesOf(value), 0, value.length * 8 - 1);
  if (argv.length !== 4 && argv.length !== 5) return SYNTAX_ERROR;
  const start = parseInteger(argv[2]!);
  const end = start === null ? null : parseInteger(argv[3]!);
  if (start === null || end === null) return NOT_AN_INTEGER;
  if (start < 0 && end < 0 && start > end) return 0;
  const unit = argv.length === 5 ? parseUnit(argv[4]!) : 'byte';
  if (unit === null) return SYNTAX_ERROR;
  const { first, last } = bitRange(start, end, value.length, unit);
  return countBits(bytesOf(value), first, last);
}

function runBitpos(context: CommandContext, argv: readonly ByteString[]): Reply {
  const bit = parseInteger(argv[2]!);
  if (bit === null) return NOT_AN_INTEGER;
  if (bit !== 0 && bit !== 1) return BIT_NOT_ZERO_OR_ONE;
  const value = stringForRead(context, argv[1]!);
  if (value === null) return bit === 1 ? -1 : 0;
  if (value instanceof ErrorReply) return value;
  if (argv.length > 6) return SYNTAX_ERROR;
  const start = argv.length > 3 ? parseInteger(argv[3]!) : 0;
  if (start === null) return NOT_AN_INTEGER;
  const unit = argv.length === 6 ? parseUnit(argv[5]!) : 'byte';
  if (unit === null) return SYNTAX_ERROR;
  const end = argv.length > 4 ? parseInteger(argv[4]!) : -1;
  if (end === null) return NOT_AN_INTEGER;
  const { first, last } = bitRange(start, end, value.length, unit);
  if (first > last) return -1;
  const position = findBit(bytesOf(value), bit, first, last);
  // Without an end, as many zeros follow as one likes.
  return position < 0 && bit === 0 && argv.length <= 4 ? value.length * 8 : position;
}

function bitRange(
  start: bigint | number,
  end: bigint | number,
  length: number,
  unit: 'bit' | 'byte',
): { readonly first: number; readonly last: number } {
  const width = unit === 'bit' ? 1 : 8;
  const total = (length * 8) / width;
  const first = fromEitherEnd(start, total);
  const last = Math.min(fromEitherEnd(end, total), total - 1);
  return { first: first * width, last: last * width + width - 1 };
}

export const bitcount = {
  name: 'bitcount',
  summary: 'Counts the bits that are set in a string.',
  since: '2.6.0',
  group: 'bitmap',
  complexity: 'O(N)',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['bitmap'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  history: [['7.0.0', '`BYTE` and `BIT` came.']],
  run: runBitcount,
} as const satisfies Command;

export const bitpos = {
  ...bitcount,
  name: 'bitpos',
  summary: 'Finds the first bit that is set, or clear, in a string.',
  since: '2.8.7',
  arity: -3,
  run: runBitpos,
} as const satisfies Command;
