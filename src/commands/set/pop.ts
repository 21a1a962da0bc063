/** SPOP. https://redis.io/docs/latest/commands/spop/ */
import { SetValue } from '../../keyspace/values/set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { MUST_BE_POSITIVE, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply, SetReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { anyOf, chosenFrom } from './random-member.js';
import { setForWrite, setLimits } from './set-lookup.js';

/** When so many times what remains is no more than what is taken, a new set is made of what remains. */
const REBUILD_FACTOR = 5;
/** How many members one SREM replicates; in 7.0 each goes alone. */
const BATCH = 1024;

function runSpop(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length === 3) return popMany(context, argv[1]!, argv[2]!);
  if (argv.length > 3) return SYNTAX_ERROR;
  const key = argv[1]!;
  const set = setForWrite(context, key);
  if (set === null || set instanceof ErrorReply) return set;
  const member = anyOf(set.numbered(), context.node.random);
  set.delete(member);
  context.notify('s', 'spop', key);
  context.propagateAs(['SREM', key, member]);
  if (set.size === 0) {
    context.db.delete(key);
    context.notify('g', 'del', key);
  }
  context.db.signalModified(key);
  return member;
}

function popMany(context: CommandContext, key: ByteString, countText: ByteString): Reply {
  const given = parseInteger(countText);
  if (given === null || given < 0) return MUST_BE_POSITIVE;
  const set = setForWrite(context, key);
  if (set instanceof ErrorReply) return set;
  if (set === null || given === 0) return new SetReply([]);
  context.notify('s', 'spop', key);
  if (given >= set.size) return popAll(context, key, set);
  const count = Number(given);
  const remaining = set.size - count;
  const popped =
    remaining * REBUILD_FACTOR > count
      ? takeFrom(context, set, count)
      : rebuild(context, key, set, remaining);
  const batch = context.node.version === '7.0' ? 1 : BATCH;
  for (let start = 0; start < popped.length; start += batch) {
    context.alsoPropagate(['SREM', key, ...popped.slice(start, start + batch)]);
  }
  context.preventPropagation();
  context.db.signalModified(key, count);
  return new SetReply(popped);
}

function popAll(context: CommandContext, key: ByteString, set: SetValue): Reply {
  const { node, db } = context;
  db.delete(key);
  context.notify('g', 'del', key);
  const lazily = node.version !== '7.0' && node.config.values['lazyfree-lazy-server-del'];
  context.propagateAs([lazily ? 'UNLINK' : 'DEL', key]);
  db.signalModified(key, set.size);
  return new SetReply(set.toArray());
}

function takeFrom({ node }: CommandContext, set: SetValue, count: number): ByteString[] {
  const popped = chosenFrom(set.numbered(), count, node.random);
  for (const member of popped) set.delete(member);
  return popped;
}

/** Few remain: they move to a new set, whose encoding is chosen anew. @returns what they leave behind. */
function rebuild(context: CommandContext, key: ByteString, set: SetValue, remaining: number): ByteString[] {
  const limits = setLimits(context);
  const kept = chosenFrom(set.numbered(), remaining, context.node.random);
  const isIntset = set.encoding === 'intset';
  const replacement = limits.hasListpacks
    ? SetValue.withEncoding(isIntset ? 'intset' : 'listpack')
    : SetValue.for(kept[0]!, 1, limits);
  for (const member of kept) {
    replacement.add(member, limits);
    set.delete(member);
  }
  context.db.replaceValue(key, replacement);
  return set.toArray();
}

export const spop = {
  name: 'spop',
  summary: 'Takes members out of a set at random.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N), N being the number of members taken.',
  arity: -2,
  flags: ['write', 'fast'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete')],
  tips: ['nondeterministic_output'],
  history: [['3.2.0', '`count` came.']],
  run: runSpop,
} as const satisfies Command;
