/** DUMP payloads, with samples that Redis 7.0.15 and 7.2.4 made. */
import { describe, expect, it } from 'vitest';
import { createDumpPayload, readDumpPayload, verifyDumpPayload } from '../../src/rdb/dump-payload.js';
import { RdbFormatError } from '../../src/rdb/rdb-format-error.js';
import { Random } from '../../src/time/random.js';
import { hashOf, hex, LIMITS, plain } from './rdb-fixtures.js';

const HELLO_70 = '000568656c6c6f0a006372df766534200a';
const HELLO_72 = '000568656c6c6f0b000aad620598abc983';

function hexOf(payload: Uint8Array): string {
  return Buffer.from(payload).toString('hex');
}

describe('a DUMP payload', () => {
  it('is the one that Redis makes', () => {
    expect(hexOf(createDumpPayload('hello', 10))).toBe(HELLO_70);
    expect(hexOf(createDumpPayload('hello', 11))).toBe(HELLO_72);
  });

  it('gives back what it was made from', () => {
    const big = hashOf(
      Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`field${index}`, `${index * 7}`])),
    );
    const longValue = hashOf({ field: 'v'.repeat(100) });
    for (const value of ['', '12', 'text', 'ab'.repeat(5000), hashOf({ a: '1', b: 'x' }), big, longValue]) {
      const payload = createDumpPayload(value, 10);
      expect(verifyDumpPayload(payload, 10)).toBe(true);
      expect(plain(readDumpPayload(payload, LIMITS))).toEqual(plain(value));
    }
  });

  it('holds a small hash as a listpack, a big one as fields and values', () => {
    expect(createDumpPayload(hashOf({ a: '1' }), 10)[0]).toBe(16);
    expect(createDumpPayload(hashOf({ a: 'v'.repeat(65) }), 10)[0]).toBe(4);
  });

  it('of a later version is refused', () => {
    expect(verifyDumpPayload(hex(HELLO_72), 10)).toBe(false);
    expect(verifyDumpPayload(hex(HELLO_70), 11)).toBe(true);
  });

  it('is refused when it is damaged or too short', () => {
    const payload = hex(HELLO_70);
    for (let position = 0; position < payload.length; position++) {
      const damaged = Uint8Array.from(payload);
      damaged[position]! ^= 1;
      expect(verifyDumpPayload(damaged, 11)).toBe(false);
      expect(verifyDumpPayload(payload.subarray(0, position), 11)).toBe(false);
    }
  });

  it('is read with a wrong checksum when that is asked for', () => {
    const damaged = Uint8Array.from(hex(HELLO_70));
    damaged[2]! ^= 1;
    expect(verifyDumpPayload(damaged, 10, true)).toBe(true);
    expect(readDumpPayload(damaged, LIMITS)).toBe('iello');
  });

  it('of an unknown type, and of an empty hash, cannot be read', () => {
    expect(() => readDumpPayload(hex(`c8${'00'.repeat(10)}`), LIMITS)).toThrow(
      new RdbFormatError('Unknown RDB encoding type 200'),
    );
    expect(() => readDumpPayload(hex(`0400${'00'.repeat(10)}`), LIMITS)).toThrow(RdbFormatError);
    expect(() => readDumpPayload(new Uint8Array(10), LIMITS)).toThrow(RdbFormatError);
  });

  it('with a forged count of fields is refused at once', () => {
    expect(() => readDumpPayload(hex(`0481ffffffffffffffff${'00'.repeat(10)}`), LIMITS)).toThrow(
      RdbFormatError,
    );
    expect(() => readDumpPayload(hex(`0480ffffffff${'00'.repeat(10)}`), LIMITS)).toThrow(RdbFormatError);
  });

  it('with a field that comes twice is refused', () => {
    expect(() => readDumpPayload(hex(`0402 0161 0162 0161 0163 ${'00'.repeat(10)}`), LIMITS)).toThrow(
      new RdbFormatError('Duplicate hash fields detected'),
    );
  });

  it('of random bytes does no harm', () => {
    const random = new Random(23);
    const samples = [createDumpPayload(hashOf({ a: '1', b: 'text', c: 'x'.repeat(60) }), 10), hex(HELLO_70)];
    for (let round = 0; round < 4000; round++) {
      const damaged = Uint8Array.from(samples[round % 2]!);
      for (let hit = random.below(4); hit >= 0; hit--)
        damaged[random.below(damaged.length)] = random.below(256);
      if (random.below(3) === 0) damaged[0] = [0, 4, 9, 13, 16][random.below(5)]!;
      try {
        readDumpPayload(damaged, LIMITS);
      } catch (error) {
        expect(error).toBeInstanceOf(RdbFormatError);
      }
    }
  });
});
