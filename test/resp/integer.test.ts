/** Integers of arguments: string2ll accepts one spelling of each 64-bit integer. */
import { describe, expect, it } from 'vitest';
import {
  parseBigInteger,
  parseInt32Range,
  parseInteger,
  parseIntegerInRange,
  parseSafeInteger,
  parseUnsigned64,
} from '../../src/resp/integer.js';

describe('parseInteger', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['-1', -1],
    ['10', 10],
    ['999999999999999', 999999999999999],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('reads %s', (text, value) => {
    expect(parseInteger(text)).toBe(value);
    expect(parseBigInteger(text)).toBe(BigInt(value));
    expect(parseSafeInteger(text)).toBe(typeof value === 'number' ? value : null);
  });

  it.each([
    '',
    '-',
    '+',
    '+1',
    ' 1',
    '1 ',
    '01',
    '-0',
    '-01',
    '00',
    '--1',
    '1.0',
    '1e3',
    '0x1',
    'a',
    '1a',
    '1\0',
    '9223372036854775808',
    '-9223372036854775809',
    '18446744073709551616',
    '100000000000000000000',
    '1'.repeat(100),
    '٣',
  ])('refuses %j', (text) => {
    expect(parseInteger(text)).toBeNull();
    expect(parseBigInteger(text)).toBeNull();
    expect(parseSafeInteger(text)).toBeNull();
  });
});

describe('ranges', () => {
  it('include their ends', () => {
    expect(parseIntegerInRange('5', 5, 6)).toBe(5);
    expect(parseIntegerInRange('6', 5, 6)).toBe(6);
    expect(parseIntegerInRange('7', 5, 6)).toBeNull();
    expect(parseIntegerInRange('x', 5, 6)).toBeNull();
    expect(parseIntegerInRange('9223372036854775807', 0, Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  it('of an int have 32 bits', () => {
    expect(parseInt32Range('2147483647')).toBe(2147483647);
    expect(parseInt32Range('2147483648')).toBeNull();
    expect(parseInt32Range('-2147483648')).toBe(-2147483648);
    expect(parseInt32Range('-1', 0)).toBeNull();
  });
});

describe('parseUnsigned64', () => {
  it.each([
    ['0', 0n],
    ['18446744073709551615', 18446744073709551615n],
    // what only strtoull reads
    ['007', 7n],
    ['+7', 7n],
    [' \t\n7', 7n],
    ['-07', 18446744073709551609n],
    ['7\0x', 7n],
  ])('reads %j', (text, value) => {
    expect(parseUnsigned64(text)).toBe(value);
  });

  it.each(['', '-', '-7', '7 ', '7x', '18446744073709551616', '-18446744073709551616', '\x007'])(
    'refuses %j',
    (text) => {
      expect(parseUnsigned64(text)).toBeNull();
    },
  );
});
