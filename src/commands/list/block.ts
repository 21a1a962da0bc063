/** Commands that wait for a list to have elements: BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH. https://redis.io/docs/latest/commands/blpop/ */
import type { ListEnd } from '../../keyspace/values/list-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { parseBlockTimeout } from '../block-timeout.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keysByCount, oneKey } from '../key-specs.js';
import { runBlockingMultiPop, runBlockingPop } from '../multi-pop.js';
import { elementsRemoved, listForWrite, parseEnd } from './list-lookup.js';
import { moveElement } from './move.js';
import { multiPop, popCommandName } from './pop.js';

function blockingPop(context: CommandContext, argv: readonly ByteString[], end: ListEnd): Reply {
  return runBlockingPop(context, argv, 'list', (key) => {
    const list = listForWrite(context, key);
    if (list === null || list instanceof ErrorReply) return list;
    const element = list.pop(end);
    elementsRemoved(context, key, list, end, 1);
    context.propagateAs([popCommandName(end), key]);
    return [key, element];
  });
}

interface BlockingMove {
  readonly from: ListEnd;
  readonly to: ListEnd;
  readonly timeout: ByteString;
  /** What is replicated for it; the words for the ends as a served client of 7.0 replicates them. */
  replicated(from: ByteString, to: ByteString): readonly ByteString[];
}

function blockingMove(context: CommandContext, argv: readonly ByteString[], move: BlockingMove): Reply {
  const { from, to, timeout } = move;
  const timeoutAtMs = parseBlockTimeout(timeout, context);
  if (timeoutAtMs instanceof ErrorReply) return timeoutAtMs;
  const source = argv[1]!;
  const list = listForWrite(context, source);
  if (list instanceof ErrorReply) return list;
  if (list !== null) {
    const moved = moveElement(context, [source, argv[2]!], [from, to]);
    context.propagateAs(move.replicated(argv[3]!, argv[4]!));
    return moved;
  }
  if (!context.mayBlock) return null;
  return context.blockOnKeys({
    type: 'list',
    keys: [source],
    timeoutAtMs,
    argv,
    narrowedTo: () => (argv.length === 4 ? argv : [argv[0]!, source, argv[2]!, from, to, timeout]),
  });
}

function runBlmove(context: CommandContext, argv: readonly ByteString[]): Reply {
  const from = parseEnd(argv[3]!);
  const to = parseEnd(argv[4]!);
  if (from === null || to === null) return SYNTAX_ERROR;
  return blockingMove(context, argv, {
    from,
    to,
    timeout: argv[5]!,
    replicated: (fromWord, toWord) => ['LMOVE', argv[1]!, argv[2]!, fromWord, toWord],
  });
}

function runBrpoplpush(context: CommandContext, argv: readonly ByteString[]): Reply {
  return blockingMove(context, argv, {
    from: 'right',
    to: 'left',
    timeout: argv[3]!,
    replicated: () => ['RPOPLPUSH', argv[1]!, argv[2]!],
  });
}

export const blpop = {
  name: 'blpop',
  summary: 'Takes the first element of the first list that is not empty, and waits for one where all are.',
  since: '2.0.0',
  group: 'list',
  complexity: 'O(N), N being the number of keys given.',
  arity: -3,
  flags: ['write', 'blocking'],
  aclCategories: ['list'],
  keySpecs: [
    {
      flags: ['RW', 'access', 'delete'],
      beginSearch: { index: 1 },
      findKeys: { lastKey: -2, step: 1, limit: 0 },
    },
  ],
  history: [['6.0.0', '`timeout` may have a fraction.']],
  in70: { flags: ['write', 'noscript', 'blocking'] },
  run: (context, argv) => blockingPop(context, argv, 'left'),
} as const satisfies Command;

export const brpop = {
  ...blpop,
  name: 'brpop',
  summary: 'Takes the last element of the first list that is not empty, and waits for one where all are.',
  run: (context, argv) => blockingPop(context, argv, 'right'),
} as const satisfies Command;

export const blmpop = {
  name: 'blmpop',
  summary:
    'Takes elements from the first of several lists that is not empty, and waits for one where all are.',
  since: '7.0.0',
  group: 'list',
  complexity: 'O(N+M), N being the number of keys given and M the number of elements taken.',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  aclCategories: ['list'],
  keySpecs: [keysByCount(2, 'RW', 'access', 'delete')],
  run: (context, argv) => runBlockingMultiPop(context, argv, multiPop),
} as const satisfies Command;

export const blmove = {
  name: 'blmove',
  summary: 'Takes an element from a list and puts it into another one, and waits where there is none.',
  since: '6.2.0',
  group: 'list',
  complexity: 'O(1)',
  arity: 6,
  flags: ['write', 'denyoom', 'blocking'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete'), oneKey(2, 'RW', 'insert')],
  in70: { flags: ['write', 'denyoom', 'noscript', 'blocking'] },
  run: runBlmove,
} as const satisfies Command;

export const brpoplpush = {
  ...blmove,
  name: 'brpoplpush',
  summary:
    'Takes the last element of a list and puts it before the first one of another, and waits where there is none.',
  since: '2.2.0',
  arity: 4,
  deprecated: { since: '6.2.0', replacedBy: '`BLMOVE` with the `RIGHT` and `LEFT` arguments' },
  history: [['6.0.0', '`timeout` may have a fraction.']],
  run: runBrpoplpush,
} as const satisfies Command;
