/** Commands that remove members: ZREM, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX. https://redis.io/docs/latest/commands/zrem/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { resolveRanks } from './range-arguments.js';
import {
  type Bounds,
  parseMemberBounds,
  parseScoreBounds,
  type RankRange,
  ranksWithin,
} from './range-bounds.js';
import { sortedSetForWrite } from './sorted-set-lookup.js';

/** With its last member the key goes too. */
function runZrem(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const set = sortedSetForWrite(context, key);
  if (set === null) return 0;
  if (set instanceof ErrorReply) return set;
  let deleted = 0;
  for (let position = 2; position < argv.length && set.size > 0; position++) {
    if (set.delete(argv[position]!)) deleted++;
  }
  if (deleted === 0) return 0;
  if (set.size === 0) context.db.delete(key);
  context.notify('z', 'zrem', key);
  if (set.size === 0) context.notify('g', 'del', key);
  context.db.signalModified(key, deleted);
  return deleted;
}

function runZremrangebyrank(context: CommandContext, argv: readonly ByteString[]): Reply {
  const start = parseInteger(argv[2]!);
  const stop = parseInteger(argv[3]!);
  if (start === null || stop === null) return NOT_AN_INTEGER;
  return removeRange(context, argv[1]!, ({ size }) => resolveRanks(size, Number(start), Number(stop)));
}

function removeWithin(context: CommandContext, key: ByteString, bounds: Bounds | ErrorReply): Reply {
  if (bounds instanceof ErrorReply) return bounds;
  return removeRange(context, key, (set) => ranksWithin(set, bounds));
}

function removeRange(
  context: CommandContext,
  key: ByteString,
  rangeOf: (set: SortedSetValue) => RankRange | null,
): Reply {
  const set = sortedSetForWrite(context, key);
  if (set === null) return 0;
  if (set instanceof ErrorReply) return set;
  const range = rangeOf(set);
  if (range === null || range.start === range.end) return 0;
  const deleted = set.removeRange(range.start, range.end).length;
  if (set.size === 0) context.db.delete(key);
  context.db.signalModified(key, deleted);
  context.notify('z', context.command.declaration.name, key);
  if (set.size === 0) context.notify('g', 'del', key);
  return deleted;
}

export const zrem = {
  name: 'zrem',
  summary: 'Removes members from a sorted set, and the key with the last of them.',
  since: '1.2.0',
  group: 'sorted-set',
  complexity:
    'O(M*log(N)), N being the number of members of the sorted set and M the number of members given.',
  arity: -3,
  flags: ['write', 'fast'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  history: [['2.4.0', 'Takes more than one member.']],
  run: runZrem,
} as const satisfies Command;

export const zremrangebyrank = {
  name: 'zremrangebyrank',
  summary: 'Removes the members of a sorted set whose places are in a range.',
  since: '2.0.0',
  group: 'sorted-set',
  complexity:
    'O(log(N)+M), N being the number of members of the sorted set and M the number of members removed.',
  arity: 4,
  flags: ['write'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  run: runZremrangebyrank,
} as const satisfies Command;

export const zremrangebyscore = {
  ...zremrangebyrank,
  name: 'zremrangebyscore',
  summary: 'Removes the members of a sorted set whose scores are in a range.',
  since: '1.2.0',
  run: (context, argv) => removeWithin(context, argv[1]!, parseScoreBounds(argv[2]!, argv[3]!)),
} as const satisfies Command;

export const zremrangebylex = {
  ...zremrangebyrank,
  name: 'zremrangebylex',
  summary: 'Removes the members of a sorted set that are in a range of byte strings.',
  since: '2.8.9',
  run: (context, argv) => removeWithin(context, argv[1]!, parseMemberBounds(argv[2]!, argv[3]!)),
} as const satisfies Command;
