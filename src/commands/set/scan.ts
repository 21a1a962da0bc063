/** SSCAN. https://redis.io/docs/latest/commands/sscan/ */
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { matchesPattern, parseCursor, parseScanOptions } from '../generic/scan-arguments.js';
import { oneKey } from '../key-specs.js';
import { setForRead } from './set-lookup.js';

/** The options of a missing key are not even looked at. */
function runSscan(context: CommandContext, argv: readonly ByteString[]): Reply {
  const cursor = parseCursor(argv[2]!);
  if (cursor instanceof ErrorReply) return cursor;
  const set = setForRead(context, argv[1]!);
  if (set === null) return ['0', []];
  if (set instanceof ErrorReply) return set;
  const options = parseScanOptions(argv, 3, false);
  if (options instanceof ErrorReply) return options;
  const step = set.scan(cursor, options.count);
  return [String(step.cursor), step.members.filter((member) => matchesPattern(options, member))];
}

export const sscan = {
  name: 'sscan',
  summary: 'Lists the members of a set step by step.',
  since: '2.8.0',
  group: 'set',
  complexity:
    'O(1) for each call; O(N) for all calls until the cursor is 0 again, N being the number of members.',
  arity: -3,
  flags: ['readonly'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  run: runSscan,
} as const satisfies Command;
