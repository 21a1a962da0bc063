/** ZRANDMEMBER. https://redis.io/docs/latest/commands/zrandmember/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, NO_REPLY, type Reply } from '../../resp/reply.js';
import { SHORTEST_BULK } from '../../resp/reply-encoder.js';
import type { Int64 } from '../../structures/int64.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import type { Random } from '../../time/random.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { distinctIndexes, parseRandomOptions } from '../random-choice.js';
import { entriesReply, sortedSetForRead } from './sorted-set-lookup.js';

function runZrandmember(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { random } = context.node;
  if (argv.length === 2) {
    const set = sortedSetForRead(context, argv[1]!);
    if (set === null || set instanceof ErrorReply) return set;
    return anyOf(set, random).member;
  }
  const options = parseRandomOptions(argv, 'withscores');
  if (options instanceof ErrorReply) return options;
  const set = sortedSetForRead(context, argv[1]!);
  if (set === null) return [];
  if (set instanceof ErrorReply) return set;
  const { count, withValues } = options;
  if (count < 0 && context.overflowsOutput(-Number(count) * SHORTEST_BULK)) return NO_REPLY;
  const entries = count < 0 ? drawn(set, -Number(count), random) : chosen(set, count, random);
  return entriesReply(context, entries, withValues);
}

/** So many members, any of them any number of times. */
function drawn(set: SortedSetValue, count: number, random: Random): RankedEntry[] {
  return Array.from({ length: count }, () => anyOf(set, random));
}

/** So many different members, or all, the greatest score first. */
function chosen(set: SortedSetValue, wanted: Int64, random: Random): RankedEntry[] {
  const { size } = set;
  if (wanted >= size && wanted !== 1) return set.slice(0, size).reverse();
  const indexes = distinctIndexes(size, Number(wanted), set.encoding === 'skiplist', random);
  return indexes.map((index) => set.at(index));
}

function anyOf(set: SortedSetValue, random: Random): RankedEntry {
  return set.at(random.below(set.size));
}

export const zrandmember = {
  name: 'zrandmember',
  summary: 'Draws members of a sorted set at random.',
  since: '6.2.0',
  group: 'sorted-set',
  complexity: 'O(N), N being the number of members drawn.',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  run: runZrandmember,
} as const satisfies Command;
