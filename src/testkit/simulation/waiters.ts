/** Those parts of a simulation that wait: virtual time goes on for all of them together, and stops where one of them can go on. */
import { nextLoopTurn } from '../../io/natives.js';

interface Waiter {
  readonly condition: () => boolean;
  readonly untilMs: number;
  resolve(held: boolean): void;
  reject(error: unknown): void;
}

/** Moves virtual time until the condition holds, at most so far. */
export type RunUntil = (condition: () => boolean, limitMs: number) => Promise<unknown>;

export class Waiters {
  readonly #nowMs: () => number;
  readonly #runUntil: RunUntil;
  readonly #waiting = new Set<Waiter>();
  #isRunning = false;

  constructor(nowMs: () => number, runUntil: RunUntil) {
    this.#nowMs = nowMs;
    this.#runUntil = runUntil;
  }

  /** @returns whether the condition held within that virtual time. */
  wait(condition: () => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ condition, untilMs: this.#nowMs() + limitMs, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (await this.#hasWaiters()) {
        const waiting = [...this.#waiting];
        const untilMs = Math.min(...waiting.map((waiter) => waiter.untilMs));
        await this.#runUntil(() => waiting.some(({ condition }) => condition()), untilMs - this.#nowMs());
        this.#wake();
      }
    } catch (error) {
      for (const { reject } of this.#waiting) reject(error);
      this.#waiting.clear();
    } finally {
      this.#isRunning = false;
    }
  }

  /** Those that go on come so far that they wait again, or do not come back. */
  async #hasWaiters(): Promise<boolean> {
    await nextLoopTurn();
    return this.#waiting.size > 0;
  }

  #wake(): void {
    for (const waiter of this.#waiting) {
      const held = waiter.condition();
      if (!held && waiter.untilMs > this.#nowMs()) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(held);
    }
  }
}
