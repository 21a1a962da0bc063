import { describe, expect, it } from 'vitest';
import { Random } from '../../src/time/random.js';
import { TimerQueue } from '../../src/time/timer-queue.js';

describe('TimerQueue', () => {
  it('gives timers back by due time, those of one time in the order of scheduling', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = new Random(seed);
      const queue = new TimerQueue();
      const added: { dueAtMs: number; order: number }[] = [];
      for (let order = 0; order < 500; order++) {
        const dueAtMs = random.below(50);
        queue.add(dueAtMs, () => undefined);
        added.push({ dueAtMs, order });
      }
      const expected = added.sort((a, b) => a.dueAtMs - b.dueAtMs || a.order - b.order);
      const popped = expected.map(() => queue.pop());
      expect(
        popped.map((timer) => [timer?.dueAtMs, timer?.sequence]),
        `seed ${seed}`,
      ).toEqual(expected.map(({ dueAtMs, order }) => [dueAtMs, order]));
      expect(queue.pop()).toBeNull();
    }
  });

  it('never gives back a cancelled timer', () => {
    const queue = new TimerQueue();
    const first = queue.add(1, () => undefined);
    const second = queue.add(2, () => undefined);
    first.cancel();
    expect(queue.peek()).toBe(second);
    expect(queue.pop()).toBe(second);
    expect(queue.peek()).toBeNull();
  });
});
