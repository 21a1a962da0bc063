/** What is left of the arguments of ZRANGE and its many forms: the source, the range, the options. https://redis.io/docs/latest/commands/zrange/ */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  LIMIT_WITHOUT_BY,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  WITHSCORES_WITH_BYLEX,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply } from '../../resp/reply.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import { type Bounds, parseMemberBounds, parseScoreBounds, ranksWithin } from './range-bounds.js';

export type RangeKind = 'rank' | 'score' | 'member';

/** What the name of the command says already; null = the options say it. */
export interface RangeForm {
  readonly kind: RangeKind | null;
  readonly reverse: boolean | null;
  /** ZRANGESTORE: the destination comes first. */
  readonly stores: boolean;
}

export interface RangeRequest {
  readonly source: ByteString;
  readonly kind: RangeKind;
  readonly reverse: boolean;
  readonly withScores: boolean;
  /** The entries of the set that are asked for, in order. */
  select(set: SortedSetValue): RankedEntry[];
}

interface RangeOptions {
  kind: RangeKind | null;
  reverse: boolean | null;
  withScores: boolean;
  offset: number;
  /** Negative = no limit. */
  limit: number;
}

export function parseRange(argv: readonly ByteString[], form: RangeForm): RangeRequest | ErrorReply {
  const first = form.stores ? 2 : 1;
  const options = parseOptions(argv, first + 3, form);
  if (options instanceof ErrorReply) return options;
  const { withScores, offset, limit } = options;
  const kind = options.kind ?? 'rank';
  const reverse = options.reverse ?? false;
  if (limit !== -1 && kind === 'rank') return LIMIT_WITHOUT_BY;
  if (withScores && kind === 'member') return WITHSCORES_WITH_BYLEX;
  const source = argv[first]!;
  const from = argv[first + 1]!;
  const to = argv[first + 2]!;
  if (kind === 'rank') {
    const start = parseInteger(from);
    const stop = parseInteger(to);
    if (start === null || stop === null) return NOT_AN_INTEGER;
    const select = (set: SortedSetValue): RankedEntry[] => byRank(set, Number(start), Number(stop), reverse);
    return { source, kind, reverse, withScores, select };
  }
  // A reversed range begins with its greatest place.
  const [min, max] = reverse ? [to, from] : [from, to];
  const bounds = kind === 'score' ? parseScoreBounds(min, max) : parseMemberBounds(min, max);
  if (bounds instanceof ErrorReply) return bounds;
  const select = (set: SortedSetValue): RankedEntry[] => within(set, bounds, reverse, offset, limit);
  return { source, kind, reverse, withScores, select };
}

/** Start and stop as ranks of that set, negative ones counted from its end; null when nothing lies between. */
export function resolveRanks(
  size: number,
  start: number,
  stop: number,
): { readonly start: number; readonly end: number } | null {
  const from = Math.max(start < 0 ? size + start : start, 0);
  const to = stop < 0 ? size + stop : stop;
  if (from > to || from >= size) return null;
  return { start: from, end: Math.min(to, size - 1) + 1 };
}

function parseOptions(
  argv: readonly ByteString[],
  first: number,
  { kind, reverse, stores }: RangeForm,
): RangeOptions | ErrorReply {
  const options: RangeOptions = { kind, reverse, withScores: false, offset: 0, limit: -1 };
  for (let position = first; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'withscores' && !stores) {
      options.withScores = true;
    } else if (option === 'limit' && position + 2 < argv.length) {
      const offset = parseInteger(argv[position + 1]!);
      const limit = parseInteger(argv[position + 2]!);
      if (offset === null || limit === null) return NOT_AN_INTEGER;
      options.offset = Number(offset);
      options.limit = Number(limit);
      position += 2;
    } else if (option === 'rev' && options.reverse === null) {
      options.reverse = true;
    } else if (option === 'bylex' && options.kind === null) {
      options.kind = 'member';
    } else if (option === 'byscore' && options.kind === null) {
      options.kind = 'score';
    } else {
      return SYNTAX_ERROR;
    }
  }
  return options;
}

function byRank(set: SortedSetValue, start: number, stop: number, reverse: boolean): RankedEntry[] {
  const { size } = set;
  const range = resolveRanks(size, start, stop);
  if (range === null) return [];
  return reverse
    ? set.slice(size - range.end, size - range.start).reverse()
    : set.slice(range.start, range.end);
}

/** A negative offset walks off the end, so nothing is found. */
function within(
  set: SortedSetValue,
  bounds: Bounds,
  reverse: boolean,
  offset: number,
  limit: number,
): RankedEntry[] {
  const { start, end } = ranksWithin(set, bounds, reverse);
  if (offset < 0 || start + offset >= end) return [];
  const count = limit < 0 ? end - start - offset : Math.min(limit, end - start - offset);
  if (!reverse) return set.slice(start + offset, start + offset + count);
  return set.slice(end - offset - count, end - offset).reverse();
}
