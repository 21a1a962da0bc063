import { describe, expect, it } from 'vitest';
import { countBits, findBit, readBits, writeBits } from '../../src/structures/bitmap.js';
import { Random } from '../../src/time/random.js';

function textOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

describe('bitmaps', () => {
  const random = new Random(3);
  const bytes = Uint8Array.from({ length: 20 }, (_, index) =>
    index % 7 === 3 ? 0 : index % 7 === 4 ? 255 : random.below(256),
  );
  const text = textOf(bytes);

  it('count and find bits in any range', () => {
    for (let first = 0; first < 160; first += 3) {
      for (let last = first; last < 160; last += 5) {
        const part = text.slice(first, last + 1);
        expect(countBits(bytes, first, last)).toBe(part.replaceAll('0', '').length);
        for (const bit of [0, 1] as const) {
          const at = part.indexOf(String(bit));
          expect(findBit(bytes, bit, first, last)).toBe(at < 0 ? -1 : first + at);
        }
      }
    }
  });

  it('hold integers of any width', () => {
    const copy = bytes.slice();
    for (let step = 0; step < 500; step++) {
      const bits = 1 + random.below(64);
      const offset = random.below(160 - bits);
      const value = BigInt.asUintN(bits, BigInt(random.below(2 ** 31)) * 4_611_686_014_132_420_609n);
      const before = textOf(copy);
      writeBits(
        (index) => copy[index] as number,
        (index, byte) => {
          copy[index] = byte;
        },
        offset,
        bits,
        value,
      );
      const written = value.toString(2).padStart(bits, '0');
      expect(textOf(copy)).toBe(before.slice(0, offset) + written + before.slice(offset + bits));
      expect(readBits((index) => copy[index] ?? 0, offset, bits)).toBe(value);
    }
  });
});
