/** SRANDMEMBER. https://redis.io/docs/latest/commands/srandmember/ */
import type { ByteString } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER, outOfRangeBetween, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, NO_REPLY, type Reply } from '../../resp/reply.js';
import { SHORTEST_BULK } from '../../resp/reply-encoder.js';
import { INT64_MAX } from '../../structures/int64.js';
import type { Random } from '../../time/random.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { distinctIndexes } from '../random-choice.js';
import { setForRead } from './set-lookup.js';

function runSrandmember(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { random } = context.node;
  if (argv.length === 2) {
    const set = setForRead(context, argv[1]!);
    if (set === null || set instanceof ErrorReply) return set;
    return anyOf(set.numbered(), random);
  }
  if (argv.length > 3) return SYNTAX_ERROR;
  const count = parseInteger(argv[2]!);
  if (count === null) return NOT_AN_INTEGER;
  if (count < -INT64_MAX) return outOfRangeBetween(-INT64_MAX, INT64_MAX);
  const set = setForRead(context, argv[1]!);
  if (set === null) return [];
  if (set instanceof ErrorReply) return set;
  const members = set.numbered();
  if (count < 0 && context.overflowsOutput(-Number(count) * SHORTEST_BULK)) return NO_REPLY;
  if (count < 0) return Array.from({ length: -Number(count) }, () => anyOf(members, random));
  return chosenFrom(members, Number(count), random);
}

/** So many different members, or all. */
export function chosenFrom(members: readonly ByteString[], count: number, random: Random): ByteString[] {
  if (count >= members.length) return [...members];
  return distinctIndexes(members.length, count, true, random).map((index) => members[index]!);
}

export function anyOf(members: readonly ByteString[], random: Random): ByteString {
  return members[random.below(members.length)]!;
}

export const srandmember = {
  name: 'srandmember',
  summary: 'Draws members of a set at random.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N), N being the number of members drawn.',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  history: [['2.6.0', '`count` came.']],
  run: runSrandmember,
} as const satisfies Command;
