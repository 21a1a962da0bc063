import { expect, it } from 'vitest';
import { sortFirst } from '../../src/structures/partial-sort.js';
import { Random } from '../../src/time/random.js';

it('brings the smallest to the front, in order, and loses nothing', () => {
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const length = random.below(200);
    const items = Array.from({ length }, () => random.below(round % 2 === 0 ? 10 : 1000));
    const count = random.below(length + 1);
    const sorted = [...items].sort((a, b) => a - b);
    sortFirst(items, count, (a, b) => a - b);
    expect(items.slice(0, count)).toEqual(sorted.slice(0, count));
    expect(items.sort((a, b) => a - b)).toEqual(sorted);
  }
});
