/** Unions, intersections and differences of sorted sets and sets, and what stores or counts them. https://redis.io/docs/latest/commands/zunion/ */
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keysByCount, oneKey } from '../key-specs.js';
import { type Aggregate, type CombineRequest, parseCombine } from './combine-arguments.js';
import type { CombineSource } from './combine-source.js';
import { entriesReply, sortedSetLimits, storeResult } from './sorted-set-lookup.js';

type Scores = ReadonlyMap<ByteString, number>;

/** Smallest first, which is also the order in which scores are added up. */
function bySize(sources: readonly CombineSource[]): CombineSource[] {
  return [...sources].sort((a, b) => a.size - b.size);
}

function union({ sources, aggregate }: CombineRequest): Scores {
  const scores = new Map<ByteString, number>();
  for (const source of bySize(sources)) {
    for (const { member, score } of source.entries()) {
      const weighted = zeroIfNaN(source.weight * score);
      const before = scores.get(member);
      scores.set(member, before === undefined ? weighted : aggregated(before, weighted, aggregate));
    }
  }
  return scores;
}

/** @param limit stops at so many members; 0 = never. */
function intersection({ sources, aggregate }: CombineRequest, limit = 0): Scores {
  const scores = new Map<ByteString, number>();
  const [smallest, ...others] = bySize(sources) as [CombineSource, ...CombineSource[]];
  for (const { member, score } of smallest.entries()) {
    let sum: number | null = zeroIfNaN(smallest.weight * score);
    for (const other of others) {
      const found = other.score(member);
      if (found === undefined) {
        sum = null;
        break;
      }
      sum = aggregated(sum, found * other.weight, aggregate);
    }
    if (sum === null) continue;
    scores.set(member, sum);
    if (scores.size === limit) break;
  }
  return scores;
}

function difference({ sources }: CombineRequest): Scores {
  const scores = new Map<ByteString, number>();
  const [first, ...others] = sources as [CombineSource, ...CombineSource[]];
  for (const { member, score } of first.entries()) {
    if (others.every((other) => other.score(member) === undefined)) scores.set(member, score);
  }
  return scores;
}

function aggregated(target: number, value: number, aggregate: Aggregate): number {
  // Infinities of both signs have no sum.
  if (aggregate === 'sum') return zeroIfNaN(target + value);
  // Comparisons with a NaN are false: unlike with Math.min and Math.max, it does not replace anything.
  const isBetter = aggregate === 'min' ? value < target : value > target;
  return isBetter ? value : target;
}

function zeroIfNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function sortedSetOf(scores: Scores): SortedSetValue {
  const result = new SortedSetValue('skiplist');
  for (const [member, score] of scores) result.add(member, score);
  return result;
}

function reader(combine: (request: CombineRequest) => Scores, aggregates: boolean) {
  return (context: CommandContext, argv: readonly ByteString[]): Reply => {
    const request = parseCombine(context, argv, { stores: false, aggregates });
    if (request instanceof ErrorReply) return request;
    const result = sortedSetOf(combine(request));
    return entriesReply(context, result.slice(0, result.size), request.withScores);
  };
}

function storer(combine: (request: CombineRequest) => Scores, aggregates: boolean) {
  return (context: CommandContext, argv: readonly ByteString[]): Reply => {
    const request = parseCombine(context, argv, { stores: true, aggregates });
    if (request instanceof ErrorReply) return request;
    const result = sortedSetOf(combine(request));
    result.convertToListpackIfSmall(sortedSetLimits(context));
    return storeResult(context, argv[1]!, result, context.command.declaration.name);
  };
}

function runZintercard(context: CommandContext, argv: readonly ByteString[]): Reply {
  const request = parseCombine(context, argv, { stores: false, aggregates: false, counts: true });
  return request instanceof ErrorReply ? request : intersection(request, request.limit).size;
}

export const zunion = {
  name: 'zunion',
  summary: 'Answers the union of sorted sets.',
  since: '6.2.0',
  group: 'sorted-set',
  complexity:
    'O(N)+O(M*log(M)), N being the number of members of all the sorted sets together and M the number of members of the union.',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  aclCategories: ['sortedset'],
  keySpecs: [keysByCount(1, 'RO', 'access')],
  run: reader(union, true),
} as const satisfies Command;

export const zinter = {
  ...zunion,
  name: 'zinter',
  summary: 'Answers the intersection of sorted sets.',
  complexity:
    'O(N*K)+O(M*log(M)), N being the number of members of the smallest sorted set, K the number of sorted sets and M the number of members of the intersection.',
  run: reader((request) => intersection(request), true),
} as const satisfies Command;

export const zdiff = {
  ...zunion,
  name: 'zdiff',
  summary: 'Answers the members of a sorted set that others do not have.',
  complexity:
    'O(L + (N-K)log(N)), L being the number of members of all the sorted sets together, N of the first one and K of the difference.',
  run: reader(difference, false),
} as const satisfies Command;

export const zintercard = {
  ...zunion,
  name: 'zintercard',
  summary: 'Counts the members of the intersection of sorted sets.',
  since: '7.0.0',
  complexity:
    'O(N*K), N being the number of members of the smallest sorted set and K the number of sorted sets.',
  run: runZintercard,
} as const satisfies Command;

export const zunionstore = {
  name: 'zunionstore',
  summary: 'Stores the union of sorted sets.',
  since: '2.0.0',
  group: 'sorted-set',
  complexity: zunion.complexity,
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'OW', 'update'), keysByCount(2, 'RO', 'access')],
  run: storer(union, true),
} as const satisfies Command;

export const zinterstore = {
  ...zunionstore,
  name: 'zinterstore',
  summary: 'Stores the intersection of sorted sets.',
  complexity: zinter.complexity,
  run: storer((request) => intersection(request), true),
} as const satisfies Command;

export const zdiffstore = {
  ...zunionstore,
  name: 'zdiffstore',
  summary: 'Stores the members of a sorted set that others do not have.',
  since: '6.2.0',
  complexity: zdiff.complexity,
  run: storer(difference, false),
} as const satisfies Command;
