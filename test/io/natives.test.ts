/** The runtime's own timers, while a test fakes those that everybody sees. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as natives from '../../src/io/natives.js';

type Natives = typeof natives;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const EVERYTHING = {
  toFake: [
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'clearImmediate',
    'Date',
    'performance',
    'queueMicrotask',
  ],
} satisfies NonNullable<Parameters<typeof vi.useFakeTimers>[0]>;

/** The file, loaded as if nobody had loaded it before. */
async function loadAnew(): Promise<Natives> {
  vi.resetModules();
  return await import('../../src/io/natives.js');
}

function timerFires({ startRealTimer }: Natives, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    startRealTimer(delayMs, resolve);
  });
}

describe('natives that were taken before timers are faked', () => {
  it('go on while everything is faked', async () => {
    vi.useFakeTimers({ ...EVERYTHING, now: 0 });
    const before = natives.realNowMs();
    await timerFires(natives, 5);
    await natives.nextLoopTurn();
    expect(natives.realNowMs() - before).toBeGreaterThanOrEqual(4);
    expect(before).toBeGreaterThan(Date.UTC(2024, 0));
    expect(Date.now()).toBe(0);
  });

  it('do not see a faked date', () => {
    vi.setSystemTime(0);
    expect(Date.now()).toBeLessThan(1000);
    expect(natives.realNowMs()).toBeGreaterThan(Date.UTC(2024, 0));
  });

  it('are never behind the time of the day by a fraction or by slow drift', async () => {
    const real = Date.now;
    let aheadMs = 0;
    vi.stubGlobal(
      'Date',
      class extends Date {
        static override now(): number {
          return real() + aheadMs;
        }
      },
    );
    const { realNowMs } = await loadAnew();
    for (const drift of [0, 3, 40, 99]) {
      aheadMs = drift;
      expect(realNowMs()).toBeGreaterThanOrEqual(real() + drift - 1);
    }
    aheadMs = 3_600_000;
    expect(realNowMs()).toBeLessThan(real() + 1000);
  });

  it('tell which fakes are on', () => {
    expect([natives.isNextTickFaked()]).toEqual([false]);
    vi.useFakeTimers(EVERYTHING);
    expect([natives.isNextTickFaked()]).toEqual([false]);
  });

  it('tell that nextTick is faked, by whatever means', () => {
    const spy = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined);
    const faked = natives.isNextTickFaked();
    spy.mockRestore();
    expect(faked).toBe(true);
    expect(natives.isNextTickFaked()).toBe(false);
  });

  it('let a timer be taken back', async () => {
    const fired: string[] = [];
    const timer = natives.startRealTimer(0, () => fired.push('cancelled'));
    timer.cancel();
    timer.cancel();
    await timerFires(natives, 2);
    expect(fired).toEqual([]);
  });
});

describe('natives that are taken while timers are faked', () => {
  it('are the real ones all the same', async () => {
    const realTime = Date.now();
    vi.useFakeTimers({ ...EVERYTHING, now: 0 });
    const late = await loadAnew();
    const now = late.realNowMs();
    expect(Math.abs(now - realTime)).toBeLessThan(5000);
    await timerFires(late, 5);
    await late.nextLoopTurn();
    expect(late.realNowMs()).toBeGreaterThan(now);
    vi.useRealTimers();
    expect(Math.abs(late.realNowMs() - Date.now())).toBeLessThan(50);
  });

  it('know the real date although only the date is faked', async () => {
    const realTime = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const late = await loadAnew();
    expect(Math.abs(late.realNowMs() - realTime)).toBeLessThan(5000);
  });

  it('know that nextTick was faked, and that it is not any more', async () => {
    const original = process.nextTick;
    const fake = Object.assign((...args: Parameters<typeof process.nextTick>) => original(...args), {
      clock: { _nextTick: original },
    }) as typeof process.nextTick;
    process.nextTick = fake;
    const late = await loadAnew();
    const whileFaked = late.isNextTickFaked();
    process.nextTick = original;
    expect(whileFaked).toBe(true);
    expect(late.isNextTickFaked()).toBe(false);
  });
});
