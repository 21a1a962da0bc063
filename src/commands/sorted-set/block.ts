/** Commands that wait for a sorted set to have members: BZPOPMIN, BZPOPMAX, BZMPOP. https://redis.io/docs/latest/commands/bzpopmin/ */
import type { ByteString } from '../../resp/byte-string.js';
import { DoubleReply, ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keysByCount } from '../key-specs.js';
import { runBlockingMultiPop, runBlockingPop } from '../multi-pop.js';
import { multiPop, popCommandName, type ScoreEnd, takeMembers } from './pop.js';
import { sortedSetForWrite } from './sorted-set-lookup.js';

function blockingPop(context: CommandContext, argv: readonly ByteString[], end: ScoreEnd): Reply {
  return runBlockingPop(context, argv, 'zset', (key) => {
    const set = sortedSetForWrite(context, key);
    if (set === null || set instanceof ErrorReply) return set;
    const [entry] = takeMembers(context, key, set, end, 1);
    context.propagateAs([popCommandName(end), key]);
    return [key, entry!.member, new DoubleReply(entry!.score)];
  });
}

export const bzpopmin = {
  name: 'bzpopmin',
  summary:
    'Takes the member with the lowest score out of the first sorted set that is there, and waits for one where none is.',
  since: '5.0.0',
  group: 'sorted-set',
  complexity: 'O(log(N)), N being the number of members of the sorted set.',
  arity: -3,
  flags: ['write', 'blocking', 'fast'],
  aclCategories: ['sortedset'],
  keySpecs: [
    {
      flags: ['RW', 'access', 'delete'],
      beginSearch: { index: 1 },
      findKeys: { lastKey: -2, step: 1, limit: 0 },
    },
  ],
  history: [['6.0.0', '`timeout` may have a fraction.']],
  in70: { flags: ['write', 'noscript', 'blocking', 'fast'] },
  run: (context, argv) => blockingPop(context, argv, 'min'),
} as const satisfies Command;

export const bzpopmax = {
  ...bzpopmin,
  name: 'bzpopmax',
  summary:
    'Takes the member with the greatest score out of the first sorted set that is there, and waits for one where none is.',
  run: (context, argv) => blockingPop(context, argv, 'max'),
} as const satisfies Command;

export const bzmpop = {
  name: 'bzmpop',
  summary:
    'Takes members out of the first of several sorted sets that is there, and waits for one where none is.',
  since: '7.0.0',
  group: 'sorted-set',
  complexity:
    'O(K) + O(M*log(N)), K being the number of keys given, N the number of members of the sorted set and M the number of members taken.',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  aclCategories: ['sortedset'],
  keySpecs: [keysByCount(2, 'RW', 'access', 'delete')],
  run: (context, argv) => runBlockingMultiPop(context, argv, multiPop),
} as const satisfies Command;
