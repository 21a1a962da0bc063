/** Commands that take an element from one list and put it into another: LMOVE, RPOPLPUSH. https://redis.io/docs/latest/commands/lmove/ */
import { type ListEnd, ListValue } from '../../keyspace/values/list-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { elementsRemoved, listForWrite, listLimits, parseEnd } from './list-lookup.js';

/** @returns the element, null where there is no source, or the error for a key of another type. */
export function moveElement(
  context: CommandContext,
  [source, target]: readonly [ByteString, ByteString],
  [from, to]: readonly [ListEnd, ListEnd],
): ByteString | null | ErrorReply {
  const list = listForWrite(context, source);
  if (list === null || list instanceof ErrorReply) return list;
  const found = listForWrite(context, target);
  if (found instanceof ErrorReply) return found;
  const limits = listLimits(context);
  // An integer that comes out of a quicklist has no text yet whose length would count.
  const wasQuicklist = list.encoding === 'quicklist';
  const element = list.pop(from);
  const counted = wasQuicklist && parseInteger(element) !== null ? '' : element;
  const other = found ?? ListValue.empty(limits);
  if (found === null) context.db.set(target, other);
  context.db.signalModified(target, 0);
  other.prepareToGrow([counted], 0, limits);
  other.push(to, element);
  context.notify('l', to === 'left' ? 'lpush' : 'rpush', target);
  elementsRemoved(context, source, list, from, 1);
  return element;
}

function runLmove(context: CommandContext, argv: readonly ByteString[]): Reply {
  const from = parseEnd(argv[3]!);
  const to = parseEnd(argv[4]!);
  if (from === null || to === null) return SYNTAX_ERROR;
  return moveElement(context, [argv[1]!, argv[2]!], [from, to]);
}

export const lmove = {
  name: 'lmove',
  summary: 'Takes an element from an end of a list and puts it to an end of another one.',
  since: '6.2.0',
  group: 'list',
  complexity: 'O(1)',
  arity: 5,
  flags: ['write', 'denyoom'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete'), oneKey(2, 'RW', 'insert')],
  run: runLmove,
} as const satisfies Command;

export const rpoplpush = {
  ...lmove,
  name: 'rpoplpush',
  summary: 'Takes the last element of a list and puts it before the first one of another.',
  since: '1.2.0',
  arity: 3,
  deprecated: { since: '6.2.0', replacedBy: '`LMOVE` with the `RIGHT` and `LEFT` arguments' },
  run: (context, argv) => moveElement(context, [argv[1]!, argv[2]!], ['right', 'left']),
} as const satisfies Command;
