import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/structures/latency-histogram.js';

function histogramOf(...nanoseconds: number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const each of nanoseconds) histogram.record(each);
  return histogram;
}

describe('LatencyHistogram', () => {
  it('tells small values exactly, and great ones to two digits', () => {
    expect(histogramOf(200).percentile(50)).toBe(200);
    expect(histogramOf(1000).percentile(50)).toBe(1003);
    expect(histogramOf(300_000_000).percentile(50)).toBe(301_989_887);
    expect(histogramOf(5_000_000_000).percentile(50)).toBe(1_002_438_655);
    expect(histogramOf(0, 0, 0).percentile(99)).toBe(1);
  });

  it('finds the value that so many percent do not exceed', () => {
    const histogram = histogramOf(...Array.from({ length: 100 }, (_, index) => index + 1));
    expect([0, 1, 50, 99, 100].map((percent) => histogram.percentile(percent))).toEqual([1, 1, 50, 99, 100]);
  });

  it('counts cumulatively by powers of two', () => {
    expect(histogramOf(0, 0, 900, 1500, 40_000, 2_000_000_000).cumulative()).toEqual([
      [1031, 3],
      [2063, 4],
      [66_047, 5],
      [1_073_741_823, 6],
    ]);
    expect(histogramOf().cumulative()).toEqual([]);
  });
});
