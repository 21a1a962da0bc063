/** Fast-forward: fires what is due in order, and lets sockets settle wherever something went over them. */
import { nextLoopTurn, realNowMs } from '../io/natives.js';
import type { RealTimePump } from '../io/real-time-pump.js';

/** Loop turns without traffic after which nothing is under way on loopback (measured: one is enough). */
const QUIET_TURNS = 2;
/** Real time after which waiting for quiet sockets ends: some client never stops talking. */
const SETTLE_CAP_MS = 1000;
/** Instants after which the event loop gets a turn although no socket moved. */
const INSTANTS_PER_TURN = 500;

export class TimeControl {
  readonly #pump: RealTimePump;
  #sinceTurn = 0;
  /** Where the advances so far lead to: one that begins while another is under way goes on from there. */
  #targetMs = 0;

  constructor(pump: RealTimePump) {
    this.#pump = pump;
  }

  get nowMs(): number {
    return this.#pump.clock.nowMs();
  }

  /** Moves virtual time forward, firing every timer on the way. */
  async advanceBy(durationMs: number): Promise<void> {
    await this.settle();
    const targetMs = Math.max(this.#pump.clock.nowMs(), this.#targetMs) + durationMs;
    this.#targetMs = targetMs;
    while (await this.#step(targetMs)) {
      // one instant of virtual time for each round
    }
    this.#pump.jumpTo(targetMs);
    await this.settle();
  }

  /**
   * Moves virtual time forward until the condition holds.
   * @returns true when it held within `limitMs` of virtual time.
   */
  async advanceUntil(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
    await this.settle();
    if (await condition()) return true;
    const targetMs = this.#pump.clock.nowMs() + limitMs;
    while (await this.#step(targetMs)) {
      if (await condition()) return true;
    }
    this.#pump.jumpTo(targetMs);
    await this.settle();
    return condition();
  }

  /** Waits, in real time, until nothing moves on the sockets any more; also without any, for a client may be connecting. */
  async settle(): Promise<void> {
    this.#sinceTurn = 0;
    const startedAtMs = realNowMs();
    let quietTurns = 0;
    let { traffic } = this.#pump;
    while (quietTurns < QUIET_TURNS && realNowMs() - startedAtMs < SETTLE_CAP_MS) {
      await nextLoopTurn();
      quietTurns = this.#pump.traffic === traffic ? quietTurns + 1 : 0;
      traffic = this.#pump.traffic;
    }
    this.#pump.sync();
  }

  async #step(targetMs: number): Promise<boolean> {
    const { traffic } = this.#pump;
    if (!this.#pump.runNextInstant(targetMs)) return false;
    if (this.#pump.traffic !== traffic) {
      await this.settle();
    } else if (++this.#sinceTurn >= INSTANTS_PER_TURN) {
      this.#sinceTurn = 0;
      await nextLoopTurn();
    }
    return true;
  }
}
