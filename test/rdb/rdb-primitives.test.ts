/** Lengths, integers and strings of RDB data (rdb.c). */
import { describe, expect, it } from 'vitest';
import { RdbFormatError } from '../../src/rdb/rdb-format-error.js';
import { RdbReader } from '../../src/rdb/rdb-reader.js';
import { RdbWriter } from '../../src/rdb/rdb-writer.js';
import { hex } from './rdb-fixtures.js';

function written(write: (writer: RdbWriter) => void, compress = true): string {
  const writer = new RdbWriter(compress);
  write(writer);
  return Buffer.from(writer.finish()).toString('hex');
}

describe('lengths', () => {
  it.each([
    [0, '00'],
    [63, '3f'],
    [64, '4040'],
    [16_383, '7fff'],
    [16_384, '8000004000'],
    [4_294_967_295, '80ffffffff'],
    [4_294_967_296, '810000000100000000'],
    [Number.MAX_SAFE_INTEGER, '81001fffffffffffff'],
  ])('%d is %s', (length, bytes) => {
    expect(written((writer) => writer.len(length))).toBe(bytes);
    expect(new RdbReader(hex(bytes)).len()).toBe(length);
  });

  it.each(['82', 'c0', '40', '80000000', '8100000000000000'])('%s is refused', (bytes) => {
    expect(() => new RdbReader(hex(bytes)).len()).toThrow(RdbFormatError);
  });
});

describe('strings', () => {
  it.each([
    ['', '00'],
    ['hello', '0568656c6c6f'],
    ['0', 'c000'],
    ['-128', 'c080'],
    ['128', 'c18000'],
    ['-32769', 'c2ff7fffff'],
    ['2147483647', 'c2ffffff7f'],
    ['2147483648', '0a32313437343833363438'],
    ['007', '03303037'],
    ['+1', '022b31'],
    ['-0', '022d30'],
  ])('%j is %s', (text, bytes) => {
    expect(written((writer) => writer.string(text))).toBe(bytes);
    expect(new RdbReader(hex(bytes)).string()).toBe(text);
  });

  it('are compressed from 21 bytes on, when that saves something', () => {
    const twentyOne = 'a'.repeat(21);
    expect(written((writer) => writer.string(twentyOne))).toBe('c306150161' + '61e00a00');
    expect(new RdbReader(hex('c306150161' + '61e00a00')).string()).toBe(twentyOne);
    expect(written((writer) => writer.string('a'.repeat(20)))).toBe(`14${'61'.repeat(20)}`);
    expect(written((writer) => writer.string(twentyOne), false)).toBe(`15${'61'.repeat(21)}`);
  });

  it.each([
    ['a string that is cut off', '0568656c6c'],
    ['a string of four gigabytes that is not there', '80ffffffff00'],
    ['an unknown encoding', 'c4'],
    ['a compressed string of a forged length', 'c30280ffffffff0061'],
    ['a compressed string that is cut off', 'c3091501616161'],
  ])('refuses %s', (_what, bytes) => {
    expect(() => new RdbReader(hex(bytes)).string()).toThrow(RdbFormatError);
  });
});

describe('64-bit integers', () => {
  it.each([
    0,
    1,
    -1,
    1_700_000_000_123,
    -1_700_000_000_123,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ])('%d comes back as a number', (value) => {
    expect(new RdbReader(hex(written((writer) => writer.int64LE(value)))).int64LE()).toBe(value);
  });

  it.each([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n])('%d comes back exactly', (value) => {
    expect(new RdbReader(hex(written((writer) => writer.int64LE(value)))).int64LE()).toBe(value);
  });
});
