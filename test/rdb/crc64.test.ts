/** CRC-64 "Jones" against its check value and a bit-by-bit computation. */
import { describe, expect, it } from 'vitest';
import { crc64 } from '../../src/rdb/crc64.js';
import { Random } from '../../src/time/random.js';

const REFLECTED_POLYNOMIAL = 0x95ac9329ac4bc9b5n;

function bitByBit(bytes: Uint8Array): bigint {
  let sum = 0n;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      sum = (sum & 1n) === 1n ? (sum >> 1n) ^ REFLECTED_POLYNOMIAL : sum >> 1n;
  }
  return sum;
}

function asBigInt({ high, low }: { readonly high: number; readonly low: number }): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

describe('crc64', () => {
  it('gives the check value of the algorithm', () => {
    expect(asBigInt(crc64(Buffer.from('123456789')))).toBe(0xe9c6d914c4b8d9can);
  });

  it('is zero for no bytes', () => {
    expect(crc64(new Uint8Array(0))).toEqual({ high: 0, low: 0 });
  });

  it('agrees with the bit-by-bit computation at every length and can go on where it stopped', () => {
    const random = new Random(7);
    const bytes = Uint8Array.from({ length: 70 }, () => random.below(256));
    for (let length = 0; length <= bytes.length; length++) {
      const expected = bitByBit(bytes.subarray(0, length));
      expect(asBigInt(crc64(bytes, 0, length))).toBe(expected);
      const middle = random.below(length + 1);
      expect(asBigInt(crc64(bytes, middle, length, crc64(bytes, 0, middle)))).toBe(expected);
    }
  });
});
