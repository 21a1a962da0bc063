/** Commands that put elements into lists: LPUSH, RPUSH, LPUSHX, RPUSHX, LINSERT. https://redis.io/docs/latest/commands/lpush/ */
import { type ListEnd, ListValue } from '../../keyspace/values/list-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { listForWrite, listLimits } from './list-lookup.js';

/** @param needsKey a missing key stays missing (the commands with X). */
function push(context: CommandContext, argv: readonly ByteString[], end: ListEnd, needsKey: boolean): Reply {
  const key = argv[1]!;
  let list = listForWrite(context, key);
  if (list instanceof ErrorReply) return list;
  const limits = listLimits(context);
  if (list === null) {
    if (needsKey) return 0;
    list = ListValue.empty(limits);
    context.db.set(key, list);
  }
  list.prepareToGrow(argv, 2, limits);
  for (let position = 2; position < argv.length; position++) list.push(end, argv[position]!);
  context.db.signalModified(key, argv.length - 2);
  context.notify('l', end === 'left' ? 'lpush' : 'rpush', key);
  return list.size;
}

function runLinsert(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const where = toLowerAscii(asCString(argv[2]!));
  if (where !== 'after' && where !== 'before') return SYNTAX_ERROR;
  const list = listForWrite(context, key);
  if (list === null) return 0;
  if (list instanceof ErrorReply) return list;
  // Before it is known whether the pivot is there, as in Redis.
  list.prepareToGrow(argv, 4, listLimits(context));
  if (!list.insertBeside(argv[3]!, argv[4]!, where === 'after')) return -1;
  context.db.signalModified(key);
  context.notify('l', 'linsert', key);
  return list.size;
}

export const lpush = {
  name: 'lpush',
  summary: 'Puts elements before the first one of a list; a missing key comes to be.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(N), N being the number of elements given.',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'insert')],
  history: [['2.4.0', 'Takes more than one element.']],
  run: (context, argv) => push(context, argv, 'left', false),
} as const satisfies Command;

export const rpush = {
  ...lpush,
  name: 'rpush',
  summary: 'Puts elements behind the last one of a list; a missing key comes to be.',
  run: (context, argv) => push(context, argv, 'right', false),
} as const satisfies Command;

export const lpushx = {
  ...lpush,
  name: 'lpushx',
  summary: 'Puts elements before the first one of a list that exists.',
  since: '2.2.0',
  history: [['4.0.0', 'Takes more than one element.']],
  run: (context, argv) => push(context, argv, 'left', true),
} as const satisfies Command;

export const rpushx = {
  ...lpushx,
  name: 'rpushx',
  summary: 'Puts elements behind the last one of a list that exists.',
  run: (context, argv) => push(context, argv, 'right', true),
} as const satisfies Command;

export const linsert = {
  name: 'linsert',
  summary: 'Puts an element before or behind the first one that has a given value.',
  since: '2.2.0',
  group: 'list',
  complexity: 'O(N), N being the number of elements before the one looked for.',
  arity: 5,
  flags: ['write', 'denyoom'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'insert')],
  run: runLinsert,
} as const satisfies Command;
