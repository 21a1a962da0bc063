/** One of the inputs of ZUNION, ZINTER and ZDIFF: a sorted set, a set (all scores 1), or a missing key. */
import { SetValue } from '../../keyspace/values/set-value.js';
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';

export interface CombineSource {
  readonly size: number;
  weight: number;
  score(member: ByteString): number | undefined;
  entries(): Iterable<RankedEntry>;
}

/** Null: a value of another type. */
export function combineSourceOf(value: StoredValue | undefined): CombineSource | null {
  if (value === undefined) {
    return { size: 0, weight: 1, score: () => undefined, entries: () => [] };
  }
  if (value instanceof SortedSetValue) {
    return {
      size: value.size,
      weight: 1,
      score: (member) => value.score(member),
      entries: () => value.entries(),
    };
  }
  if (value instanceof SetValue) {
    return {
      size: value.size,
      weight: 1,
      score: (member) => (value.has(member) ? SCORE_IN_SET : undefined),
      entries: () => scored(value.members()),
    };
  }
  return null;
}

const SCORE_IN_SET = 1;

function* scored(members: Iterable<ByteString>): IterableIterator<RankedEntry> {
  for (const member of members) yield { member, score: SCORE_IN_SET };
}
