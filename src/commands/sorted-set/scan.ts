/** ZSCAN. https://redis.io/docs/latest/commands/zscan/ */
import type { ByteString } from '../../resp/byte-string.js';
import { formatDoubleOrInteger, formatGeneral } from '../../resp/number-format.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { matchesPattern, parseCursor, parseScanOptions } from '../generic/scan-arguments.js';
import { oneKey } from '../key-specs.js';
import { sortedSetForRead } from './sorted-set-lookup.js';

const SKIPLIST_DIGITS = 17;

/** The options of a missing key are not even looked at. */
function runZscan(context: CommandContext, argv: readonly ByteString[]): Reply {
  const cursor = parseCursor(argv[2]!);
  if (cursor instanceof ErrorReply) return cursor;
  const set = sortedSetForRead(context, argv[1]!);
  if (set === null) return ['0', []];
  if (set instanceof ErrorReply) return set;
  const options = parseScanOptions(argv, 3, false);
  if (options instanceof ErrorReply) return options;
  const step = set.scan(cursor, options.count);
  // A listpack holds scores as text, and gives them as it holds them.
  const isListpack = set.encoding === 'listpack';
  const found: ByteString[] = [];
  for (const member of step.members) {
    if (!matchesPattern(options, member)) continue;
    const score = set.score(member)!;
    found.push(
      member,
      isListpack ? formatDoubleOrInteger(score, context.node.version) : formatGeneral(score, SKIPLIST_DIGITS),
    );
  }
  return [String(step.cursor), found];
}

export const zscan = {
  name: 'zscan',
  summary: 'Lists the members of a sorted set with their scores step by step.',
  since: '2.8.0',
  group: 'sorted-set',
  complexity:
    'O(1) for each call; O(N) for all calls until the cursor is 0 again, N being the number of members.',
  arity: -3,
  flags: ['readonly'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  run: runZscan,
} as const satisfies Command;
