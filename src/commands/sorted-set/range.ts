/** Commands that read ranges, by rank, score or member: ZRANGE, its older forms, and ZRANGESTORE. https://redis.io/docs/latest/commands/zrange/ */
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { parseRange, type RangeForm, type RangeKind } from './range-arguments.js';
import { entriesReply, sortedSetForRead, sortedSetLimits, storeResult } from './sorted-set-lookup.js';

function runForm(form: RangeForm): (context: CommandContext, argv: readonly ByteString[]) => Reply {
  return (context, argv) => {
    const request = parseRange(argv, form);
    if (request instanceof ErrorReply) return request;
    const set = sortedSetForRead(context, request.source);
    if (set instanceof ErrorReply) return set;
    return set === null ? [] : entriesReply(context, request.select(set), request.withScores);
  };
}

function olderForm(kind: RangeKind, reverse: boolean): RangeForm {
  return { kind, reverse, stores: false };
}

function runZrangestore(context: CommandContext, argv: readonly ByteString[]): Reply {
  const request = parseRange(argv, { kind: null, reverse: null, stores: true });
  if (request instanceof ErrorReply) return request;
  const set = sortedSetForRead(context, request.source);
  if (set instanceof ErrorReply) return set;
  const entries = set === null ? [] : request.select(set);
  const limits = sortedSetLimits(context);
  // The length of a range by score or member is not known beforehand; 7.2 takes that for a length beyond every limit.
  const isKnownToBeLong =
    request.kind === 'rank' ? entries.length > limits.maxListpackEntries : context.node.version !== '7.0';
  const result = new SortedSetValue(isKnownToBeLong ? 'skiplist' : 'listpack');
  for (const { member, score } of entries) result.set(member, score, limits);
  return storeResult(context, argv[1]!, result, 'zrangestore');
}

export const zrange = {
  name: 'zrange',
  summary: 'Reads a range of a sorted set, by rank, score or member.',
  since: '1.2.0',
  group: 'sorted-set',
  complexity:
    'O(log(N)+M), N being the number of members of the sorted set and M the number of members in the reply.',
  arity: -4,
  flags: ['readonly'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  history: [['6.2.0', '`REV`, `BYSCORE`, `BYLEX` and `LIMIT` came.']],
  run: runForm({ kind: null, reverse: null, stores: false }),
} as const satisfies Command;

export const zrangestore = {
  name: 'zrangestore',
  summary: 'Stores a range of a sorted set as another one.',
  since: '6.2.0',
  group: 'sorted-set',
  complexity:
    'O(log(N)+M), N being the number of members of the sorted set and M the number of members stored.',
  arity: -5,
  flags: ['write', 'denyoom'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'OW', 'update'), oneKey(2, 'RO', 'access')],
  run: runZrangestore,
} as const satisfies Command;

const older = {
  group: 'sorted-set',
  complexity: zrange.complexity,
  arity: -4,
  flags: ['readonly'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RO', 'access')],
} as const;

export const zrevrange = {
  ...older,
  name: 'zrevrange',
  summary: 'Reads a range of a sorted set by rank, the greatest score first.',
  since: '1.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` argument' },
  run: runForm(olderForm('rank', true)),
} as const satisfies Command;

export const zrangebyscore = {
  ...older,
  name: 'zrangebyscore',
  summary: 'Reads the members of a sorted set whose scores are in a range.',
  since: '1.0.5',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `BYSCORE` argument' },
  history: [['2.0.0', '`WITHSCORES` came.']],
  run: runForm(olderForm('score', false)),
} as const satisfies Command;

export const zrevrangebyscore = {
  ...older,
  name: 'zrevrangebyscore',
  summary: 'Reads the members of a sorted set whose scores are in a range, the greatest score first.',
  since: '2.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` and `BYSCORE` arguments' },
  history: [['2.1.6', 'The bounds may be excluded.']],
  run: runForm(olderForm('score', true)),
} as const satisfies Command;

export const zrangebylex = {
  ...older,
  name: 'zrangebylex',
  summary: 'Reads the members of a sorted set that are in a range of byte strings.',
  since: '2.8.9',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `BYLEX` argument' },
  run: runForm(olderForm('member', false)),
} as const satisfies Command;

export const zrevrangebylex = {
  ...older,
  name: 'zrevrangebylex',
  summary: 'Reads the members of a sorted set that are in a range of byte strings, the greatest one first.',
  since: '2.8.9',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` and `BYLEX` arguments' },
  run: runForm(olderForm('member', true)),
} as const satisfies Command;
