/** ZRANDMEMBER. https://redis.io/docs/latest/commands/zrandmember/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  NOT_AN_INTEGER,
  outOfRangeBetween,
  SYNTAX_ERROR,
  VALUE_OUT_OF_RANGE,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, NO_REPLY, type Reply } from '../../resp/reply.js';
import { SHORTEST_BULK } from '../../resp/reply-encoder.js';
import { INT64_MAX, type Int64 } from '../../structures/int64.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import type { Random } from '../../time/random.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { entriesReply, sortedSetForRead } from './sorted-set-lookup.js';

/** From one in so many members on, drawing until enough different ones are found is faster than walking through all. */
const DRAW_WHEN_FEWER_THAN_ONE_IN = 3;

function runZrandmember(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { random } = context.node;
  if (argv.length === 2) {
    const set = sortedSetForRead(context, argv[1]!);
    if (set === null || set instanceof ErrorReply) return set;
    return anyOf(set, random).member;
  }
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  const set = sortedSetForRead(context, argv[1]!);
  if (set === null) return [];
  if (set instanceof ErrorReply) return set;
  const { count, withScores } = options;
  if (count < 0 && context.overflowsOutput(-Number(count) * SHORTEST_BULK)) return NO_REPLY;
  const entries = count < 0 ? drawn(set, -Number(count), random) : chosen(set, count, random);
  return entriesReply(context, entries, withScores);
}

function parseOptions(argv: readonly ByteString[]): { count: Int64; withScores: boolean } | ErrorReply {
  const count = parseInteger(argv[2]!);
  if (count === null) return NOT_AN_INTEGER;
  if (count < -INT64_MAX) return outOfRangeBetween(-INT64_MAX, INT64_MAX);
  if (argv.length === 3) return { count, withScores: false };
  if (argv.length > 4 || toLowerAscii(asCString(argv[3]!)) !== 'withscores') return SYNTAX_ERROR;
  const limit = INT64_MAX / 2n;
  if (count < -limit || count > limit) return VALUE_OUT_OF_RANGE;
  return { count, withScores: true };
}

/** So many members, any of them any number of times. */
function drawn(set: SortedSetValue, count: number, random: Random): RankedEntry[] {
  return Array.from({ length: count }, () => anyOf(set, random));
}

/** So many different members, or all, the greatest score first. */
function chosen(set: SortedSetValue, wanted: Int64, random: Random): RankedEntry[] {
  const { size } = set;
  if (wanted >= size && wanted !== 1) return set.slice(0, size).reverse();
  const count = Number(wanted);
  if (set.encoding === 'skiplist' && count * DRAW_WHEN_FEWER_THAN_ONE_IN <= size) {
    const found = new Set<RankedEntry>();
    while (found.size < count) found.add(anyOf(set, random));
    return [...found];
  }
  // Walks through all and takes each with the probability that leaves as many as are wanted.
  const found: RankedEntry[] = [];
  const entries = set.slice(0, size);
  for (let index = 0; found.length < count; index++) {
    if (random.below(size - index) < count - found.length) found.push(entries[index]!);
  }
  return found;
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
