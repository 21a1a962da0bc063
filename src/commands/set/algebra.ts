/** The commands of the algebra of sets. https://redis.io/docs/latest/commands/sinter/ https://redis.io/docs/latest/commands/sintercard/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  LIMIT_NEGATIVE,
  MORE_KEYS_THAN_ARGUMENTS,
  NUMKEYS_NOT_POSITIVE,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys, keysByCount, keysFrom, oneKey } from '../key-specs.js';
import {
  answerCombined,
  difference,
  eachCommon,
  intersection,
  operandsOf,
  storeCombined,
  union,
} from './combine.js';

function runSintercard(context: CommandContext, argv: readonly ByteString[]): Reply {
  const numkeys = parseInteger(argv[1]!);
  if (numkeys === null || numkeys < 1) return NUMKEYS_NOT_POSITIVE;
  if (numkeys > argv.length - 2) return MORE_KEYS_THAN_ARGUMENTS;
  const optionsAt = 2 + Number(numkeys);
  let limit = 0;
  for (let position = optionsAt; position < argv.length; position += 2) {
    const argument = argv[position + 1];
    if (toLowerAscii(asCString(argv[position]!)) !== 'limit' || argument === undefined) return SYNTAX_ERROR;
    const value = parseInteger(argument);
    if (value === null || value < 0) return LIMIT_NEGATIVE;
    limit = Number(value);
  }
  const sets = operandsOf(context, argv.slice(2, optionsAt));
  if (sets instanceof ErrorReply) return sets;
  let count = 0;
  eachCommon(sets, () => ++count !== limit);
  return count;
}

export const sinter = {
  name: 'sinter',
  summary: 'Lists the members that several sets have in common.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N*M) at worst, N being the size of the smallest set and M the number of sets.',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['set'],
  keySpecs: [allKeys(1, 'RO', 'access')],
  tips: ['nondeterministic_output_order'],
  run: (context, argv) => answerCombined(context, argv.slice(1), intersection),
} as const satisfies Command;

export const sunion = {
  ...sinter,
  name: 'sunion',
  summary: 'Lists the members that at least one of several sets has.',
  complexity: 'O(N), N being the number of members of all sets.',
  run: (context, argv) => answerCombined(context, argv.slice(1), union),
} as const satisfies Command;

export const sdiff = {
  ...sunion,
  name: 'sdiff',
  summary: 'Lists the members of a set that none of several others has.',
  run: (context, argv) => answerCombined(context, argv.slice(1), difference),
} as const satisfies Command;

export const sinterstore = {
  name: 'sinterstore',
  summary: 'Stores the members that several sets have in common.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N*M) at worst, N being the size of the smallest set and M the number of sets.',
  arity: -3,
  flags: ['write', 'denyoom'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RW', 'update'), keysFrom(2, 'RO', 'access')],
  run: (context, argv) => storeCombined(context, argv, intersection, 'sinterstore'),
} as const satisfies Command;

export const sunionstore = {
  ...sinterstore,
  name: 'sunionstore',
  summary: 'Stores the members that at least one of several sets has.',
  complexity: 'O(N), N being the number of members of all sets.',
  keySpecs: [oneKey(1, 'OW', 'update'), keysFrom(2, 'RO', 'access')],
  run: (context, argv) => storeCombined(context, argv, union, 'sunionstore'),
} as const satisfies Command;

export const sdiffstore = {
  ...sunionstore,
  name: 'sdiffstore',
  summary: 'Stores the members of a set that none of several others has.',
  run: (context, argv) => storeCombined(context, argv, difference, 'sdiffstore'),
} as const satisfies Command;

export const sintercard = {
  name: 'sintercard',
  summary: 'Counts the members that several sets have in common.',
  since: '7.0.0',
  group: 'set',
  complexity: 'O(N*M) at worst, N being the size of the smallest set and M the number of sets.',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  aclCategories: ['set'],
  keySpecs: [keysByCount(1, 'RO', 'access')],
  run: runSintercard,
} as const satisfies Command;
