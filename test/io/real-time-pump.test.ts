/** The pump between real time and virtual time, with a real time that the test sets. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RealTimePump } from '../../src/io/real-time-pump.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

interface FakeTimer {
  readonly dueAtMs: number;
  readonly run: () => void;
}

/** The real time of these tests. */
const real = vi.hoisted(() => ({
  nowMs: 0,
  timers: new Set<FakeTimer>(),
  turns: [] as (() => void)[],
  delays: [] as number[],
}));

vi.mock('../../src/io/natives.js', () => ({
  realNowMs: () => real.nowMs,
  startRealTimer(delayMs: number, run: () => void) {
    const timer = { dueAtMs: real.nowMs + delayMs, run };
    real.delays.push(delayMs);
    real.timers.add(timer);
    return { cancel: () => real.timers.delete(timer) };
  },
  nextLoopTurn: () =>
    new Promise<void>((resolve) => {
      real.turns.push(resolve);
    }),
}));

beforeEach(() => {
  real.nowMs = 1000.25;
  real.timers.clear();
  real.turns.length = 0;
  real.delays.length = 0;
});

const START = 1_000_000;

function newPump(mode: 'flowing' | 'manual'): {
  pump: RealTimePump;
  clock: VirtualClock;
  at: (dueAtMs: number, run?: () => void) => void;
  fired: string[];
} {
  const clock = new VirtualClock(START);
  const pump = new RealTimePump(clock, mode);
  const fired: string[] = [];
  const at = (afterMs: number, run?: () => void): void => {
    clock.schedule(START + afterMs, () => {
      fired.push(`${afterMs}@${clock.nowMs() - START}`);
      run?.();
    });
  };
  return { pump, clock, at, fired };
}

/** Real time passes: what is due fires in order. */
function pass(ms: number): void {
  const until = real.nowMs + ms;
  for (;;) {
    const next = [...real.timers].sort((a, b) => a.dueAtMs - b.dueAtMs)[0];
    if (next === undefined || next.dueAtMs > until) break;
    real.timers.delete(next);
    real.nowMs = Math.max(real.nowMs, next.dueAtMs);
    next.run();
  }
  real.nowMs = until;
}

/** A turn of the event loop. */
async function turn(): Promise<void> {
  for (const resolve of real.turns.splice(0)) resolve();
  await Promise.resolve();
  await Promise.resolve();
}

describe('a pump that flows', () => {
  it('fires virtual timers by real ones, at their times', () => {
    const { at, fired } = newPump('flowing');
    at(10);
    at(30);
    at(30);
    pass(9);
    expect(fired).toEqual([]);
    pass(2);
    expect(fired).toEqual(['10@10']);
    pass(20);
    expect(fired).toEqual(['10@10', '30@30', '30@30']);
    expect(real.timers.size).toBe(0);
  });

  it('holds one real timer at most, for the earliest virtual one', () => {
    const { at } = newPump('flowing');
    at(50);
    expect([...real.timers].map(({ dueAtMs }) => Math.round(dueAtMs - 1000.25))).toEqual([50]);
    at(80);
    expect([...real.timers].map(({ dueAtMs }) => Math.round(dueAtMs - 1000.25))).toEqual([50]);
    at(20);
    expect([...real.timers].map(({ dueAtMs }) => Math.round(dueAtMs - 1000.25))).toEqual([20]);
    expect(real.timers.size).toBe(1);
  });

  it('sets no timer anew for an input that leaves the earliest one as it was', () => {
    const { pump, at } = newPump('flowing');
    at(50);
    const { length } = real.delays;
    for (let input = 0; input < 10; input++) pump.input(() => undefined);
    expect(real.delays.length).toBe(length);
  });

  it('brings the clock to the present before an input', () => {
    const { pump, clock, at, fired } = newPump('flowing');
    at(5);
    real.nowMs += 7;
    let seen = 0;
    pump.input(() => {
      seen = clock.nowMs() - START;
    });
    expect(fired).toEqual(['5@5']);
    expect(seen).toBe(7);
  });

  it('goes in whole milliseconds, and never back', () => {
    const { pump, clock } = newPump('flowing');
    real.nowMs += 1.9;
    pump.sync();
    expect(clock.nowMs() - START).toBe(1);
    real.nowMs -= 1;
    pump.sync();
    expect(clock.nowMs() - START).toBe(1);
  });

  it('waits again when the real timer came too early', () => {
    const { at, fired } = newPump('flowing');
    at(10);
    const [timer] = real.timers;
    real.timers.clear();
    real.nowMs += 9.5;
    timer!.run();
    expect(fired).toEqual([]);
    expect(real.timers.size).toBe(1);
    pass(2);
    expect(fired).toEqual(['10@10']);
  });

  it('catches up in order when the event loop was blocked for long', () => {
    const { at, fired } = newPump('flowing');
    for (const afterMs of [10, 500, 20_000]) at(afterMs);
    const [timer] = real.timers;
    real.nowMs += 30_000;
    timer!.run();
    expect(fired).toEqual(['10@10', '500@500', '20000@20000']);
  });

  it('asks the runtime for no timer that is longer than it can wait', () => {
    const { at, fired } = newPump('flowing');
    at(2 ** 40);
    pass(60_000);
    expect(Math.max(...real.delays)).toBeLessThanOrEqual(2 ** 31 - 1);
    expect(real.delays.length).toBeLessThan(5);
    pass(2 ** 40);
    expect(fired).toEqual([`${2 ** 40}@${2 ** 40}`]);
  });

  it('goes on from where a jump left it', async () => {
    const { pump, clock, at, fired } = newPump('flowing');
    at(10_000);
    at(20_000);
    pump.jumpTo(START + 15_000);
    expect(fired).toEqual(['10000@10000']);
    await turn();
    pass(1000);
    pump.sync();
    expect(clock.nowMs() - START).toBe(16_000);
    pass(4001);
    expect(fired).toEqual(['10000@10000', '20000@20000']);
  });

  it('keeps its lead over real time through a jump to the past', async () => {
    const { pump, clock } = newPump('flowing');
    pump.jumpTo(START + 5000);
    real.nowMs += 100;
    pump.sync();
    pump.jumpTo(START);
    await turn();
    real.nowMs += 100;
    pump.sync();
    expect(clock.nowMs() - START).toBe(5200);
  });

  it('sets its timer once after many jumps, on the next turn', async () => {
    const { pump, at } = newPump('flowing');
    for (let afterMs = 10; afterMs <= 1000; afterMs += 10) at(afterMs);
    const { length } = real.delays;
    for (let instant = 0; instant < 50; instant++) pump.runNextInstant(START + 500);
    expect(real.delays.length).toBe(length);
    expect(real.timers.size).toBe(0);
    await turn();
    expect(real.delays.length).toBe(length + 1);
    expect(Math.round(real.delays.at(-1)!)).toBe(10);
  });

  it('runs only one instant at a time when asked to', () => {
    const { pump, at, fired } = newPump('flowing');
    at(10);
    at(10);
    at(20);
    expect(pump.runNextInstant(START + 15)).toBe(true);
    expect(fired).toEqual(['10@10', '10@10']);
    expect(pump.runNextInstant(START + 15)).toBe(false);
    expect(fired).toHaveLength(2);
  });

  it('stands still once it is manual, and goes on from there when it flows again', () => {
    const { pump, clock, at, fired } = newPump('flowing');
    at(30);
    pass(10);
    pump.setMode('manual');
    expect(pump.mode).toBe('manual');
    expect(clock.nowMs() - START).toBe(10);
    expect(real.timers.size).toBe(0);
    pass(1000);
    pump.sync();
    expect(clock.nowMs() - START).toBe(10);
    pump.setMode('flowing');
    pass(19);
    expect(fired).toEqual([]);
    pass(2);
    expect(fired).toEqual(['30@30']);
  });
});

describe('a manual pump', () => {
  it('moves by jumps only, whatever real time does', () => {
    const { pump, clock, at, fired } = newPump('manual');
    at(10);
    pass(60_000);
    pump.input(() => undefined);
    expect(clock.nowMs()).toBe(START);
    expect(real.delays).toEqual([]);
    pump.jumpTo(START + 10);
    expect(fired).toEqual(['10@10']);
  });

  it('runs what an input made due at once', () => {
    const { pump, at, fired } = newPump('manual');
    pump.input(() => at(0));
    expect(fired).toEqual(['0@0']);
  });
});

describe('an input', () => {
  it.each(['flowing', 'manual'] as const)('inside of another one runs at once, in a %s pump', (mode) => {
    const { pump } = newPump(mode);
    const order: string[] = [];
    pump.input(() => {
      order.push('outer begins');
      pump.input(() => order.push('inner'));
      order.push('outer ends');
    });
    expect(order).toEqual(['outer begins', 'inner', 'outer ends']);
  });

  it('from a timer runs at the time of the timer', () => {
    const { pump, clock, at } = newPump('flowing');
    const seen: number[] = [];
    at(5, () => pump.input(() => seen.push(clock.nowMs() - START)));
    at(8);
    real.nowMs += 20;
    pump.sync();
    expect(seen).toEqual([5]);
  });

  it('counts as traffic, fast-forwarding does not', () => {
    const { pump, at } = newPump('manual');
    at(10);
    pump.input(() => undefined);
    pump.input(() => undefined);
    expect(pump.traffic).toBe(2);
    pump.jumpTo(START + 20);
    pump.sync();
    expect(pump.traffic).toBe(2);
  });

  it('that throws leaves the pump working', () => {
    const { pump, at, fired } = newPump('flowing');
    at(10);
    expect(() =>
      pump.input(() => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    pass(11);
    expect(fired).toEqual(['10@10']);
    const order: string[] = [];
    pump.input(() => order.push('handled'));
    expect(order).toEqual(['handled']);
  });
});

describe('a pump that was stopped', () => {
  it('does nothing any more', async () => {
    const { pump, clock, at, fired } = newPump('flowing');
    at(10);
    pump.jumpTo(START + 5);
    pump.stop();
    await turn();
    expect(real.timers.size).toBe(0);
    at(20);
    pass(100);
    pump.input(() => fired.push('input'));
    pump.sync();
    pump.jumpTo(START + 50);
    expect(pump.runNextInstant(START + 50)).toBe(false);
    expect(fired).toEqual([]);
    expect(clock.nowMs() - START).toBe(5);
    expect(real.timers.size).toBe(0);
  });
});
