/** The 80-bit arithmetic of INCRBYFLOAT. Expected texts were printed by redis-server and by glibc on x86-64. */
import { describe, expect, it } from 'vitest';
import { formatHumanDouble, LongDouble } from '../../src/resp/long-double.js';

function parse(text: string): LongDouble {
  const value = LongDouble.parse(text);
  if (value === null) throw new Error(`not a long double: ${text}`);
  return value;
}

describe('a long double', () => {
  it.each([
    ['10.5', '10.5'],
    ['0.1', '0.1'],
    ['-0', '0'],
    ['-1e-20', '0'],
    ['1e-17', '0.00000000000000001'],
    ['5e-18', '0'],
    ['1.4e-17', '0.00000000000000001'],
    ['1.6e-17', '0.00000000000000002'],
    ['3.0e3', '3000'],
    ['1e25', '10000000000000000000000000'],
    ['0x1p-3', '0.125'],
    ['-infinity', '-inf'],
  ])('%s prints as %s', (text, printed) => {
    expect(parse(text).toHumanString()).toBe(printed);
  });

  it.each([
    ['10.5', '0.1', '10.6'],
    ['10.6', '-5', '5.6'],
    ['5.0e3', '2.0e2', '5200'],
    ['0.1', '0.2', '0.3'],
    ['1e18', '0.25', '1000000000000000000.25'],
    ['-1', '1', '0'],
    ['-0', '-0', '0'],
    ['9007199254740993', '1', '9007199254740994'],
  ])('%s plus %s is %s', (left, right, sum) => {
    expect(parse(left).plus(parse(right))?.toHumanString()).toBe(sum);
  });

  it('has no sum that is infinite or not a number', () => {
    expect(parse('inf').plus(parse('1'))).toBeNull();
    expect(parse('inf').plus(parse('-inf'))).toBeNull();
    expect(parse('1.1e4932').plus(parse('1.1e4932'))).toBeNull();
    expect(parse('1e4932').plus(parse('1'))).not.toBeNull();
  });

  it('has a range beyond that of a double', () => {
    expect(parse('1e4932').isFinite).toBe(true);
    expect(parse('1e-4950').toHumanString()).toBe('0');
    expect(LongDouble.parse('1.2e4932')).toBeNull();
    expect(LongDouble.parse('1e-4952')).toBeNull();
    expect(LongDouble.parse('0x1p-16445')).not.toBeNull();
    expect(LongDouble.parse('0x1p-16446')).toBeNull();
  });

  it.each(['', ' 1', '1 ', 'x', '1e', '.', '-', '0x', 'nan', '1\0', `0.${'1'.repeat(5118)}`])(
    'is not %j',
    (text) => {
      expect(LongDouble.parse(text)).toBeNull();
    },
  );

  it.each([
    ['0.001', '1'],
    ['1.001', '1001'],
    ['0.0001', '1'],
    ['-0.0005', '0'],
    ['-1.0005', '-1000'],
    ['2', '2000'],
    ['0', '0'],
  ])('%s seconds are %s milliseconds, rounded up', (seconds, milliseconds) => {
    expect(String(parse(seconds).times(1000)?.ceil())).toBe(milliseconds);
  });
});

describe('a double that is printed as a long double', () => {
  it.each([
    [13.361389338970184, '13.36138933897018433'],
    [0.1, '0.10000000000000001'],
    [-122.41940170526505, '-122.41940170526504517'],
    [2, '2'],
    [-0, '0'],
    [Number.POSITIVE_INFINITY, 'inf'],
  ])('%d has 17 digits after the point', (value, text) => {
    expect(formatHumanDouble(value)).toBe(text);
  });
});
