/** LZF: what is compressed comes back, and no malformed input does harm. */
import { describe, expect, it } from 'vitest';
import { lzfCompress, lzfDecompress } from '../../src/rdb/lzf.js';
import { RdbFormatError } from '../../src/rdb/rdb-format-error.js';
import { Random } from '../../src/time/random.js';
import { hex } from './rdb-fixtures.js';

/** Bytes with repetitions near and far, so that every form of back reference occurs. */
function compressible(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let end = 0;
  while (end < length) {
    if (end > 10 && random.below(2) === 0) {
      const from = random.below(end);
      const run = Math.min(1 + random.below(400), length - end);
      for (let index = 0; index < run; index++) bytes[end + index] = bytes[from + index]!;
      end += run;
    } else {
      bytes[end++] = random.below(random.below(4) === 0 ? 256 : 4);
    }
  }
  return bytes;
}

describe('lzf', () => {
  it('expands literals and back references', () => {
    // Three literals, then 9 bytes from 3 back.
    expect(Buffer.from(lzfDecompress(hex('02 616263 e0 00 02'), 12)).toString()).toBe('abcabcabcabc');
  });

  it('gives back what it compressed', () => {
    const random = new Random(11);
    for (let round = 0; round < 300; round++) {
      const bytes = compressible(random, 4 + random.below(20_000 / (1 + random.below(40))));
      const compressed = lzfCompress(bytes, bytes.length);
      if (compressed !== null) expect(Buffer.compare(lzfDecompress(compressed, bytes.length), bytes)).toBe(0);
    }
  });

  it('gives up when the limit is too small', () => {
    expect(lzfCompress(Buffer.from('no repetition'), 9)).toBeNull();
    expect(lzfCompress(Buffer.from('abc'), 100)).toBeNull();
    expect(lzfCompress(Buffer.from('a'.repeat(100)), 5)).toBeNull();
  });

  it.each([
    ['a literal run that is cut off', '05 6162', 6],
    ['a back reference that is cut off', '00 61 20', 4],
    ['a long back reference that is cut off', '00 61 e0', 10],
    ['a reference to before the start', '00 61 20 05', 4],
    ['more than was announced', '02 616263', 2],
    ['less than was announced', '02 616263', 4],
    ['a length that so few bytes cannot make', '02 616263', 2 ** 40],
  ])('refuses %s', (_what, compressed, length) => {
    expect(() => lzfDecompress(hex(compressed), length)).toThrow(RdbFormatError);
  });

  it('survives random input', () => {
    const random = new Random(13);
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from({ length: random.below(60) }, () => random.below(256));
      try {
        expect(lzfDecompress(bytes, random.below(500)).length).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toBeInstanceOf(RdbFormatError);
      }
    }
  });
});
