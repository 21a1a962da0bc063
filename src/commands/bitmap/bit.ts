/** Single bits: SETBIT and GETBIT. https://redis.io/docs/latest/commands/setbit/ */
import type { ByteString } from '../../resp/byte-string.js';
import { BIT_OUT_OF_RANGE } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { byteReader, parseBitOffset, stringForRead, stringWithBit } from './bitmap-lookup.js';

function runSetbit(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const offset = parseBitOffset(context, argv[2]!);
  if (offset instanceof ErrorReply) return offset;
  const bit = parseInteger(argv[3]!);
  if (bit !== 0 && bit !== 1) return BIT_OUT_OF_RANGE;
  const found = stringWithBit(context, key, offset);
  if (found instanceof ErrorReply) return found;
  const { string, hasGrown } = found;
  const index = Math.floor(offset / 8);
  const mask = 128 >> (offset % 8);
  const byte = string.byteAt(index);
  const previous = (byte & mask) === 0 ? 0 : 1;
  if (!hasGrown && previous === bit) return previous;
  string.setByte(index, bit === 1 ? byte | mask : byte & ~mask);
  context.db.signalModified(key);
  context.notify('$', 'setbit', key);
  return previous;
}

function runGetbit(context: CommandContext, argv: readonly ByteString[]): Reply {
  const offset = parseBitOffset(context, argv[2]!);
  if (offset instanceof ErrorReply) return offset;
  const value = stringForRead(context, argv[1]!);
  if (value instanceof ErrorReply) return value;
  const byte = byteReader(value)(Math.floor(offset / 8));
  return (byte & (128 >> (offset % 8))) === 0 ? 0 : 1;
}

export const setbit = {
  name: 'setbit',
  summary: 'Sets or clears a bit of a string; a missing key comes to be. Answers what the bit was.',
  since: '2.2.0',
  group: 'bitmap',
  complexity: 'O(1)',
  arity: 4,
  flags: ['write', 'denyoom'],
  aclCategories: ['bitmap'],
  keySpecs: [oneKey(1, 'RW', 'access', 'update')],
  run: runSetbit,
} as const satisfies Command;

export const getbit = {
  name: 'getbit',
  summary: 'Reads a bit of a string.',
  since: '2.2.0',
  group: 'bitmap',
  complexity: 'O(1)',
  arity: 3,
  flags: ['readonly', 'fast'],
  aclCategories: ['bitmap'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runGetbit,
} as const satisfies Command;
