import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/time/virtual-clock.js';

describe('VirtualClock', () => {
  it('stands still until it is told to move', () => {
    const clock = new VirtualClock(1000);
    expect(clock.nowMs()).toBe(1000);
    clock.runDue();
    expect(clock.nowMs()).toBe(1000);
  });

  it('fires timers at their own time, those that a timer schedules on the way included', () => {
    const clock = new VirtualClock(0);
    const fired: [string, number][] = [];
    clock.schedule(30, () => fired.push(['late', clock.nowMs()]));
    clock.schedule(10, () => {
      fired.push(['early', clock.nowMs()]);
      clock.schedule(20, () => fired.push(['nested', clock.nowMs()]));
      clock.schedule(5, () => fired.push(['overdue', clock.nowMs()]));
    });
    clock.advanceTo(25);
    expect(fired).toEqual([
      ['early', 10],
      ['overdue', 10],
      ['nested', 20],
    ]);
    expect(clock.nowMs()).toBe(25);
    clock.advanceTo(30);
    expect(fired.at(-1)).toEqual(['late', 30]);
  });

  it('never goes back', () => {
    const clock = new VirtualClock(100);
    clock.moveTo(50);
    clock.advanceTo(60);
    expect(clock.nowMs()).toBe(100);
  });

  it('gives microseconds that grow and stay within their millisecond', () => {
    const clock = new VirtualClock(7);
    const first = clock.nowUs();
    const second = clock.nowUs();
    expect(second).toBeGreaterThan(first);
    for (let call = 0; call < 2000; call++) clock.nowUs();
    expect(clock.nowUs()).toBeLessThan(8000);
    clock.moveTo(8);
    expect(clock.nowUs()).toBeGreaterThanOrEqual(8000);
  });

  it('tells when a timer becomes the earliest', () => {
    const clock = new VirtualClock(0);
    const earliest: number[] = [];
    clock.onEarlierTimer((dueAtMs) => earliest.push(dueAtMs));
    clock.schedule(20, () => undefined);
    clock.schedule(30, () => undefined);
    clock.schedule(10, () => undefined);
    expect(earliest).toEqual([20, 10]);
  });
});
