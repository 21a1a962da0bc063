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
    return new ProcessTimer((fire) => this.#clock.schedule(dueAtMs, fire), run, this.#deliver);
  }

  scheduleHeartbeat(dueAtMs: number, run: () => void): Timer {
    return new ProcessTimer((fire) => this.#clock.scheduleHeartbeat(dueAtMs, fire), run, this.#deliver);
  }
}

class ProcessTimer implements Timer {
  readonly #timer: Timer;
  /** Null once it ran or was cancelled. */
  #run: (() => void) | null;

  constructor(schedule: (fire: () => void) => Timer, run: () => void, deliver: (run: () => void) => void) {
    this.#run = run;
    const fire = (): void => {
      const due = this.#run;
      this.#run = null;
      due?.();
    };
    this.#timer = schedule(() => deliver(fire));
  }

  get dueAtMs(): number {
    return this.#timer.dueAtMs;
  }

  cancel(): void {
    this.#run = null;
    this.#timer.cancel();
  }
}
