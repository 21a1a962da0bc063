/** The clock of a whole cluster. It moves only when told; what tells it (real time, a test) is outside. Models: tokio's paused clock, TigerBeetle's time.zig. */
import type { Clock, Timer } from './clock.js';
import { TimerQueue } from './timer-queue.js';

export class VirtualClock implements Clock {
  readonly #queue = new TimerQueue();
  #nowMs: number;
  /** Microseconds past #nowMs that were given out, so that time never stands still for who asks in microseconds. */
  #microseconds = 0;
  #onEarlierTimer: (dueAtMs: number) => void = () => undefined;

  /** @param startMs Unix milliseconds. */
  constructor(startMs: number) {
    this.#nowMs = Math.floor(startMs);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Grows by at least one with each call within a millisecond, up to its end. */
  nowUs(): number {
    if (this.#microseconds < 999) this.#microseconds++;
    return this.#nowMs * 1000 + this.#microseconds;
  }

  schedule(dueAtMs: number, run: () => void): Timer {
    return this.#schedule(dueAtMs, run, false);
  }

  scheduleHeartbeat(dueAtMs: number, run: () => void): Timer {
    return this.#schedule(dueAtMs, run, true);
  }

  #schedule(dueAtMs: number, run: () => void, isHeartbeat: boolean): Timer {
    const earliest = this.#queue.peek();
    const timer = this.#queue.add(Math.max(Math.ceil(dueAtMs), this.#nowMs), run, isHeartbeat);
    if (earliest === null || timer.dueAtMs < earliest.dueAtMs) this.#onEarlierTimer(timer.dueAtMs);
    return timer;
  }

  /** Due time of the earliest timer, or null when none waits. */
  nextDueAtMs(): number | null {
    return this.#queue.peek()?.dueAtMs ?? null;
  }

  /** Due time of the earliest timer that is no heartbeat; infinite when none waits. */
  get nextEventMs(): number {
    return this.#queue.nextEventMs;
  }

  /** Leaves a stretch of time out: heartbeats wait as long as before. It must end before `nextEventMs`. */
  leaveOut(durationMs: number): void {
    this.#queue.delayHeartbeats(durationMs);
    this.moveTo(this.#nowMs + durationMs);
  }

  /** Moves to the earliest timer's due time and runs that one timer. @returns false when none waits at or before `limitMs`. */
  runNext(limitMs: number = Number.POSITIVE_INFINITY): boolean {
    const timer = this.#queue.peek();
    if (timer === null || timer.dueAtMs > limitMs) return false;
    this.#queue.pop();
    this.moveTo(timer.dueAtMs);
    timer.run?.();
    return true;
  }

  /** Runs what is due now, including what that makes due now. */
  runDue(): void {
    while (this.runNext(this.#nowMs)) {
      // runNext does the work
    }
  }

  /** Runs every timer up to `targetMs` in order and leaves the clock there. A target in the past only runs what is due. */
  advanceTo(targetMs: number): void {
    while (this.runNext(targetMs)) {
      // runNext does the work
    }
    this.moveTo(targetMs);
  }

  /** Sets the time without running timers; it never goes back. */
  moveTo(timeMs: number): void {
    if (timeMs <= this.#nowMs) return;
    this.#nowMs = Math.floor(timeMs);
    this.#microseconds = 0;
  }

  /** Called when a timer becomes the earliest one: what drives the clock may have to wake sooner. */
  onEarlierTimer(listener: (dueAtMs: number) => void): void {
    this.#onEarlierTimer = listener;
  }

  /** Forgets every timer. */
  clear(): void {
    this.#queue.clear();
  }
}
