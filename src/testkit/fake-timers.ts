/** The fake timers of a test (vitest, jest, sinon, node:test), moved in step with the time of a cluster. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { isNextTickFaked } from '../io/natives.js';

/** @throws RedisTestClusterError FAKED_TIMERS when process.nextTick is faked: streams do not move without it. */
export function assertSocketsCanWork(call: string): void {
  if (!isNextTickFaked()) return;
  throw new RedisTestClusterError(
    'FAKED_TIMERS',
    `${call}: process.nextTick is faked, so no socket of this process can work; leave it out: vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }), jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })`,
  );
}

/**
 * What can be moved along: `vi` of vitest, `jest`, a clock of sinon or @sinonjs/fake-timers, or `mock.timers` of node:test.
 */
export type FakeTimers =
  | { advanceTimersByTimeAsync(ms: number): Promise<unknown> }
  | { tickAsync(ms: number): Promise<unknown> }
  | { tick(ms: number): unknown };

/** What fake-timers hangs on the functions that it puts in place of the real ones. */
interface FakeClock {
  readonly now?: number;
  /** By id; a Map from release 15 on. */
  readonly timers?: Pick<ReadonlyMap<unknown, FakeTimer>, 'values'> | Readonly<Record<string, FakeTimer>>;
}

interface FakeTimer {
  readonly callAt: number;
}

export class TimersInStep {
  readonly #timers: Readonly<Record<string, unknown>>;

  /** @throws RedisTestClusterError INVALID_ARGUMENT when these are no fake timers. */
  constructor(timers: unknown) {
    const isObject = (typeof timers === 'object' || typeof timers === 'function') && timers !== null;
    const known = ['advanceTimersByTimeAsync', 'tickAsync', 'tick'];
    if (!isObject || !known.some((name) => typeof (timers as Record<string, unknown>)[name] === 'function')) {
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        'timers must be the fake timers of the test: vi, jest, a clock of sinon, or mock.timers of node:test',
      );
    }
    this.#timers = timers as Record<string, unknown>;
  }

  /** Moves the fake time; what is due on the way fires. */
  async advance(ms: number): Promise<void> {
    for (const name of ['advanceTimersByTimeAsync', 'tickAsync', 'tick']) {
      const move = this.#timers[name];
      if (typeof move !== 'function') continue;
      await (move as (ms: number) => unknown).call(this.#timers, ms);
      return;
    }
  }

  /** How long until the next fake timer; null = there is none; undefined = these timers do not tell. */
  msToNext(): number | null | undefined {
    const clock = this.#clock();
    if (clock?.now === undefined) return undefined;
    let earliest = Number.POSITIVE_INFINITY;
    const { timers = {} } = clock;
    // In Jest it is a Map of another realm.
    const waiting = typeof timers.values === 'function' ? timers.values() : Object.values(timers);
    for (const { callAt } of waiting) earliest = Math.min(earliest, callAt);
    return earliest === Number.POSITIVE_INFINITY ? null : Math.max(0, earliest - clock.now);
  }

  #clock(): FakeClock | undefined {
    const own = this.#timers as FakeClock;
    if (typeof own.now === 'number') return own;
    const faked = [globalThis.setTimeout, globalThis.setInterval, globalThis.setImmediate, globalThis.Date];
    for (const candidate of faked) {
      const { clock } = candidate as unknown as { readonly clock?: FakeClock };
      if (typeof clock?.now === 'number') return clock;
    }
    return undefined;
  }
}
