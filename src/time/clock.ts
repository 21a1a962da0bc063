/** The clock port: the only source of time for everything below io/. Values are Unix times, milliseconds unless a name says otherwise. */

/** A callback that is waiting for its due time. */
export interface Timer {
  readonly dueAtMs: number;
  /** Takes the callback back. Calling it after the callback ran, or twice, does nothing. */
  cancel(): void;
}

export interface Clock {
  /** Current time in whole milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Current time in whole microseconds since the Unix epoch. */
  nowUs(): number;
  /** Runs `run` once when the clock reaches `dueAtMs`; timers of the same due time run in the order of their scheduling. */
  schedule(dueAtMs: number, run: () => void): Timer;
  /** As schedule(), for what happens again and again: it is not missed when a stretch of time is left out in which nothing else happens. */
  scheduleHeartbeat(dueAtMs: number, run: () => void): Timer;
}
