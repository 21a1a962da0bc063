/** Drives the virtual clock: by real time when it flows, or only by what a test says. Everything that comes in from outside passes through here. */
import type { VirtualClock } from '../time/virtual-clock.js';
import { type RealTimer, realNowMs, startRealTimer } from './natives.js';

export type ClockMode = 'flowing' | 'manual';

export class RealTimePump {
  readonly clock: VirtualClock;
  #mode: ClockMode;
  /** Virtual time minus real time while the clock flows. */
  #offsetMs: number;
  #timer: RealTimer | null = null;
  #armedForMs = Number.POSITIVE_INFINITY;
  #running = false;
  #stopped = false;
  /** Counts what came in and what went out over real sockets: advance() waits until it stands still. */
  traffic = 0;

  constructor(clock: VirtualClock, mode: ClockMode) {
    this.clock = clock;
    this.#mode = mode;
    this.#offsetMs = clock.nowMs() - realNowMs();
    clock.onEarlierTimer((dueAtMs) => {
      if (!this.#running && dueAtMs < this.#armedForMs) this.#arm();
    });
  }

  get mode(): ClockMode {
    return this.#mode;
  }

  /** Switches between flowing and manual; the time goes on from where it stands. */
  setMode(mode: ClockMode): void {
    this.#catchUp();
    this.#mode = mode;
    this.#offsetMs = this.clock.nowMs() - realNowMs();
    this.#arm();
  }

  /** Handles something from outside at the right virtual time, then everything that it made due. */
  input(run: () => void): void {
    this.traffic++;
    this.#handle(run);
  }

  #handle(run: () => void): void {
    if (this.#stopped) return;
    if (this.#running) {
      run();
      return;
    }
    this.#running = true;
    try {
      this.#catchUp();
      run();
      this.clock.runDue();
    } finally {
      this.#running = false;
      this.#arm();
    }
  }

  /** Runs the earliest timer due at or before `limitMs`, and all others of its time. @returns false when there is none. */
  runNextInstant(limitMs: number): boolean {
    const dueAtMs = this.clock.nextDueAtMs();
    if (this.#stopped || dueAtMs === null || dueAtMs > limitMs) return false;
    this.#jump(() => this.clock.advanceTo(Math.max(dueAtMs, this.clock.nowMs())));
    return true;
  }

  /** Moves the clock there without passing over a timer. */
  jumpTo(targetMs: number): void {
    this.#jump(() => this.clock.advanceTo(targetMs));
  }

  /** Brings a flowing clock to the present; a manual one only runs what is due. */
  sync(): void {
    this.#handle(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.clock.clear();
  }

  #jump(move: () => void): void {
    if (this.#stopped) return;
    this.#running = true;
    try {
      move();
    } finally {
      this.#running = false;
      this.#offsetMs = Math.max(this.#offsetMs, this.clock.nowMs() - realNowMs());
      this.#arm();
    }
  }

  #catchUp(): void {
    if (this.#mode === 'flowing') this.clock.advanceTo(Math.floor(realNowMs() + this.#offsetMs));
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#armedForMs = Number.POSITIVE_INFINITY;
    if (this.#stopped || this.#mode === 'manual') return;
    const dueAtMs = this.clock.nextDueAtMs();
    if (dueAtMs === null) return;
    this.#armedForMs = dueAtMs;
    const delayMs = Math.max(0, dueAtMs - (realNowMs() + this.#offsetMs));
    this.#timer = startRealTimer(delayMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timer = null;
    if (this.#stopped || this.#running) return;
    this.#running = true;
    try {
      this.#catchUp();
    } finally {
      this.#running = false;
      this.#arm();
    }
  }
}
