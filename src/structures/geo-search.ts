/** Distances on the globe, and the cells of the geohash grid that cover an area (geohash_helper.c). */
import { arcSine, cosine, sine } from './accurate-trigonometry.js';
import { areaOf, type Cell, cellOf, MAX_STEP, neighbourOf, type Position } from './geohash.js';

/** A circle or a rectangle around a position; sizes in units of `unitMeters`. */
export interface SearchShape {
  readonly center: Position;
  readonly unitMeters: number;
  /** Null: a circle. */
  readonly box: { readonly width: number; readonly height: number } | null;
  /** Of a circle. */
  readonly radius: number;
}

/** The quadratic mean radius of the earth (WGS-84). */
const EARTH_RADIUS_METERS = 6372797.560856;
const MERCATOR_LIMIT_METERS = 20037726.37;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** Towards the poles cells become narrow, so larger ones are needed. */
const HIGH_LATITUDE = 66;
const HIGHEST_LATITUDE = 80;

/** Meters along the great circle, by the haversine formula. */
export function distanceBetween(from: Position, to: Position): number {
  const sineOfWidth = sine((radians(to.longitude) - radians(from.longitude)) / 2);
  if (sineOfWidth === 0) return distanceOfLatitudes(from.latitude, to.latitude);
  const fromLatitude = radians(from.latitude);
  const toLatitude = radians(to.latitude);
  const sineOfHeight = sine((toLatitude - fromLatitude) / 2);
  const haversine =
    sineOfHeight * sineOfHeight + cosine(fromLatitude) * cosine(toLatitude) * sineOfWidth * sineOfWidth;
  return 2 * EARTH_RADIUS_METERS * arcSine(Math.sqrt(haversine));
}

/** The distance in meters of a position inside of the shape; null for one outside. */
export function distanceWithin(shape: SearchShape, position: Position): number | null {
  const { center, box, radius, unitMeters } = shape;
  if (box === null) {
    const distance = distanceBetween(center, position);
    return distance > radius * unitMeters ? null : distance;
  }
  if (distanceOfLatitudes(position.latitude, center.latitude) > (box.height * unitMeters) / 2) return null;
  const onSameLatitude = { longitude: center.longitude, latitude: position.latitude };
  if (distanceBetween(position, onSameLatitude) > (box.width * unitMeters) / 2) return null;
  return distanceBetween(center, position);
}

/** The cells to look into, in the order in which Redis does: the middle one and those of its neighbours that matter. */
export function cellsCovering(shape: SearchShape): Cell[] {
  const { center, box, unitMeters } = shape;
  const bounds = boundsOf(shape);
  const radius =
    box === null
      ? shape.radius
      : Math.sqrt((box.width / 2) * (box.width / 2) + (box.height / 2) * (box.height / 2));
  let step = stepFor(radius * unitMeters, center.latitude);
  let cell = cellOf(center, step);
  const isTooSmall =
    areaOf(neighbourOf(cell, 0, 1)).north < bounds.north ||
    areaOf(neighbourOf(cell, 0, -1)).south > bounds.south ||
    areaOf(neighbourOf(cell, 1, 0)).east < bounds.east ||
    areaOf(neighbourOf(cell, -1, 0)).west > bounds.west;
  if (step > 1 && isTooSmall) {
    step--;
    cell = cellOf(center, step);
  }
  const area = areaOf(cell);
  const isExact = step >= 2;
  const needless = {
    south: isExact && area.south < bounds.south,
    north: isExact && area.north > bounds.north,
    west: isExact && area.west < bounds.west,
    east: isExact && area.east > bounds.east,
  };
  const cells = [cell];
  for (const [east, north] of NEIGHBOURS) {
    if ((north < 0 && needless.south) || (north > 0 && needless.north)) continue;
    if ((east < 0 && needless.west) || (east > 0 && needless.east)) continue;
    cells.push(neighbourOf(cell, east, north));
  }
  return cells;
}

/** North, south, east, west, and the corners. */
const NEIGHBOURS = [
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

function boundsOf({ center, box, radius, unitMeters }: SearchShape): {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
} {
  const { longitude, latitude } = center;
  const height = unitMeters * (box === null ? radius : box.height / 2);
  const width = unitMeters * (box === null ? radius : box.width / 2);
  const latitudeDelta = degrees(height / EARTH_RADIUS_METERS);
  // The side that is nearer to a pole spans more degrees.
  const outer = latitude < 0 ? latitude - latitudeDelta : latitude + latitudeDelta;
  const longitudeDelta = degrees(width / EARTH_RADIUS_METERS / cosine(radians(outer)));
  return {
    west: longitude - longitudeDelta,
    east: longitude + longitudeDelta,
    south: latitude - latitudeDelta,
    north: latitude + latitudeDelta,
  };
}

/** How fine the grid may be so that nine cells cover the radius. */
function stepFor(radiusMeters: number, latitude: number): number {
  if (radiusMeters === 0) return MAX_STEP;
  let step = 1;
  for (let meters = radiusMeters; meters < MERCATOR_LIMIT_METERS; meters *= 2) step++;
  step -= 2;
  if (Math.abs(latitude) > HIGH_LATITUDE) step--;
  if (Math.abs(latitude) > HIGHEST_LATITUDE) step--;
  return Math.max(1, Math.min(step, MAX_STEP));
}

function distanceOfLatitudes(from: number, to: number): number {
  return EARTH_RADIUS_METERS * Math.abs(radians(to) - radians(from));
}

function radians(angle: number): number {
  return angle * RADIANS_PER_DEGREE;
}

function degrees(angle: number): number {
  return angle / RADIANS_PER_DEGREE;
}
