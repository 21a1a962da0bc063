/** Commands that take the members with the lowest or greatest scores: ZPOPMIN, ZPOPMAX, ZMPOP. https://redis.io/docs/latest/commands/zpopmin/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  COUNT_NOT_POSITIVE,
  MUST_BE_POSITIVE,
  NUMKEYS_NOT_POSITIVE,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { DoubleReply, ErrorReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keysByCount, oneKey } from '../key-specs.js';
import { entriesReply, sortedSetForWrite } from './sorted-set-lookup.js';

/** Which end of the set. */
export type ScoreEnd = 'min' | 'max';

/** What ZMPOP and BZMPOP are asked for. */
export interface MultiPop {
  readonly keys: readonly ByteString[];
  readonly end: ScoreEnd;
  readonly count: number;
}

/** The name that every pop is replicated by. */
export function popCommandName(end: ScoreEnd): ByteString {
  return end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX';
}

/** Takes up to `count` members, at least one; with the last of them the key goes. */
export function takeMembers(
  context: CommandContext,
  key: ByteString,
  set: SortedSetValue,
  end: ScoreEnd,
  count: number,
): RankedEntry[] {
  const { size } = set;
  const taken = Math.min(count, size);
  const entries = end === 'min' ? set.removeRange(0, taken) : set.removeRange(size - taken, size).reverse();
  context.notify('z', end === 'min' ? 'zpopmin' : 'zpopmax', key);
  context.db.signalModified(key, entries.length);
  if (set.size === 0) {
    context.db.delete(key);
    context.notify('g', 'del', key);
  }
  return entries;
}

function pop(context: CommandContext, argv: readonly ByteString[], end: ScoreEnd): Reply {
  if (argv.length > 3) return SYNTAX_ERROR;
  const hasCount = argv.length === 3;
  const count = hasCount ? parseInteger(argv[2]!) : 1;
  if (count === null || count < 0) return MUST_BE_POSITIVE;
  const key = argv[1]!;
  const set = sortedSetForWrite(context, key);
  if (set === null) return [];
  if (set instanceof ErrorReply) return set;
  if (count === 0) return [];
  const entries = takeMembers(context, key, set, end, Number(count));
  if (hasCount) return entriesReply(context, entries, true);
  // Without a count it is one flat pair in RESP3 too.
  return entries.flatMap(({ member, score }): Reply[] => [member, new DoubleReply(score)]);
}

/** Takes members from the first of the keys that is there. Null: none is; the error for a key of another type before it. */
export function popFromFirst(
  context: CommandContext,
  { keys, end, count }: MultiPop,
): Reply[] | null | ErrorReply {
  for (const key of keys) {
    const set = sortedSetForWrite(context, key);
    if (set === null) continue;
    if (set instanceof ErrorReply) return set;
    const entries = takeMembers(context, key, set, end, count);
    context.propagateAs([popCommandName(end), key, String(entries.length)]);
    return [key, entries.map(({ member, score }): Reply[] => [member, new DoubleReply(score)])];
  }
  return null;
}

/** numkeys key ... MIN|MAX [COUNT count]. @param start where the number of keys is in argv. */
export function parseMultiPop(argv: readonly ByteString[], start: number): MultiPop | ErrorReply {
  const numkeys = parseInteger(argv[start]!);
  if (numkeys === null || numkeys < 1) return NUMKEYS_NOT_POSITIVE;
  const whereAt = start + 1 + Number(numkeys);
  if (whereAt >= argv.length) return SYNTAX_ERROR;
  const end = toLowerAscii(asCString(argv[whereAt]!));
  if (end !== 'min' && end !== 'max') return SYNTAX_ERROR;
  const keys = argv.slice(start + 1, whereAt);
  const options = argv.slice(whereAt + 1);
  if (options.length === 0) return { keys, end, count: 1 };
  const [option, countText] = options;
  if (toLowerAscii(asCString(option!)) !== 'count' || countText === undefined) return SYNTAX_ERROR;
  const count = parseInteger(countText);
  if (count === null || count < 1) return COUNT_NOT_POSITIVE;
  return options.length === 2 ? { keys, end, count: Number(count) } : SYNTAX_ERROR;
}

function runZmpop(context: CommandContext, argv: readonly ByteString[]): Reply {
  const request = parseMultiPop(argv, 1);
  if (request instanceof ErrorReply) return request;
  return popFromFirst(context, request) ?? NULL_ARRAY;
}

export const zpopmin = {
  name: 'zpopmin',
  summary: 'Takes the members with the lowest scores out of a sorted set.',
  since: '5.0.0',
  group: 'sorted-set',
  complexity:
    'O(log(N)*M), N being the number of members of the sorted set and M the number of members taken.',
  arity: -2,
  flags: ['write', 'fast'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete')],
  run: (context, argv) => pop(context, argv, 'min'),
} as const satisfies Command;

export const zpopmax = {
  ...zpopmin,
  name: 'zpopmax',
  summary: 'Takes the members with the greatest scores out of a sorted set.',
  run: (context, argv) => pop(context, argv, 'max'),
} as const satisfies Command;

export const zmpop = {
  name: 'zmpop',
  summary: 'Takes members out of the first of several sorted sets that is there.',
  since: '7.0.0',
  group: 'sorted-set',
  complexity:
    'O(K) + O(M*log(N)), K being the number of keys given, N the number of members of the sorted set and M the number of members taken.',
  arity: -4,
  flags: ['write', 'movablekeys'],
  aclCategories: ['sortedset'],
  keySpecs: [keysByCount(1, 'RW', 'access', 'delete')],
  run: runZmpop,
} as const satisfies Command;
