/** Commands that read lists: LLEN, LINDEX, LRANGE. https://redis.io/docs/latest/commands/lrange/ */
import type { ByteString } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { listForRead } from './list-lookup.js';

function runLlen(context: CommandContext, argv: readonly ByteString[]): Reply {
  const list = listForRead(context, argv[1]!);
  if (list === null) return 0;
  return list instanceof ErrorReply ? list : list.size;
}

function runLindex(context: CommandContext, argv: readonly ByteString[]): Reply {
  const list = listForRead(context, argv[1]!);
  if (list === null || list instanceof ErrorReply) return list;
  const given = parseInteger(argv[2]!);
  if (given === null) return NOT_AN_INTEGER;
  const index = given < 0 ? list.size + Number(given) : Number(given);
  return index >= 0 && index < list.size ? list.at(index) : null;
}

function runLrange(context: CommandContext, argv: readonly ByteString[]): Reply {
  const from = parseInteger(argv[2]!);
  const to = from === null ? null : parseInteger(argv[3]!);
  if (from === null || to === null) return NOT_AN_INTEGER;
  const list = listForRead(context, argv[1]!);
  if (list === null) return [];
  if (list instanceof ErrorReply) return list;
  const { start, count } = rangeOf(Number(from), Number(to), list.size);
  return list.slice(start, count);
}

/** A range with both ends included, negative ones counted from the end; the count is 0 where nothing is in it. */
export function rangeOf(from: number, to: number, size: number): { start: number; count: number } {
  const start = Math.max(0, from < 0 ? size + from : from);
  const end = Math.min(to < 0 ? size + to : to, size - 1);
  return start > end ? { start: 0, count: 0 } : { start, count: end - start + 1 };
}

export const llen = {
  name: 'llen',
  summary: 'Counts the elements of a list.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RO')],
  run: runLlen,
} as const satisfies Command;

export const lindex = {
  name: 'lindex',
  summary: 'Reads one element of a list by its index.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(N), N being the number of elements between the index and the nearer end; O(1) at the ends.',
  arity: 3,
  flags: ['readonly'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runLindex,
} as const satisfies Command;

export const lrange = {
  name: 'lrange',
  summary: 'Reads a range of elements of a list.',
  since: '1.0.0',
  group: 'list',
  complexity:
    'O(S+N), S being the distance of the start from the nearer end and N the number of elements read.',
  arity: 4,
  flags: ['readonly'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runLrange,
} as const satisfies Command;
