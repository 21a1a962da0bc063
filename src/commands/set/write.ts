/** Commands that put members into sets and take them out: SADD, SREM, SMOVE. https://redis.io/docs/latest/commands/sadd/ */
import { SetValue } from '../../keyspace/values/set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { asSet, setForWrite, setLimits } from './set-lookup.js';

function runSadd(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  let set = setForWrite(context, key);
  if (set instanceof ErrorReply) return set;
  const limits = setLimits(context);
  const given = argv.length - 2;
  if (set === null) {
    set = SetValue.for(argv[2]!, given, limits);
    context.db.set(key, set);
  } else {
    set.prepareToGrow(given, limits);
  }
  let added = 0;
  for (let position = 2; position < argv.length; position++) {
    if (set.add(argv[position]!, limits)) added++;
  }
  if (added === 0) return 0;
  context.db.signalModified(key, added);
  context.notify('s', 'sadd', key);
  return added;
}

/** With its last member the key goes too. */
function runSrem(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const set = setForWrite(context, key);
  if (set === null) return 0;
  if (set instanceof ErrorReply) return set;
  let removed = 0;
  for (let position = 2; position < argv.length && set.size > 0; position++) {
    if (set.delete(argv[position]!)) removed++;
  }
  if (removed === 0) return 0;
  if (set.size === 0) context.db.delete(key);
  context.db.signalModified(key, removed);
  context.notify('s', 'srem', key);
  if (set.size === 0) context.notify('g', 'del', key);
  return removed;
}

function runSmove(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { db } = context;
  const from = argv[1]!;
  const to = argv[2]!;
  const member = argv[3]!;
  const source = asSet(db.lookupWrite(from));
  const found = asSet(db.lookupWrite(to));
  // A missing source is told before the type of the target is looked at.
  if (source === null) return 0;
  if (source instanceof ErrorReply) return source;
  if (found instanceof ErrorReply) return found;
  if (source === found) return source.has(member) ? 1 : 0;
  if (!source.delete(member)) return 0;
  context.notify('s', 'srem', from);
  if (source.size === 0) {
    db.delete(from);
    context.notify('g', 'del', from);
  }
  const limits = setLimits(context);
  const target = found ?? SetValue.for(member, 1, limits);
  if (found === null) db.set(to, target);
  db.signalModified(from);
  if (target.add(member, limits)) {
    db.signalModified(to);
    context.notify('s', 'sadd', to);
  }
  return 1;
}

export const sadd = {
  name: 'sadd',
  summary: 'Puts members into a set; a missing key comes to be.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N), N being the number of members given.',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RW', 'insert')],
  history: [['2.4.0', 'Takes more than one member.']],
  run: runSadd,
} as const satisfies Command;

export const srem = {
  name: 'srem',
  summary: 'Takes members out of a set, and deletes the key with the last of them.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(N), N being the number of members given.',
  arity: -3,
  flags: ['write', 'fast'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  history: [['2.4.0', 'Takes more than one member.']],
  run: runSrem,
} as const satisfies Command;

export const smove = {
  name: 'smove',
  summary: 'Moves a member from one set to another.',
  since: '1.0.0',
  group: 'set',
  complexity: 'O(1)',
  arity: 4,
  flags: ['write', 'fast'],
  aclCategories: ['set'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete'), oneKey(2, 'RW', 'insert')],
  run: runSmove,
} as const satisfies Command;
