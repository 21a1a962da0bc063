/** Searches by distance: GEOSEARCH, GEOSEARCHSTORE, and the older GEORADIUS and GEORADIUSBYMEMBER. https://redis.io/docs/latest/commands/geosearch/ */
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { cellsCovering, distanceWithin, type SearchShape } from '../../structures/geo-search.js';
import { type Cell, type Position, scoresOf, scoreToPosition } from '../../structures/geohash.js';
import { sortFirst } from '../../structures/partial-sort.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import type { CommandContext } from '../context.js';
import { ranksWithin, scoresBetween } from '../sorted-set/range-bounds.js';
import {
  deleteResult,
  sortedSetForRead,
  sortedSetLimits,
  storeResult,
} from '../sorted-set/sorted-set-lookup.js';
import { distanceReply, positionReply } from './geo-arguments.js';
import { parseSearch, type SearchForm, type SearchRequest } from './search-arguments.js';

interface Found {
  readonly entry: RankedEntry;
  readonly position: Position;
  readonly meters: number;
}

const INT64_LIMIT = 2 ** 63;
const INT64_MIN = -(2n ** 63n);

export function search(context: CommandContext, argv: readonly ByteString[], form: SearchForm): Reply {
  const set = sortedSetForRead(context, argv[form.stores === 'destination' ? 2 : 1]!);
  if (set instanceof ErrorReply) return set;
  const request = parseSearch(argv, form, set);
  if (request instanceof ErrorReply) return request;
  const { destination, center, size } = request;
  if (set === null || center === null || size === null) {
    if (destination === null) return [];
    deleteResult(context, destination);
    return 0;
  }
  const found = findWithin(set, { center, ...size }, request.any ? request.count : 0);
  const results = ordered(found, request);
  if (destination === null) return results.map((result) => resultReply(result, request, size.unitMeters));
  const stored = new SortedSetValue('skiplist');
  for (const { entry, meters } of results) {
    stored.add(entry.member, request.storesDistance ? meters / size.unitMeters : entry.score);
  }
  stored.convertToListpackIfSmall(sortedSetLimits(context));
  const event = form.stores === 'destination' ? 'geosearchstore' : 'georadiusstore';
  return storeResult(context, destination, stored, event, results.length);
}

/** Cell by cell, in each by score. @param limit stops at so many; 0 = never. */
function findWithin(set: SortedSetValue, shape: SearchShape, limit: number): Found[] {
  const found: Found[] = [];
  let previous: Cell | null = null;
  for (const [index, cell] of cellsCovering(shape).entries()) {
    // With a huge radius a cell can be its own neighbour; Redis compares with the one before, but never with the middle.
    if (previous !== null && isSame(previous, cell)) continue;
    if (limit > 0 && found.length >= limit) break;
    addFromCell(set, shape, cell, limit, found);
    if (index > 0) previous = cell;
  }
  return found;
}

function addFromCell(
  set: SortedSetValue,
  shape: SearchShape,
  cell: Cell,
  limit: number,
  found: Found[],
): void {
  const { min, max } = scoresOf(cell);
  const { start, end } = ranksWithin(set, scoresBetween(min, max));
  for (const entry of set.slice(start, end)) {
    const position = scoreToPosition(entry.score);
    const meters = distanceWithin(shape, position);
    if (meters !== null) found.push({ entry, position, meters });
    if (limit > 0 && found.length >= limit) return;
  }
}

/** Sorted as asked for, and no more than asked for: a count without an order means the nearest ones. */
function ordered(found: Found[], { count, any, order }: SearchRequest): Found[] {
  const isLimited = count > 0 && count < found.length;
  const sorting = order === 'none' && count > 0 && !any ? 'asc' : order;
  if (sorting !== 'none') {
    const compare = sorting === 'asc' ? nearestFirst : farthestFirst;
    if (isLimited) sortFirst(found, count, compare);
    else found.sort(compare);
  }
  return isLimited ? found.slice(0, count) : found;
}

function nearestFirst(a: Found, b: Found): number {
  if (a.meters > b.meters) return 1;
  return a.meters === b.meters ? 0 : -1;
}

function farthestFirst(a: Found, b: Found): number {
  return -nearestFirst(a, b);
}

function isSame(a: Cell, b: Cell): boolean {
  return a.x === b.x && a.y === b.y;
}

function resultReply(
  { entry, position, meters }: Found,
  { withDistance, withHash, withPosition }: SearchRequest,
  unitMeters: number,
): Reply {
  if (!withDistance && !withHash && !withPosition) return entry.member;
  const reply: Reply[] = [entry.member];
  if (withDistance) reply.push(distanceReply(meters / unitMeters));
  if (withHash) reply.push(asInt64(entry.score));
  if (withPosition) reply.push(positionReply(position));
  return reply;
}

/** What x86-64 makes of a double that is no 64-bit integer. */
function asInt64(score: number): number | bigint {
  if (!(score >= -INT64_LIMIT && score < INT64_LIMIT)) return INT64_MIN;
  const whole = Math.trunc(score);
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}
