/** Commands that take elements from lists: LPOP, RPOP, LMPOP. https://redis.io/docs/latest/commands/lpop/ */
import type { ListEnd } from '../../keyspace/values/list-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { MUST_BE_POSITIVE, wrongArity } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keysByCount, oneKey } from '../key-specs.js';
import { type MultiPopType, runMultiPop } from '../multi-pop.js';
import { elementsRemoved, listForWrite, parseEnd } from './list-lookup.js';

function pop(context: CommandContext, argv: readonly ByteString[], end: ListEnd): Reply {
  if (argv.length > 3) return wrongArity(context.command.fullName);
  const count = argv.length === 3 ? parseInteger(argv[2]!) : -1;
  if (count === null || (count < 0 && argv.length === 3)) return MUST_BE_POSITIVE;
  const key = argv[1]!;
  const list = listForWrite(context, key);
  if (list === null) return count < 0 ? null : NULL_ARRAY;
  if (list instanceof ErrorReply) return list;
  if (count < 0) {
    const element = list.pop(end);
    elementsRemoved(context, key, list, end, 1);
    return element;
  }
  const taken = Math.min(Number(count), list.size);
  if (taken === 0) return [];
  const elements = list.popMany(end, taken);
  elementsRemoved(context, key, list, end, taken);
  return elements;
}

/** What replicates that elements were taken from one end. */
export function popCommandName(end: ListEnd): ByteString {
  return end === 'left' ? 'LPOP' : 'RPOP';
}

export const multiPop: MultiPopType<ListEnd> = {
  type: 'list',
  parseEnd,
  take(context, key, end, count) {
    const list = listForWrite(context, key);
    if (list === null || list instanceof ErrorReply) return list;
    const taken = Math.min(count, list.size);
    const elements = list.popMany(end, taken);
    elementsRemoved(context, key, list, end, taken);
    context.propagateAs([popCommandName(end), key, String(taken)]);
    return [key, elements];
  },
};

export const lpop = {
  name: 'lpop',
  summary: 'Takes the first element of a list, or the first ones.',
  since: '1.0.0',
  group: 'list',
  complexity: 'O(N), N being the number of elements taken.',
  arity: -2,
  flags: ['write', 'fast'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete')],
  history: [['6.2.0', '`count` came.']],
  run: (context, argv) => pop(context, argv, 'left'),
} as const satisfies Command;

export const rpop = {
  ...lpop,
  name: 'rpop',
  summary: 'Takes the last element of a list, or the last ones.',
  run: (context, argv) => pop(context, argv, 'right'),
} as const satisfies Command;

export const lmpop = {
  name: 'lmpop',
  summary: 'Takes elements from the first of several lists that is not empty.',
  since: '7.0.0',
  group: 'list',
  complexity: 'O(N+M), N being the number of keys given and M the number of elements taken.',
  arity: -4,
  flags: ['write', 'movablekeys'],
  aclCategories: ['list'],
  keySpecs: [keysByCount(1, 'RW', 'access', 'delete')],
  run: (context, argv) => runMultiPop(context, argv, multiPop),
} as const satisfies Command;
