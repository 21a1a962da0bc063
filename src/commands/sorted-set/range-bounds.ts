/** The bounds of ranges by score and by member, and the ranks between them (zslParseRange and zslParseLexRange of t_zset.c). */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { parseLooseDouble } from '../../resp/double.js';
import { MIN_OR_MAX_NOT_A_FLOAT, MIN_OR_MAX_NOT_A_STRING_RANGE } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { EntryTest } from '../../structures/ranked-tree.js';

/** What lies between a least and a greatest place. */
export interface Bounds {
  /** Not below the range. */
  readonly isFromMin: EntryTest;
  /** Not above the range. */
  readonly isUpToMax: EntryTest;
  /** No entry at all can lie inside. */
  readonly isEmpty: boolean;
  /** By members: those of a set whose scores differ are in no order that a search could rely on. */
  readonly byMember: boolean;
}

/** Ranks from `start` up to, not including, `end`. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

const NOTHING: RankRange = { start: 0, end: 0 };

interface Bound<Value> {
  readonly value: Value;
  readonly excluded: boolean;
}

export function parseScoreBounds(minText: ByteString, maxText: ByteString): Bounds | ErrorReply {
  const min = parseScoreBound(minText);
  const max = parseScoreBound(maxText);
  if (min === null || max === null) return MIN_OR_MAX_NOT_A_FLOAT;
  return scoreBounds(min, max);
}

/** Scores from `min` up to, not including, `max`. */
export function scoresBetween(min: number, max: number): Bounds {
  return scoreBounds({ value: min, excluded: false }, { value: max, excluded: true });
}

function scoreBounds(min: Bound<number>, max: Bound<number>): Bounds {
  return {
    isFromMin: min.excluded ? ({ score }) => score > min.value : ({ score }) => score >= min.value,
    isUpToMax: max.excluded ? ({ score }) => score < max.value : ({ score }) => score <= max.value,
    isEmpty: min.value > max.value || (min.value === max.value && (min.excluded || max.excluded)),
    byMember: false,
  };
}

export function parseMemberBounds(minText: ByteString, maxText: ByteString): Bounds | ErrorReply {
  const min = parseMemberBound(minText);
  const max = parseMemberBound(maxText);
  if (min === null || max === null) return MIN_OR_MAX_NOT_A_STRING_RANGE;
  const order = compareMemberBounds(min.value, max.value);
  return {
    isFromMin: memberTest(min, 1),
    isUpToMax: memberTest(max, -1),
    isEmpty: order > 0 || (order === 0 && (min.excluded || max.excluded)),
    byMember: true,
  };
}

/** The ranks of the entries inside; start = end where there are none. Seen from behind when the reply is reversed. */
export function ranksWithin(set: SortedSetValue, bounds: Bounds, reverse = false): RankRange {
  if (bounds.isEmpty || isOutside(set, bounds)) return NOTHING;
  if (bounds.byMember && set.encoding === 'listpack') return ranksByWalking(set, bounds, reverse);
  const start = set.rankOfFirst(bounds.isFromMin);
  const end = set.rankOfFirst((entry) => !bounds.isUpToMax(entry));
  return { start, end: Math.max(start, end) };
}

/** The ends of the set alone tell that nothing is inside. */
function isOutside(set: SortedSetValue, { isFromMin, isUpToMax }: Bounds): boolean {
  return !isFromMin(set.at(set.size - 1)) || !isUpToMax(set.at(0));
}

/** A listpack is walked, which shows where scores differ and members are not in order. */
function ranksByWalking(set: SortedSetValue, bounds: Bounds, reverse: boolean): RankRange {
  const entries = set.slice(0, set.size);
  if (reverse) {
    const last = entries.findLastIndex(bounds.isUpToMax);
    let start = last + 1;
    while (start > 0 && bounds.isFromMin(entries[start - 1]!)) start--;
    return { start, end: last + 1 };
  }
  const start = entries.findIndex(bounds.isFromMin);
  let end = start;
  while (end < entries.length && bounds.isUpToMax(entries[end]!)) end++;
  return { start, end };
}

function parseScoreBound(text: ByteString): Bound<number> | null {
  const excluded = text.startsWith('(');
  const value = parseLooseDouble(excluded ? text.slice(1) : text);
  return value === null ? null : { value, excluded };
}

/** `-` and `+`: before and after every member. */
type MemberBound = ByteString | typeof FIRST | typeof LAST;
const FIRST = -1;
const LAST = 1;

function parseMemberBound(text: ByteString): Bound<MemberBound> | null {
  switch (text[0]) {
    case '-':
      return asCString(text) === '-' ? { value: FIRST, excluded: true } : null;
    case '+':
      return asCString(text) === '+' ? { value: LAST, excluded: true } : null;
    case '(':
      return { value: text.slice(1), excluded: true };
    case '[':
      return { value: text.slice(1), excluded: false };
    default:
      return null;
  }
}

function compareMemberBounds(a: MemberBound, b: MemberBound): number {
  if (a === b) return 0;
  if (a === FIRST || b === LAST) return -1;
  if (a === LAST || b === FIRST) return 1;
  return a < b ? -1 : 1;
}

/** Whether a member is on the side of the bound, or on it. @param side 1: after it, -1: before it. */
function memberTest({ value, excluded }: Bound<MemberBound>, side: 1 | -1): EntryTest {
  if (typeof value === 'number') return () => value === -side;
  if (side === 1) return excluded ? ({ member }) => member > value : ({ member }) => member >= value;
  return excluded ? ({ member }) => member < value : ({ member }) => member <= value;
}
