/** Listpacks and their predecessors. */
import { describe, expect, it } from 'vitest';
import { decodeListpack, encodeListpack } from '../../src/rdb/listpack.js';
import { RdbFormatError } from '../../src/rdb/rdb-format-error.js';
import { decodeZiplist, decodeZipmap } from '../../src/rdb/ziplist.js';
import { Random } from '../../src/time/random.js';
import { hex } from './rdb-fixtures.js';

const integers = [
  ...['0', '1', '127', '128', '-1', '4095', '4096', '-4096', '-4097', '32767', '-32768', '32768'],
  ...['8388607', '-8388608', '8388608', '2147483647', '-2147483648', '2147483648', '9007199254740993'],
  ...['9223372036854775807', '-9223372036854775808'],
];

const texts = ['', 'a', '007', '-0', '9223372036854775808', 'x'.repeat(63), 'y'.repeat(64)];

describe('a listpack', () => {
  it('is laid out as in Redis', () => {
    expect(Buffer.from(encodeListpack(['f', 'hello', '5', '-1', '300'])).toString('hex')).toBe(
      '19000000' + '0500' + '816602' + '8568656c6c6f06' + '0501' + 'dfff02' + 'c12c02' + 'ff',
    );
  });

  it('gives back integers, texts and long texts', () => {
    const elements = [
      ...integers,
      ...texts,
      'z'.repeat(4095),
      'z'.repeat(4096),
      '\xff\x00',
      'z'.repeat(20_000),
    ];
    expect(decodeListpack(encodeListpack(elements), 'Hash')).toEqual(elements);
  });

  it('does not count beyond 65534 elements', () => {
    const elements = Array.from({ length: 65_600 }, (_, index) => String(index % 100));
    const listpack = encodeListpack(elements);
    expect(Buffer.from(listpack).readUInt16LE(4)).toBe(65_535);
    expect(decodeListpack(listpack, 'Hash')).toHaveLength(65_600);
  });

  it('is refused when any byte of its frame is wrong', () => {
    const listpack = encodeListpack(['field', 'value', '12', '-70000']);
    for (let cut = 0; cut < listpack.length; cut++) {
      expect(() => decodeListpack(listpack.subarray(0, cut), 'Hash')).toThrow(
        new RdbFormatError('Hash listpack integrity check failed.'),
      );
    }
    for (const position of [0, 3, 4, 6, 12, listpack.length - 1]) {
      const damaged = Uint8Array.from(listpack);
      damaged[position]! ^= 0x41;
      expect(() => decodeListpack(damaged, 'Hash')).toThrow(RdbFormatError);
    }
  });

  it('survives random damage', () => {
    const random = new Random(17);
    for (let round = 0; round < 3000; round++) {
      const damaged = Uint8Array.from(encodeListpack([...integers.slice(0, 6), 'text', 'y'.repeat(70)]));
      for (let hit = 0; hit < 3; hit++) damaged[random.below(damaged.length)] = random.below(256);
      try {
        expect(Array.isArray(decodeListpack(damaged, 'Hash'))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RdbFormatError);
      }
    }
  });
});

describe('a ziplist', () => {
  // The layout of ziplist.c: bytes, offset of the last element, count; each element begins with the length of the one before.
  const ziplist = hex(
    '20000000 1d000000 0600' +
      '00 0166' +
      '03 0568656c6c6f' +
      '07 f6' +
      '02 fe 85' +
      '03 c0 2c01' +
      '04 f1' +
      'ff',
  );

  it('is read', () => {
    expect(decodeZiplist(ziplist, 'Hash')).toEqual(['f', 'hello', '5', '-123', '300', '0']);
  });

  it('is refused when it is cut', () => {
    for (let cut = 0; cut < ziplist.length; cut++) {
      expect(() => decodeZiplist(ziplist.subarray(0, cut), 'Hash')).toThrow(RdbFormatError);
    }
  });

  it('survives random damage', () => {
    const random = new Random(19);
    for (let round = 0; round < 3000; round++) {
      const damaged = Uint8Array.from(ziplist);
      for (let hit = 0; hit < 2; hit++) damaged[random.below(damaged.length)] = random.below(256);
      try {
        expect(Array.isArray(decodeZiplist(damaged, 'Hash'))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RdbFormatError);
      }
    }
  });
});

describe('a zipmap', () => {
  const zipmap = hex('02' + '03666f6f 03 00 626172' + '0568656c6c6f 05 02 776f726c64 0000' + 'ff');

  it('is read, with the unused bytes left out', () => {
    expect(decodeZipmap(zipmap)).toEqual(['foo', 'bar', 'hello', 'world']);
  });

  it('is refused when it is cut', () => {
    for (let cut = 0; cut < zipmap.length; cut++) {
      expect(() => decodeZipmap(zipmap.subarray(0, cut))).toThrow(RdbFormatError);
    }
  });
});
