/** SORT and SORT_RO: the elements of a list, set or sorted set in order. https://redis.io/docs/latest/commands/sort/ */
import { ListValue } from '../../keyspace/values/list-value.js';
import { SetValue } from '../../keyspace/values/set-value.js';
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { parseLooseDouble } from '../../resp/double.js';
import { SORT_SCORES_NOT_NUMBERS, WRONG_TYPE } from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { sortBetween } from '../../structures/partial-sort.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { listLimits } from '../list/list-lookup.js';
import { keyPositionsOfSort, parseSortOptions, type SortOptions } from './sort-arguments.js';
import { lookUpByPattern } from './sort-pattern.js';

function runSort(context: CommandContext, argv: readonly ByteString[]): Reply {
  const given = parseSortOptions(context, argv);
  if (given instanceof ErrorReply) return given;
  const value = context.db.lookupRead(argv[1]!);
  // What a set of no order leaves behind must not differ from replica to replica.
  const needsOrder = given.store !== null || context.session.kind === 'script';
  const isForced = given.isUnsorted && value instanceof SetValue && needsOrder;
  const options = isForced ? { ...given, isUnsorted: false, isAlphabetic: true, by: null } : given;
  const elements = elementsOf(value);
  if (elements instanceof ErrorReply) return elements;
  let sorted: readonly ByteString[] | null = elements;
  if (!options.isUnsorted) sorted = sortElements(context, elements, options);
  else if (options.isDescending && !(value instanceof SetValue)) sorted = elements.toReversed();
  if (sorted === null) return SORT_SCORES_NOT_NUMBERS;
  const chosen = sorted.slice(...rangeOf(options, sorted.length));
  if (options.store !== null) return storeList(context, options.store, answersOf(context, chosen, options));
  return answersOf(context, chosen, options);
}

function elementsOf(value: StoredValue | undefined): ByteString[] | ErrorReply {
  if (value === undefined) return [];
  if (value instanceof ListValue) return value.slice(0, value.size);
  if (value instanceof SetValue) return value.toArray();
  if (!(value instanceof SortedSetValue)) return WRONG_TYPE;
  // As in Redis a small sorted set is no listpack any more when it was sorted.
  value.convertToSkiplist();
  return value.slice(0, value.size).map((entry) => entry.member);
}

interface Sortable {
  readonly element: ByteString;
  readonly weight: ByteString | null;
  score: number;
}

/** Null when something is no number. */
function sortElements(
  context: CommandContext,
  elements: readonly ByteString[],
  options: SortOptions,
): ByteString[] | null {
  const { by, isAlphabetic, isDescending } = options;
  const weights = by === null ? elements : elements.map((element) => lookUpByPattern(context, by, element));
  const order = elements.map(
    (element, index): Sortable => ({ element, weight: weights[index] ?? null, score: 0 }),
  );
  if (!isAlphabetic) {
    for (const each of order) {
      const score = each.weight === null ? 0 : parseScore(each.weight);
      if (score === null) return null;
      each.score = score;
    }
  }
  // By the order of bytes where the result is stored, else by that of the C locale, which ends at a NUL.
  const text = (bytes: ByteString): ByteString => (options.store === null ? asCString(bytes) : bytes);
  const compareOrder = (a: Sortable, b: Sortable): number => {
    let difference = isAlphabetic ? compareWeights(a.weight, b.weight, text) : compare(a.score, b.score);
    if (difference === 0 && !isAlphabetic) difference = compare(a.element, b.element);
    return isDescending ? -difference : difference;
  };
  // What has the same weight comes out as the algorithm leaves it: with BY and LIMIT it is another one (sort.c).
  const [start, end] = rangeOf(options, order.length);
  if (by !== null && end - start < order.length) sortBetween(order, start, end - 1, compareOrder);
  else order.sort(compareOrder);
  return order.map((each) => each.element);
}

function compareWeights(
  first: ByteString | null,
  second: ByteString | null,
  text: (bytes: ByteString) => ByteString,
): number {
  if (first === null || second === null) return compare(first === null ? 0 : 1, second === null ? 0 : 1);
  return compare(text(first), text(second));
}

function compare<T extends number | string>(first: T, second: T): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function parseScore(text: ByteString): number | null {
  const score = parseLooseDouble(text);
  const isOverflow = score !== null && !Number.isFinite(score) && !/inf/i.test(text);
  return isOverflow ? null : score;
}

function rangeOf({ offset, count }: SortOptions, length: number): [number, number] {
  const start = offset < 0 ? 0 : Math.min(Number(offset), length);
  const end = count < 0 ? length : Math.min(start + Number(count), length);
  return [start, end];
}

function answersOf(
  context: CommandContext,
  elements: readonly ByteString[],
  { gets }: SortOptions,
): (ByteString | null)[] {
  if (gets.length === 0) return [...elements];
  return elements.flatMap((element) => gets.map((pattern) => lookUpByPattern(context, pattern, element)));
}

/** sort.c makes its list without looking at list-max-listpack-size. */
const DEFAULT_LISTPACK_SIZE = -2;

function storeList(
  context: CommandContext,
  key: ByteString,
  elements: readonly (ByteString | null)[],
): number {
  const { db } = context;
  if (elements.length > 0) {
    const limits = listLimits(context);
    const list = ListValue.emptyQuicklist({ ...limits, maxListpackSize: DEFAULT_LISTPACK_SIZE });
    for (const element of elements) list.push('right', element ?? '');
    list.afterLoading(limits);
    db.set(key, list);
    db.signalModified(key, elements.length);
    context.notify('l', 'sortstore', key);
  } else if (db.delete(key)) {
    db.signalModified(key);
    context.notify('g', 'del', key);
  }
  return elements.length;
}

const sortedKey = oneKey(1, 'RO', 'access');

const patternKeys = {
  flags: ['RO', 'access'],
  beginSearch: 'unknown',
  findKeys: 'unknown',
  notes: 'BY and GET: their keys follow from what is sorted',
} as const;

export const sort = {
  name: 'sort',
  summary: 'Sorts the elements of a list, set or sorted set and answers or stores them.',
  since: '1.0.0',
  group: 'generic',
  complexity:
    'O(N+M*log(M)), N being the number of elements and M the number of those answered; O(N) where nothing is sorted.',
  arity: -2,
  flags: ['write', 'denyoom', 'movablekeys'],
  aclCategories: ['set', 'sortedset', 'list', 'dangerous'],
  keySpecs: [
    sortedKey,
    patternKeys,
    {
      flags: ['OW', 'update'],
      beginSearch: 'unknown',
      findKeys: 'unknown',
      notes: 'STORE may be anywhere in the command',
    },
  ],
  keyPositions: keyPositionsOfSort,
  run: runSort,
} as const satisfies Command;

export const sortRo = {
  ...sort,
  name: 'sort_ro',
  summary: 'Sorts the elements of a list, set or sorted set and answers them.',
  since: '7.0.0',
  flags: ['readonly', 'movablekeys'],
  keySpecs: [sortedKey, patternKeys],
  keyPositions: () => [1],
} as const satisfies Command;
