/** Commands that read sorted sets member by member, and count: ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZCARD, ZCOUNT, ZLEXCOUNT. https://redis.io/docs/latest/commands/zscore/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { SYNTAX_ERROR, wrongArity } from '../../resp/errors/index.js';
import { DoubleReply, ErrorReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { type Bounds, parseMemberBounds, parseScoreBounds, ranksWithin } from './range-bounds.js';
import { sortedSetForRead } from './sorted-set-lookup.js';

function runZscore(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = sortedSetForRead(context, argv[1]!);
  if (set === null || set instanceof ErrorReply) return set;
  return scoreReply(set, argv[2]!);
}

function runZmscore(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = sortedSetForRead(context, argv[1]!);
  if (set instanceof ErrorReply) return set;
  return argv.slice(2).map((member) => (set === null ? null : scoreReply(set, member)));
}

function scoreReply(set: SortedSetValue, member: ByteString): Reply {
  const score = set.score(member);
  return score === undefined ? null : new DoubleReply(score);
}

function rank(context: CommandContext, argv: readonly ByteString[], reverse: boolean): Reply {
  if (argv.length > 4) return wrongArity(context.command.fullName);
  const withScore = argv.length === 4;
  if (withScore && toLowerAscii(asCString(argv[3]!)) !== 'withscore') return SYNTAX_ERROR;
  const missing = withScore ? NULL_ARRAY : null;
  const set = sortedSetForRead(context, argv[1]!);
  if (set === null) return missing;
  if (set instanceof ErrorReply) return set;
  const member = argv[2]!;
  const fromStart = set.rank(member);
  if (fromStart === undefined) return missing;
  const found = reverse ? set.size - 1 - fromStart : fromStart;
  return withScore ? [found, scoreReply(set, member)] : found;
}

function countWithin(context: CommandContext, key: ByteString, bounds: Bounds | ErrorReply): Reply {
  if (bounds instanceof ErrorReply) return bounds;
  const set = sortedSetForRead(context, key);
  if (set === null) return 0;
  if (set instanceof ErrorReply) return set;
  const { start, end } = ranksWithin(set, bounds);
  return end - start;
}

function runZcard(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = sortedSetForRead(context, argv[1]!);
  if (set instanceof ErrorReply) return set;
  return set?.size ?? 0;
}

export const zscore = {
  name: 'zscore',
  summary: 'Reads the score of a member of a sorted set.',
  since: '1.2.0',
  group: 'sorted-set',
  complexity: 'O(1)',
  arity: 3,
  flags: ['readonly', 'fast'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runZscore,
} as const satisfies Command;

export const zmscore = {
  ...zscore,
  name: 'zmscore',
  summary: 'Reads the scores of several members of a sorted set.',
  since: '6.2.0',
  complexity: 'O(N), N being the number of members asked for.',
  arity: -3,
  run: runZmscore,
} as const satisfies Command;

export const zrank = {
  ...zscore,
  name: 'zrank',
  summary: 'Tells the place of a member in a sorted set, the lowest score first.',
  since: '2.0.0',
  complexity: 'O(log(N))',
  arity: -3,
  history: [['7.2.0', '`WITHSCORE` came.']],
  in70: { arity: 3, history: [] },
  run: (context, argv) => rank(context, argv, false),
} as const satisfies Command;

export const zrevrank = {
  ...zrank,
  name: 'zrevrank',
  summary: 'Tells the place of a member in a sorted set, the greatest score first.',
  run: (context, argv) => rank(context, argv, true),
} as const satisfies Command;

export const zcard = {
  ...zscore,
  name: 'zcard',
  summary: 'Counts the members of a sorted set.',
  arity: 2,
  keySpecs: [oneKey(1, 'RO')],
  run: runZcard,
} as const satisfies Command;

export const zcount = {
  ...zscore,
  name: 'zcount',
  summary: 'Counts the members of a sorted set whose scores are in a range.',
  since: '2.0.0',
  complexity: 'O(log(N)), N being the number of members of the sorted set.',
  arity: 4,
  run: (context, argv) => countWithin(context, argv[1]!, parseScoreBounds(argv[2]!, argv[3]!)),
} as const satisfies Command;

export const zlexcount = {
  ...zcount,
  name: 'zlexcount',
  summary: 'Counts the members of a sorted set that are in a range of byte strings.',
  since: '2.8.9',
  run: (context, argv) => countWithin(context, argv[1]!, parseMemberBounds(argv[2]!, argv[3]!)),
} as const satisfies Command;
