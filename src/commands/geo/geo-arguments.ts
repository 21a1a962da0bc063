/** Positions, distances and units in the arguments of the geo commands (geo.c). */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { parseDouble } from '../../resp/double.js';
import {
  BOX_NEGATIVE,
  HEIGHT_NOT_NUMERIC,
  invalidPosition,
  NOT_A_FLOAT,
  RADIUS_NEGATIVE,
  RADIUS_NOT_NUMERIC,
  UNSUPPORTED_UNIT,
  WIDTH_NOT_NUMERIC,
} from '../../resp/errors/index.js';
import { formatHumanDouble } from '../../resp/long-double.js';
import { formatFixedPoint } from '../../resp/number-format.js';
import { DoubleReply, ErrorReply, type Reply } from '../../resp/reply.js';
import type { SearchShape } from '../../structures/geo-search.js';
import { LATITUDE_LIMIT, LONGITUDE_LIMIT, type Position, scoreToPosition } from '../../structures/geohash.js';

/** What a search looks into, but for its center. */
export type SearchSize = Omit<SearchShape, 'center'>;

const UNIT_METERS: ReadonlyMap<string, number> = new Map([
  ['m', 1],
  ['km', 1000],
  ['ft', 0.3048],
  ['mi', 1609.34],
]);

/** Distances are printed with so many digits after the point. */
const DISTANCE_DIGITS = 4;
/** What C makes of a distance that is no number, as of two ends of a diameter. */
const DISTANCE_NAN = '-922337203685477.5808';

/** Longitude and latitude in argv[start] and the argument after it. */
export function parsePosition(argv: readonly ByteString[], start: number): Position | ErrorReply {
  const longitude = parseDouble(argv[start]!);
  const latitude = longitude === null ? null : parseDouble(argv[start + 1]!);
  if (longitude === null || latitude === null) return NOT_A_FLOAT;
  return Math.abs(longitude) > LONGITUDE_LIMIT || Math.abs(latitude) > LATITUDE_LIMIT
    ? invalidPosition(longitude, latitude)
    : { longitude, latitude };
}

/** Meters of a unit. */
export function parseUnit(text: ByteString): number | ErrorReply {
  return UNIT_METERS.get(toLowerAscii(asCString(text))) ?? UNSUPPORTED_UNIT;
}

/** A radius and its unit from argv[start] on. */
export function parseRadius(argv: readonly ByteString[], start: number): SearchSize | ErrorReply {
  const radius = parseDouble(argv[start]!);
  if (radius === null) return RADIUS_NOT_NUMERIC;
  if (radius < 0) return RADIUS_NEGATIVE;
  const unitMeters = parseUnit(argv[start + 1]!);
  return unitMeters instanceof ErrorReply ? unitMeters : { radius, box: null, unitMeters };
}

/** Width, height and their unit from argv[start] on. */
export function parseBox(argv: readonly ByteString[], start: number): SearchSize | ErrorReply {
  const width = parseDouble(argv[start]!);
  if (width === null) return WIDTH_NOT_NUMERIC;
  const height = parseDouble(argv[start + 1]!);
  if (height === null) return HEIGHT_NOT_NUMERIC;
  if (height < 0 || width < 0) return BOX_NEGATIVE;
  const unitMeters = parseUnit(argv[start + 2]!);
  return unitMeters instanceof ErrorReply ? unitMeters : { radius: 0, box: { width, height }, unitMeters };
}

/** Null: no such member. */
export function positionOfMember(set: SortedSetValue, member: ByteString): Position | null {
  const score = set.score(member);
  return score === undefined ? null : scoreToPosition(score);
}

export function positionReply({ longitude, latitude }: Position): Reply {
  return [longitude, latitude].map((value) => new DoubleReply(value, formatHumanDouble(value)));
}

export function distanceReply(distance: number): ByteString {
  return Number.isNaN(distance) ? DISTANCE_NAN : formatFixedPoint(distance, DISTANCE_DIGITS);
}
