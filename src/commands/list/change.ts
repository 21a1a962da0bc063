/** Commands that change elements inside of lists: LSET, LREM, LTRIM. https://redis.io/docs/latest/commands/lset/ */
import type { ByteString } from '../../resp/byte-string.js';
import { NO_SUCH_KEY, NOT_AN_INTEGER, OUT_OF_RANGE } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Int64 } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { deleteIfEmpty, listForWrite, listLimits } from './list-lookup.js';
import { rangeOf } from './read.js';

function runLset(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const list = listForWrite(context, key);
  if (list === null) return NO_SUCH_KEY;
  if (list instanceof ErrorReply) return list;
  const given = parseInteger(argv[2]!);
  if (given === null) return NOT_AN_INTEGER;
  const limits = listLimits(context);
  list.prepareToGrow(argv, 3, limits);
  const signed = indexOf(given, context);
  const index = signed < 0 ? list.size + signed : signed;
  if (index < 0 || index >= list.size) return OUT_OF_RANGE;
  list.set(index, argv[3]!);
  context.db.signalModified(key);
  context.notify('l', 'lset', key);
  list.afterShrinking(limits);
  return OK;
}

/** Since 7.2 only the lower 32 bits of the index count. */
function indexOf(given: Int64, { node }: CommandContext): number {
  return node.version === '7.0' ? Number(given) : Number(BigInt.asIntN(32, BigInt(given)));
}

function runLrem(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const count = parseInteger(argv[2]!);
  if (count === null) return NOT_AN_INTEGER;
  const list = listForWrite(context, key);
  if (list === null) return 0;
  if (list instanceof ErrorReply) return list;
  const limit = Math.abs(Number(count)) || Number.POSITIVE_INFINITY;
  const removed = list.remove(argv[3]!, limit, count < 0);
  if (removed === 0) return 0;
  context.db.signalModified(key, removed);
  context.notify('l', 'lrem', key);
  deleteIfEmpty(context, key, list);
  return removed;
}

function runLtrim(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const from = parseInteger(argv[2]!);
  const to = from === null ? null : parseInteger(argv[3]!);
  if (from === null || to === null) return NOT_AN_INTEGER;
  const list = listForWrite(context, key);
  if (list === null) return OK;
  if (list instanceof ErrorReply) return list;
  const { size } = list;
  const { start, count } = rangeOf(Number(from), Number(to), size);
  list.removeRange(start + count, size - start - count);
  list.removeRange(0, start);
  context.notify('l', 'ltrim', key);
  deleteIfEmpty(context, key, list);
  context.db.signalModified(key, size - count);
  return OK;
}

export const lset = {
  name: 'lset',
  summary: 'Overwrites one element of a list.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(N), N being the length of the list; O(1) at the ends.',
  arity: 4,
  flags: ['write', 'denyoom'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  run: runLset,
} as const satisfies Command;

export const lrem = {
  name: 'lrem',
  summary: 'Removes elements that have a given value.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(N+M), N being the length of the list and M the number of elements removed.',
  arity: 4,
  flags: ['write'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  run: runLrem,
} as const satisfies Command;

export const ltrim = {
  name: 'ltrim',
  summary: 'Removes the elements outside of a range.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(N), N being the number of elements removed.',
  arity: 4,
  flags: ['write'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  run: runLtrim,
} as const satisfies Command;
