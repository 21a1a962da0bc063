/** Fast-forward: fires what is due in order, and lets sockets settle wherever something went over them. */
import { nextLoopTurn } from '../io/natives.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { TimersInStep } from './fake-timers.js';
import type { IdleTime } from './idle-time.js';

/** Loop turns without traffic after which nothing is under way on loopback (measured: one is enough). */
const QUIET_TURNS = 2;
/**
 * Loop turns after which waiting for quiet sockets ends: some client never stops talking. What was sent before is served
 * after one turn for each 64 KiB of it, for a turn reads whatever is readable; the other turns are for reactions, at two
 * turns for each round trip. Counted in turns and not in time, so that it means the same on a slow machine; on a fast one
 * these are some 10 to 30 ms beside a client that writes all the time.
 */
const MOST_TURNS = 200;
/** For the rest of a fast-forward in which some client never stopped: it is known, and has had its time. */
const RESTLESS_TURNS = 8;
/** Instants after which the event loop gets a turn although no socket moved. */
const INSTANTS_PER_TURN = 500;
/** Steps of fake time at most where nobody tells when the next fake timer is due. */
const BLIND_STEPS = 1000;

export class TimeControl {
  /** Knows which stretches of time may be left out; null: every heartbeat is lived through. */
  idleTime: IdleTime | null = null;
  /** A turn of the event loop in other processes and threads, whose clients go along. */
  readonly turnsElsewhere = new Set<() => Promise<void>>();
  readonly #pump: RealTimePump;
  #sinceTurn = 0;
  #mostTurns = MOST_TURNS;
  /** Where the advances so far lead to: one that begins while another is under way goes on from there. */
  #targetMs = 0;

  constructor(pump: RealTimePump) {
    this.#pump = pump;
  }

  get nowMs(): number {
    return this.#pump.clock.nowMs();
  }

  /**
   * Moves virtual time forward, firing every timer on the way.
   * @param timers go along in step.
   * @param skipsIdle heartbeats of long stretches in which nothing else happens are left out.
   */
  async advanceBy(durationMs: number, timers: TimersInStep | null = null, skipsIdle = false): Promise<void> {
    await this.#begin(timers);
    const idleTime = skipsIdle ? this.idleTime : null;
    idleTime?.begin();
    const targetMs = Math.max(this.nowMs, this.#targetMs) + durationMs;
    this.#targetMs = targetMs;
    if (timers === null) {
      // One instant of virtual time for each round.
      while (await this.#step(targetMs)) idleTime?.leaveOut(targetMs);
      this.#pump.jumpTo(targetMs);
    } else {
      await this.#advanceInStep(targetMs, timers);
    }
    await this.settle(timers);
  }

  /**
   * Moves virtual time forward until the condition holds.
   * @returns true when it held within `limitMs` of virtual time.
   */
  async advanceUntil(
    condition: () => boolean | Promise<boolean>,
    limitMs: number,
    timers: TimersInStep | null = null,
  ): Promise<boolean> {
    await this.#begin(timers);
    if (await condition()) return true;
    const targetMs = this.nowMs + limitMs;
    if (timers !== null) return await this.#advanceInStep(targetMs, timers, condition);
    while (await this.#step(targetMs)) {
      if (await condition()) return true;
    }
    this.#pump.jumpTo(targetMs);
    await this.settle();
    return condition();
  }

  /** Moves to the next virtual timer and runs all that is due then. @returns false when there is none. */
  async next(): Promise<boolean> {
    await this.#begin(null);
    return await this.#step(Number.POSITIVE_INFINITY);
  }

  /** Waits, in real time, until nothing moves on the sockets any more; also without any, for a client may be connecting. */
  async settle(timers: TimersInStep | null = null): Promise<void> {
    this.#sinceTurn = 0;
    let quietTurns = 0;
    let { traffic } = this.#pump;
    let turns = 0;
    for (; quietTurns < QUIET_TURNS && turns < this.#mostTurns; turns++) {
      await nextLoopTurn();
      for (const turn of this.turnsElsewhere) await turn();
      // A client that writes by a faked setImmediate writes now. Only then: such a move takes milliseconds.
      if (timers !== null && isDueNow(timers)) await timers.advance(0);
      quietTurns = this.#pump.traffic === traffic ? quietTurns + 1 : 0;
      traffic = this.#pump.traffic;
    }
    if (turns === MOST_TURNS) this.#mostTurns = RESTLESS_TURNS;
    this.#pump.sync();
  }

  async #begin(timers: TimersInStep | null): Promise<void> {
    this.#mostTurns = MOST_TURNS;
    await this.settle(timers);
  }

  /**
   * The next event of either goes first; sockets settle where something went over them. Fake time is moved where somebody
   * can see it: when a fake timer is due, when a client got something, and at the end; each move takes a turn of its own.
   */
  async #advanceInStep(
    targetMs: number,
    timers: TimersInStep,
    condition?: () => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const startMs = this.nowMs;
    const totalMs = targetMs - startMs;
    const blindStepMs = Math.max(1, Math.ceil(totalMs / BLIND_STEPS));
    let fakeMs = 0;
    for (let elapsedMs = 0; elapsedMs < totalMs; ) {
      const toFake = timers.msToNext();
      const fakeDueMs = toFake === null ? totalMs : fakeMs + (toFake ?? blindStepMs);
      const ownDueMs = (this.#pump.clock.nextDueAtMs() ?? targetMs) - startMs;
      elapsedMs = Math.min(totalMs, Math.max(elapsedMs + 1, Math.min(ownDueMs, fakeDueMs)));
      const { traffic } = this.#pump;
      // A clock that follows the faked Date goes along by itself.
      const follows = this.#pump.mode === 'follow';
      if (!follows) this.#pump.jumpTo(startMs + elapsedMs);
      const isSeen = this.#pump.traffic !== traffic;
      if (isSeen || follows || elapsedMs >= fakeDueMs || elapsedMs === totalMs) {
        await timers.advance(elapsedMs - fakeMs);
        fakeMs = elapsedMs;
        this.#pump.sync();
        await this.settle(timers);
      }
      if (condition !== undefined && (await condition())) {
        if (fakeMs < elapsedMs) await timers.advance(elapsedMs - fakeMs);
        return true;
      }
    }
    return condition === undefined || (await condition());
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

/** A fake timer is due already, or they do not tell. */
function isDueNow(timers: TimersInStep): boolean {
  const toNext = timers.msToNext();
  return toNext === 0 || toNext === undefined;
}
