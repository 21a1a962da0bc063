/** Doubles as Redis 7.0 and 7.2 print them. Expected texts were printed by redis-server and by printf of glibc. */
import { describe, expect, it } from 'vitest';
import {
  formatDouble,
  formatDoubleOrInteger,
  formatFixed,
  formatFixedPoint,
  formatGeneral,
  formatShortestDigits,
} from '../../src/resp/number-format.js';
import { Random } from '../../src/time/random.js';

describe('a double of a reply', () => {
  it.each([
    [0, '0', '0'],
    [-0, '-0', '-0'],
    [1, '1', '1'],
    [-17, '-17', '-17'],
    [0.1, '0.10000000000000001', '0.1'],
    [3.25, '3.25', '3.25'],
    [-2.5, '-2.5', '-2.5'],
    [1e16, '10000000000000000', '10000000000000000'],
    [1e17, '1e+17', '100000000000000000'],
    [1e18, '1e+18', '1000000000000000000'],
    [2 ** 60, '1.152921504606847e+18', '1152921504606846976'],
    [2 ** 62, '4.6116860184273879e+18', '4611686018427387904'],
    [2 ** 63, '9.2233720368547758e+18', '9223372036854776000'],
    [1e20, '1e+20', '1e+20'],
    [1.5e20, '1.5e+20', '1.5e+20'],
    [123456789012345680000, '1.2345678901234568e+20', '123456789012345680000'],
    [1e21, '1e+21', '1e+21'],
    [1e100, '1e+100', '1e+100'],
    [10000.142857142857, '10000.142857142857', '1.0000142857142857e+4'],
    [1e-4, '0.0001', '0.0001'],
    [1e-5, '1.0000000000000001e-05', '0.00001'],
    [1e-6, '9.9999999999999995e-07', '0.000001'],
    [1e-7, '9.9999999999999995e-08', '1e-7'],
    [1.25e-7, '1.2499999999999999e-07', '1.25e-7'],
    [5e-324, '4.9406564584124654e-324', '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308', '1.7976931348623157e+308'],
    [Number.POSITIVE_INFINITY, 'inf', 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf', '-inf'],
    [Number.NaN, 'nan', 'nan'],
  ])('%d is %s in 7.0 and %s in 7.2', (value, in70, in72) => {
    expect(formatDouble(value, '7.0')).toBe(in70);
    expect(formatDouble(value, '7.2')).toBe(in72);
    expect(formatDouble(value)).toBe(in72);
  });

  it('reads back as the same double', () => {
    const random = new Random(1);
    for (let round = 0; round < 5000; round++) {
      const value = (random.fraction() - 0.5) * 10 ** (random.below(600) - 300);
      expect(Number(formatDouble(value, '7.0'))).toBe(value);
      expect(Number(formatDouble(value, '7.2'))).toBe(value);
    }
  });

  it('is not always the shortest one in 7.2, as Grisu2 is not', () => {
    expect(String(2144 / 7000)).toBe('0.3062857142857143');
    expect(formatDouble(2144 / 7000)).toBe('0.30628571428571427');
  });
});

describe('a double of d2string', () => {
  it('is an integer where it can be, in 7.0 too', () => {
    expect(formatDoubleOrInteger(1e17, '7.0')).toBe('100000000000000000');
    expect(formatDoubleOrInteger(0.1, '7.0')).toBe('0.10000000000000001');
    expect(formatDoubleOrInteger(2 ** 63, '7.0')).toBe('9.2233720368547758e+18');
    expect(formatDoubleOrInteger(-0, '7.0')).toBe('-0');
  });
});

describe('%g', () => {
  it.each([
    [100, 14, '100'],
    [1e14, 14, '1e+14'],
    [Math.PI, 14, '3.1415926535898'],
    [0.0001, 14, '0.0001'],
    [0.00001, 14, '1e-05'],
    [99999999999999.9, 14, '1e+14'],
    // ties, which round to even
    [2 ** 50 + 0.25, 17, '1125899906842624.2'],
    [2 ** 50 + 0.75, 17, '1125899906842624.8'],
    [0.5, 1, '0.5'],
    [2.5, 1, '2'],
    [3.5, 1, '4'],
    [-2.5, 1, '-2'],
  ])('of %d with %i digits is %s', (value, precision, text) => {
    expect(formatGeneral(value, precision)).toBe(text);
  });
});

describe('%f', () => {
  it.each([
    [0, 4, '0.0000'],
    [-0, 2, '-0.00'],
    [166274.15156960033, 4, '166274.1516'],
    [0.00005, 4, '0.0001'],
    [2.5, 0, '2'],
    [3.5, 0, '4'],
    [2 ** -18, 17, '0.00000381469726562'],
    [1e22, 1, '10000000000000000000000.0'],
    [-1e-9, 4, '-0.0000'],
    [5e-324, 3, '0.000'],
  ])('of %d with %i digits is %s', (value, digits, text) => {
    expect(formatFixed(value, digits)).toBe(text);
  });
});

describe('fixed point of 7.2', () => {
  it.each([
    [0, 4, '0.0000'],
    [-0, 4, '0.0000'],
    [166274.15156960033, 4, '166274.1516'],
    [0.00004, 4, '0.0000'],
    [-0.00004, 4, '0.0000'],
    [0.5, 4, '0.5000'],
    [-12.34567, 2, '-12.35'],
    [0.00015, 4, '0.0001'], // the product is 1.4999999999999998
    [2 ** -5, 4, '0.0312'],
  ])('of %d with %i digits is %s', (value, digits, text) => {
    expect(formatFixedPoint(value, digits)).toBe(text);
  });
});

describe('formatShortestDigits', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [2 ** 62, '4611686018427388000'],
    [0.1, '0.1'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%d is %s', (value, text) => {
    expect(formatShortestDigits(value)).toBe(text);
  });
});
