import { describe, expect, it } from 'vitest';
import { Random } from '../../src/time/random.js';

describe('Random', () => {
  it('repeats a run from its seed', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return [random.nextUint32(), random.below(100), random.hex(40), random.fraction()];
    };
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
  });

  it('draws every value below a bound about equally often', () => {
    const random = new Random(7);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('makes ids of lower-case hex digits', () => {
    expect(new Random(1).hex(40)).toMatch(/^[0-9a-f]{40}$/);
  });
});
