import { describe, expect, it } from 'vitest';
import { arcSine, cosine, sine } from '../../src/structures/accurate-trigonometry.js';
import { cellsCovering, distanceBetween, distanceWithin } from '../../src/structures/geo-search.js';
import {
  areaOf,
  cellOf,
  geohashText,
  neighbourOf,
  positionToScore,
  scoreToPosition,
} from '../../src/structures/geohash.js';
import { Random } from '../../src/time/random.js';

const PALERMO = { longitude: 13.361389, latitude: 38.115556 };
const CATANIA = { longitude: 15.087269, latitude: 37.502669 };

describe('geohashes', () => {
  it('are those of the documentation of GEOADD, GEOPOS and GEOHASH', () => {
    expect(positionToScore(PALERMO)).toBe(3479099956230698);
    expect(positionToScore(CATANIA)).toBe(3479447370796909);
    const palermo = scoreToPosition(3479099956230698);
    expect(palermo).toEqual({ longitude: 13.361389338970184, latitude: 38.1155563954963 });
    expect(geohashText(palermo)).toBe('sqc8b49rny0');
    expect(geohashText(scoreToPosition(3479447370796909))).toBe('sqdtr74hyu0');
  });

  it('of the corners of the world need more than 53 bits, or none', () => {
    expect(positionToScore({ longitude: -180, latitude: -85.05112878 })).toBe(0);
    expect(positionToScore({ longitude: 180, latitude: 85.05112878 })).toBe(2n ** 53n + 2n ** 52n);
    expect(positionToScore({ longitude: 180, latitude: -85.05 })).toBe(9007199254824273n);
  });

  it('of any score are inside the limits', () => {
    for (const score of [
      -1,
      2 ** 52,
      2 ** 63,
      1e30,
      -1e30,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]) {
      const { longitude, latitude } = scoreToPosition(score);
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
      expect(Math.abs(latitude)).toBeLessThanOrEqual(85.05112878);
    }
  });

  it('have neighbours on a grid without ends', () => {
    const cell = cellOf(PALERMO, 10);
    expect(neighbourOf(neighbourOf(cell, 1, 1), -1, -1)).toEqual(cell);
    expect(neighbourOf({ x: 0, y: 1023, step: 10 }, -1, 1)).toEqual({ x: 1023, y: 0, step: 10 });
    expect(areaOf(neighbourOf(cell, 1, 0)).west).toBe(areaOf(cell).east);
  });
});

describe('distances', () => {
  it('are those of the documentation of GEODIST', () => {
    const meters = distanceBetween(
      scoreToPosition(Number(positionToScore(PALERMO))),
      scoreToPosition(Number(positionToScore(CATANIA))),
    );
    expect(meters).toBeCloseTo(166274.1516, 4);
  });

  it('cells cover whatever lies within', () => {
    const random = new Random(3);
    for (let round = 0; round < 400; round++) {
      const center = { longitude: random.fraction() * 300 - 150, latitude: random.fraction() * 140 - 70 };
      const radius = 10 ** (random.fraction() * 5);
      const shape = { center, radius, box: null, unitMeters: 1 };
      const cells = cellsCovering(shape);
      const position = {
        longitude: center.longitude + (random.fraction() - 0.5) * (radius / 40_000),
        latitude: center.latitude + (random.fraction() - 0.5) * (radius / 60_000),
      };
      if (distanceWithin(shape, position) === null) continue;
      const isCovered = cells.some((cell) => {
        const own = cellOf(position, cell.step);
        return own.x === cell.x && own.y === cell.y;
      });
      expect(isCovered).toBe(true);
    }
  });
});

describe('sine, cosine, arc sine', () => {
  it.each([
    [0.5, 0.479425538604203, 0.8775825618903728],
    [1, 0.8414709848078965, 0.5403023058681398],
    [-2.5, -0.5984721441039565, -0.8011436155469337],
    [3, 0.1411200080598672, -0.9899924966004454],
    [Math.PI, 1.2246467991473532e-16, -1],
    [Math.PI / 2, 1, 6.123233995736766e-17],
    [1e-9, 1e-9, 1],
  ])('of %d', (angle, expectedSine, expectedCosine) => {
    expect(sine(angle)).toBe(expectedSine);
    expect(cosine(angle)).toBe(expectedCosine);
  });

  it('are what the engine makes of them, the last digit aside', () => {
    const random = new Random(5);
    for (let round = 0; round < 2000; round++) {
      const angle = (random.fraction() - 0.5) * 7;
      expect(Math.abs(sine(angle) - Math.sin(angle))).toBeLessThan(2.3e-16);
      expect(Math.abs(cosine(angle) - Math.cos(angle))).toBeLessThan(2.3e-16);
      const value = random.fraction();
      expect(Math.abs(arcSine(value) - Math.asin(value))).toBeLessThan(4.5e-16);
    }
    expect(arcSine(1)).toBe(Math.PI / 2);
    expect(arcSine(1.1)).toBeNaN();
    expect(cosine(Number.POSITIVE_INFINITY)).toBeNaN();
  });
});
