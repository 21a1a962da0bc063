/** Commands that ask sets for members: SCARD, SISMEMBER, SMISMEMBER, SMEMBERS. https://redis.io/docs/latest/commands/sismember/ */
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply, SetReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { setForRead } from './set-lookup.js';

function runScard(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = setForRead(context, argv[1]!);
  if (set === null) return 0;
  return set instanceof ErrorReply ? set : set.size;
}

function runSismember(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = setForRead(context, argv[1]!);
  if (set === null) return 0;
  if (set instanceof ErrorReply) return set;
  return set.has(argv[2]!) ? 1 : 0;
}

function runSmismember(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = setForRead(context, argv[1]!);
  if (set instanceof ErrorReply) return set;
  return argv.slice(2).map((member) => (set?.has(member) ? 1 : 0));
}

function runSmembers(context: CommandContext, argv: readonly ByteString[]): Reply {
  const set = setForRead(context, argv[1]!);
  if (set instanceof ErrorReply) return set;
  return new SetReply(set === null ? [] : set.toArray());
}

export const scard = {
  name: 'scard',
  summary: 'Counts the members of a set.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RO')],
  run: runScard,
} as const satisfies Command;

export const sismember = {
  ...scard,
  name: 'sismember',
  summary: 'Tells whether a set has a member.',
  arity: 3,
  run: runSismember,
} as const satisfies Command;

export const smismember = {
  name: 'smismember',
  summary: 'Tells of each of several members whether a set has it.',
  since: '6.2.0',
  group: 'set',
  complexity: 'O(N), N being the number of members asked for.',
  arity: -3,
  flags: ['readonly', 'fast'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runSmismember,
} as const satisfies Command;

export const smembers = {
  name: 'smembers',
  summary: 'Lists the members of a set.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N), N being the number of members.',
  arity: 2,
  flags: ['readonly'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output_order'],
  run: runSmembers,
} as const satisfies Command;
