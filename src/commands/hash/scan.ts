/** HSCAN. https://redis.io/docs/latest/commands/hscan/ */
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { matchesPattern, parseCursor, parseScanOptions } from '../generic/scan-arguments.js';
import { oneKey } from '../key-specs.js';
import { hashForRead } from './hash-lookup.js';

/** The options of a missing key are not even looked at. */
function runHscan(context: CommandContext, argv: readonly ByteString[]): Reply {
  const cursor = parseCursor(argv[2]!);
  if (cursor instanceof ErrorReply) return cursor;
  const hash = hashForRead(context, argv[1]!);
  if (hash === null) return ['0', []];
  if (hash instanceof ErrorReply) return hash;
  const options = parseScanOptions(argv, 3, false);
  if (options instanceof ErrorReply) return options;
  const step = hash.scan(cursor, options.count);
  const found: ByteString[] = [];
  for (const field of step.fields) {
    if (matchesPattern(options, field)) found.push(field, hash.get(field)!);
  }
  return [String(step.cursor), found];
}

export const hscan = {
  name: 'hscan',
  summary: 'Lists the fields of a hash with their values step by step.',
  since: '2.8.0',
  group: 'hash',
  complexity:
    'O(1) for each call; O(N) for all calls until the cursor is 0 again, N being the number of fields.',
  arity: -3,
  flags: ['readonly'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  run: runHscan,
} as const satisfies Command;
