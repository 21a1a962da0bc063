/** The clock of one process: the cluster's time, but its timers wait while the process is paused and die with it. */
import type { Clock, Timer } from '../time/clock.js';

export class ProcessClock implements Clock {
  readonly #clock: Clock;
  readonly #deliver: (run: () => void) => void;

  /** @param deliver runs a due timer in the process, now or when it wakes. */
  constructor(clock: Clock, deliver: (run: () => void) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  schedule(dueAtMs: number, run: () => void): Timer {
    let waiting = true;
    const timer = this.#clock.schedule(dueAtMs, () =>
      this.#deliver(() => {
        if (!waiting) return;
        waiting = false;
        run();
      }),
    );
    return {
      dueAtMs: timer.dueAtMs,
      cancel(): void {
        waiting = false;
        timer.cancel();
      },
    };
  }
}
