/**
 * Geohashes as Redis uses them: latitude and longitude as integers whose bits are interleaved, 26 each for a place in a
 * sorted set (geohash.c). https://redis.io/docs/latest/develop/data-types/geospatial/
 */

/** Bits of a coordinate in the score of a member. */
export const MAX_STEP = 26;

/** Of the Mercator projection (EPSG:900913): the poles have no place on it. */
export const LONGITUDE_LIMIT = 180;
export const LATITUDE_LIMIT = 85.05112878;

export interface Position {
  readonly longitude: number;
  readonly latitude: number;
}

/** A cell of the grid: `step` bits for each coordinate, one more where a coordinate is the greatest there is. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

export interface Area {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

const UINT32 = 2 ** 32;
const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const HASH_BITS = 2 * MAX_STEP;
const BITS_OF_CHAR = 5;
const HASH_CHARS = 10;

/** The cell around a position inside of the limits. @param latitudeLimit 90 for the geohashes that others use. */
export function cellOf(
  { longitude, latitude }: Position,
  step: number,
  latitudeLimit = LATITUDE_LIMIT,
): Cell {
  const cells = 2 ** step;
  const x = ((longitude + LONGITUDE_LIMIT) / (2 * LONGITUDE_LIMIT)) * cells;
  const y = ((latitude + latitudeLimit) / (latitudeLimit - -latitudeLimit)) * cells;
  return { x: Math.trunc(x), y: Math.trunc(y), step };
}

/** The score of a member at that position, exact. */
export function positionToScore(position: Position): bigint | number {
  const { x, y } = cellOf(position, MAX_STEP);
  const high = interleave(x >>> 16, y >>> 16);
  const low = interleave(x & 0xffff, y & 0xffff);
  const score = high * UINT32 + low;
  return Number.isSafeInteger(score) ? score : (BigInt(high) << 32n) | BigInt(low);
}

/** The middle of the cell of a score. */
export function scoreToPosition(score: number): Position {
  const { west, east, south, north } = areaOf(scoreToCell(score));
  return {
    longitude: Math.max(-LONGITUDE_LIMIT, Math.min((west + east) / 2, LONGITUDE_LIMIT)),
    latitude: Math.max(-LATITUDE_LIMIT, Math.min((south + north) / 2, LATITUDE_LIMIT)),
  };
}

export function areaOf({ x, y, step }: Cell): Area {
  const cells = 2 ** step;
  const width = 2 * LONGITUDE_LIMIT;
  const height = LATITUDE_LIMIT - -LATITUDE_LIMIT;
  // Redis counts in 32 bits.
  const nextX = (x + 1) >>> 0;
  const nextY = (y + 1) >>> 0;
  return {
    west: -LONGITUDE_LIMIT + (x / cells) * width,
    east: -LONGITUDE_LIMIT + (nextX / cells) * width,
    south: -LATITUDE_LIMIT + (y / cells) * height,
    north: -LATITUDE_LIMIT + (nextY / cells) * height,
  };
}

/** The cell so many cells to the east and to the north; the grid has no ends. */
export function neighbourOf({ x, y, step }: Cell, east: number, north: number): Cell {
  const mask = 2 ** step - 1;
  return { x: east === 0 ? x : (x + east) & mask, y: north === 0 ? y : (y + north) & mask, step };
}

/** The scores of everything in a cell: from `min` up to, not including, `max`. */
export function scoresOf({ x, y, step }: Cell): { readonly min: number; readonly max: number } {
  const bits = interleave(x >>> 16, y >>> 16) * UINT32 + interleave(x & 0xffff, y & 0xffff);
  const unit = 2 ** (HASH_BITS - 2 * step);
  return { min: bits * unit, max: (bits + 1) * unit };
}

/** The text that geohash.org takes: 11 characters, of which Redis has bits for ten. */
export function geohashText(position: Position): string {
  const { x, y } = cellOf(position, MAX_STEP, 90);
  const bits = (BigInt(interleave(x >>> 16, y >>> 16)) << 32n) | BigInt(interleave(x & 0xffff, y & 0xffff));
  let text = '';
  for (let char = 1; char <= HASH_CHARS; char++) {
    text += ALPHABET[Number((bits >> BigInt(HASH_BITS - char * BITS_OF_CHAR)) & 31n)];
  }
  return `${text}0`;
}

function scoreToCell(score: number): Cell {
  const [high, low] = halvesOf(score);
  return {
    x: separated(high >>> 1) * 0x10000 + separated(low >>> 1),
    y: separated(high) * 0x10000 + separated(low),
    step: MAX_STEP,
  };
}

/** The two halves of a score as C makes a 64-bit integer of it. */
function halvesOf(score: number): readonly [number, number] {
  if (score >= 0 && score <= Number.MAX_SAFE_INTEGER) {
    return [Math.floor(score / UINT32), Math.floor(score) >>> 0];
  }
  const bits = asUint64(score);
  return [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
}

/** What x86-64 makes of a double that is no unsigned integer. */
function asUint64(value: number): bigint {
  if (value >= 2 ** 64) return 0n;
  if (value < -(2 ** 63)) return 1n << 63n;
  return BigInt.asUintN(64, BigInt(Math.trunc(value)));
}

/** 16 bits of each, those of x in the odd places. */
function interleave(x: number, y: number): number {
  return ((spread(x) << 1) | spread(y)) >>> 0;
}

/** 16 bits with a zero before each. */
function spread(bits: number): number {
  let spread = bits & 0xffff;
  spread = (spread | (spread << 8)) & 0x00ff00ff;
  spread = (spread | (spread << 4)) & 0x0f0f0f0f;
  spread = (spread | (spread << 2)) & 0x33333333;
  return (spread | (spread << 1)) & 0x55555555;
}

/** The 16 bits in the even places of 32. */
function separated(bits: number): number {
  let rest = bits & 0x55555555;
  rest = (rest | (rest >>> 1)) & 0x33333333;
  rest = (rest | (rest >>> 2)) & 0x0f0f0f0f;
  rest = (rest | (rest >>> 4)) & 0x00ff00ff;
  return (rest | (rest >>> 8)) & 0xffff;
}
