import { describe, expect, it } from 'vitest';
import { DueHeap } from '../../src/structures/due-heap.js';
import { Random } from '../../src/time/random.js';

describe('DueHeap', () => {
  it('is empty at first', () => {
    const heap = new DueHeap();
    expect([heap.size, heap.nextDueAtMs, heap.nextName]).toEqual([0, null, null]);
    heap.drop();
    expect(heap.size).toBe(0);
  });

  it('gives entries in the order of their times, whatever the order of adding was', () => {
    const random = new Random(7);
    const times = Array.from({ length: 500 }, () => random.below(200));
    const heap = new DueHeap();
    for (const [index, time] of times.entries()) heap.add(time, `n${index}`);
    const taken: number[] = [];
    while (heap.nextDueAtMs !== null) {
      expect(times[Number(heap.nextName?.slice(1))]).toBe(heap.nextDueAtMs);
      taken.push(heap.nextDueAtMs);
      heap.drop();
    }
    expect(taken).toEqual([...times].sort((a, b) => a - b));
  });

  it('stays in order while entries are added between drops', () => {
    const heap = new DueHeap();
    for (const time of [5, 3, 9]) heap.add(time, 'x');
    heap.drop();
    heap.add(1, 'first');
    expect([heap.nextDueAtMs, heap.nextName, heap.size]).toEqual([1, 'first', 3]);
  });
});
