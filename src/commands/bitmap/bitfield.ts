/** BITFIELD and BITFIELD_RO: integers of any width within a string. https://redis.io/docs/latest/commands/bitfield/ */
import type { RawString } from '../../keyspace/values/raw-string.js';
import type { ByteString } from '../../resp/byte-string.js';
import { BITFIELD_RO_ONLY_GETS } from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { readBits, writeBits } from '../../structures/bitmap.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { type FieldOperation, parseFieldOperations } from './bitfield-arguments.js';
import { byteReader, stringForRead, stringWithBit } from './bitmap-lookup.js';

function runBitfield(context: CommandContext, argv: readonly ByteString[]): Reply {
  const operations = parseFieldOperations(context, argv);
  if (operations instanceof ErrorReply) return operations;
  const writes = operations.filter((operation) => operation.kind !== 'get');
  const key = argv[1]!;
  if (writes.length === 0) {
    const value = stringForRead(context, key);
    if (value instanceof ErrorReply) return value;
    const byteAt = byteReader(value);
    return operations.map((operation) => readField(byteAt, operation));
  }
  if (context.command.fullName === 'bitfield_ro') return BITFIELD_RO_ONLY_GETS;
  const lastBit = Math.max(...writes.map(({ offset, bits }) => offset + bits - 1));
  const found = stringWithBit(context, key, lastBit);
  if (found instanceof ErrorReply) return found;
  const { string, hasGrown } = found;
  const replies: Reply[] = [];
  let changes = 0;
  for (const operation of operations) {
    const before = readField((index) => string.byteAt(index), operation);
    if (operation.kind === 'get') {
      replies.push(before);
      continue;
    }
    const after = fieldAfter(operation, before);
    if (after === null) {
      replies.push(null);
      continue;
    }
    writeField(string, operation, after);
    if (hasGrown || before !== after) changes++;
    replies.push(operation.kind === 'set' ? before : after);
  }
  if (changes > 0) {
    context.db.signalModified(key, changes);
    context.notify('$', 'setbit', key);
  }
  return replies;
}

function readField(byteAt: (index: number) => number, { isSigned, bits, offset }: FieldOperation): bigint {
  const value = readBits(byteAt, offset, bits);
  return isSigned ? BigInt.asIntN(bits, value) : value;
}

function writeField(string: RawString, { bits, offset }: FieldOperation, value: bigint): void {
  writeBits(
    (index) => string.byteAt(index),
    (index, byte) => string.setByte(index, byte),
    offset,
    bits,
    value,
  );
}

/** What the field becomes; null: it would overflow and stays as it is. */
function fieldAfter(
  { kind, isSigned, bits, operand, overflow }: FieldOperation,
  before: bigint,
): bigint | null {
  const max = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
  const min = isSigned ? -max - 1n : 0n;
  // What is set in an unsigned field counts as unsigned, so that a negative one is too large and not too small.
  const wanted = kind === 'incrby' ? before + operand : isSigned ? operand : BigInt.asUintN(64, operand);
  if (wanted >= min && wanted <= max) return wanted;
  if (overflow === 'fail') return null;
  // As in Redis the distance to the limit is 64 bits wide: what is far too small counts as too large.
  if (overflow === 'sat')
    return wanted > max || (kind === 'set' && isSigned && BigInt.asIntN(64, max - wanted) < 0n) ? max : min;
  return isSigned ? BigInt.asIntN(bits, wanted) : BigInt.asUintN(bits, wanted);
}

export const bitfield = {
  name: 'bitfield',
  summary: 'Reads and changes integers of any width within a string.',
  since: '3.2.0',
  group: 'bitmap',
  complexity: 'O(1) for each subcommand.',
  arity: -2,
  flags: ['write', 'denyoom'],
  aclCategories: ['bitmap'],
  keySpecs: [
    {
      ...oneKey(1, 'RW', 'update', 'access', 'variable_flags'),
      notes: 'a command without SET and INCRBY only reads',
    },
  ],
  run: runBitfield,
} as const satisfies Command;

export const bitfieldRo = {
  ...bitfield,
  name: 'bitfield_ro',
  summary: 'Reads integers of any width within a string.',
  since: '6.0.0',
  flags: ['readonly', 'fast'],
  keySpecs: [oneKey(1, 'RO', 'access')],
} as const satisfies Command;
