/** Commands that take the members with the lowest or greatest scores: ZPOPMIN, ZPOPMAX, ZMPOP. https://redis.io/docs/latest/commands/zpopmin/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { MUST_BE_POSITIVE, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { DoubleReply, ErrorReply, type Reply } from '../../resp/reply.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keysByCount, oneKey } from '../key-specs.js';
import { type MultiPopType, runMultiPop } from '../multi-pop.js';
import { entriesReply, sortedSetForWrite } from './sorted-set-lookup.js';

/** Which end of the set. */
export type ScoreEnd = 'min' | 'max';

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

export const multiPop: MultiPopType<ScoreEnd> = {
  type: 'zset',
  parseEnd(word) {
    const end = toLowerAscii(asCString(word));
    return end === 'min' || end === 'max' ? end : null;
  },
  take(context, key, end, count) {
    const set = sortedSetForWrite(context, key);
    if (set === null || set instanceof ErrorReply) return set;
    const entries = takeMembers(context, key, set, end, count);
    context.propagateAs([popCommandName(end), key, String(entries.length)]);
    return [key, entries.map(({ member, score }): Reply[] => [member, new DoubleReply(score)])];
  },
};

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
  run: (context, argv) => runMultiPop(context, argv, multiPop),
} as const satisfies Command;
