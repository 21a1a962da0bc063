import { describe, expect, it } from 'vitest';
import { addInt64, INT64_MAX, INT64_MIN, multiplyInt64 } from '../../src/structures/int64.js';

describe('64-bit arithmetic', () => {
  it('stays with numbers while those are exact', () => {
    expect(addInt64(1, 2)).toBe(3);
    expect(addInt64(2 ** 53 - 2, 1)).toBe(2 ** 53 - 1);
    expect(multiplyInt64(-3, 1000)).toBe(-3000);
    expect(Object.is(multiplyInt64(0, -5), 0)).toBe(true);
  });

  it('goes on with bigints, and comes back', () => {
    expect(addInt64(2 ** 53 - 1, 1)).toBe(2n ** 53n);
    expect(addInt64(2n ** 53n, -1)).toBe(2 ** 53 - 1);
    expect(multiplyInt64(9_223_372_036_854_775n, 1000)).toBe(9_223_372_036_854_775_000n);
  });

  it('says when 64 bits are not enough', () => {
    expect(addInt64(INT64_MAX, 0)).toBe(INT64_MAX);
    expect(addInt64(INT64_MAX, 1)).toBeNull();
    expect(addInt64(INT64_MIN, -1)).toBeNull();
    expect(addInt64(INT64_MAX, INT64_MIN)).toBe(-1);
    expect(multiplyInt64(9_223_372_036_854_776n, 1000)).toBeNull();
    expect(multiplyInt64(-9_223_372_036_854_776n, 1000)).toBeNull();
  });
});
