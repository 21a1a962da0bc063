/** KEYS and SCAN. https://redis.io/docs/latest/commands/scan/ */
import { typeOfValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { globMatches } from '../../structures/glob.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { matchesPattern, parseCursor, parseScanOptions } from './scan-arguments.js';

/** Expired keys are left out but stay. */
function runKeys(context: CommandContext, argv: readonly ByteString[]): Reply {
  const pattern = argv[1]!;
  const found: ByteString[] = [];
  for (const key of context.db.keys()) {
    if ((pattern === '*' || globMatches(pattern, key)) && !context.db.isExpired(key)) found.push(key);
  }
  return found;
}

function runScan(context: CommandContext, argv: readonly ByteString[]): Reply {
  const cursor = parseCursor(argv[1]!);
  if (cursor instanceof ErrorReply) return cursor;
  const options = parseScanOptions(argv, 2, true);
  if (options instanceof ErrorReply) return options;
  const { db } = context;
  const step = db.scan(cursor, options.count);
  const found = step.keys.filter((key) => {
    if (!matchesPattern(options, key)) return false;
    return options.type === null ? !db.expireIfNeeded(key) : isOfType(context, key, options.type);
  });
  return [String(step.cursor), found];
}

function isOfType(context: CommandContext, key: ByteString, type: ByteString): boolean {
  const value = context.db.lookupRead(key, context.node.version === '7.0' ? 'inspect' : 'inspect-quietly');
  return value !== undefined && typeOfValue(value) === type;
}

export const keys = {
  name: 'keys',
  summary: 'Lists every key that matches a pattern.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(N), N being the number of keys in the database, names and pattern being of limited length.',
  arity: 2,
  flags: ['readonly'],
  aclCategories: ['keyspace', 'dangerous'],
  tips: ['request_policy:all_shards', 'nondeterministic_output_order'],
  run: runKeys,
} as const satisfies Command;

export const scan = {
  name: 'scan',
  summary: 'Lists the keys of the database step by step.',
  since: '2.8.0',
  group: 'generic',
  complexity:
    'O(1) for each call; O(N) for all calls until the cursor is 0 again, N being the number of keys.',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['keyspace'],
  tips: ['nondeterministic_output', 'request_policy:special', 'response_policy:special'],
  history: [['6.0.0', '`TYPE` came.']],
  in70: { tips: ['nondeterministic_output', 'request_policy:special'] },
  run: runScan,
} as const satisfies Command;
