/** CLIENT PAUSE and the pause of a manual failover: each purpose has its own end, the stricter mode wins (pauseActions of networking.c). */
import type { PauseControl } from '../commands/context.js';
import type { Clock, Timer } from '../time/clock.js';

type Purpose = 'client-command' | 'failover' | 'shutdown';

interface Pause {
  mode: 'write' | 'all';
  untilMs: number;
}

export class PauseState implements PauseControl {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #pauses = new Map<Purpose, Pause>();
  #timer: Timer | null = null;

  /** @param onEnd called when a pause ends and something may go on. */
  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** A purpose that is paused already keeps its later end and its stricter mode. */
  pause(purpose: Purpose, mode: 'write' | 'all', untilMs: number): void {
    const current = this.#pauses.get(purpose);
    if (current === undefined) {
      this.#pauses.set(purpose, { mode, untilMs });
    } else {
      current.untilMs = Math.max(current.untilMs, untilMs);
      if (mode === 'all') current.mode = 'all';
    }
    this.#arm();
  }

  unpause(purpose: Purpose): void {
    if (!this.#pauses.delete(purpose)) return;
    this.#arm();
    this.#onEnd();
  }

  get active(): 'write' | 'all' | null {
    if (this.#pauses.size === 0) return null;
    let mode: 'write' | 'all' | null = null;
    for (const pause of this.#pauses.values()) {
      if (pause.untilMs <= this.#clock.nowMs()) continue;
      if (mode === null || pause.mode === 'all') mode = pause.mode;
    }
    return mode;
  }

  /** True while expiry, eviction and additions to the replication stream are held back as well. */
  get holdsDataset(): boolean {
    return this.active !== null;
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    let earliest = Number.POSITIVE_INFINITY;
    for (const pause of this.#pauses.values()) earliest = Math.min(earliest, pause.untilMs);
    if (earliest === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.schedule(earliest, () => this.#expire());
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs();
    for (const [purpose, pause] of this.#pauses) {
      if (pause.untilMs <= nowMs) this.#pauses.delete(purpose);
    }
    this.#arm();
    this.#onEnd();
  }
}
