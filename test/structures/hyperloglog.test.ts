import { describe, expect, it } from 'vitest';
import { CorruptedHyperLogLog, HyperLogLog, isHyperLogLog } from '../../src/structures/hyperloglog.js';
import { Random } from '../../src/time/random.js';

function element(index: number): Uint8Array {
  return Buffer.from(`element ${index}`);
}

describe('HyperLogLog', () => {
  it('counts about right, in both forms alike', () => {
    const sparse = HyperLogLog.empty(16_000);
    const dense = HyperLogLog.empty(0);
    dense.makeDense();
    for (let count = 1; count <= 5000; count++) {
      expect(sparse.add(element(count))).toBe(dense.add(element(count)));
      if (count % 500 !== 0) continue;
      expect(sparse.count()).toBe(dense.count());
      expect(Math.abs(Number(sparse.count()) - count) / count).toBeLessThan(0.03);
    }
    expect([sparse.isSparse, dense.isSparse]).toEqual([true, false]);
    sparse.makeDense();
    expect(Buffer.from(sparse.bytes).equals(Buffer.from(dense.bytes))).toBe(true);
  });

  it('becomes dense when it grows too long', () => {
    const log = HyperLogLog.empty(100);
    let index = 0;
    while (log.isSparse) {
      log.add(element(index++));
      if (log.isSparse) expect(log.bytes.length).toBeLessThanOrEqual(100);
    }
    expect(log.bytes.length).toBe(12_304);
  });

  it('remembers its count until it changes', () => {
    const log = HyperLogLog.empty(3000);
    expect(log.cachedCount).toBe(0n);
    log.add(element(1));
    expect(log.cachedCount).toBeNull();
    expect(log.count()).toBe(1n);
    expect(log.cachedCount).toBe(1n);
    log.add(element(1));
    expect(log.cachedCount).toBe(1n);
  });

  it('survives bytes of any kind', () => {
    const random = new Random(9);
    for (let round = 0; round < 300; round++) {
      const source = HyperLogLog.empty(3000);
      for (let index = 0; index < 20; index++) source.add(element(random.below(1000)));
      const bytes = source.bytes.slice(0, 16 + random.below(source.bytes.length - 15));
      for (let change = 0; change < 3; change++) {
        if (bytes.length > 16) bytes[16 + random.below(bytes.length - 16)] = random.below(256);
      }
      expect(isHyperLogLog(bytes)).toBe(true);
      const log = new HyperLogLog(bytes, 3000);
      for (const work of [() => log.add(element(5)), () => log.count(), () => log.makeDense()]) {
        try {
          work();
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptedHyperLogLog);
        }
      }
    }
  });
});
