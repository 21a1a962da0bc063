/** Waits of tests for what clients do: in real time, looked at again after everything that comes in, and now and then. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { type RealTimer, startRealTimer } from '../io/natives.js';

const DEFAULT_TIMEOUT_MS = 5000;
/** A condition may be about a client too, which goes on when the nodes have done their part. */
const RECHECK_MS = 10;

interface Wait {
  readonly condition: () => boolean;
  settle(error?: unknown): void;
}

export class RealTimeWaits {
  readonly #waits = new Set<Wait>();
  #recheck: RealTimer | null = null;

  get isEmpty(): boolean {
    return this.#waits.size === 0;
  }

  /** @param onTimeout makes the error. */
  wait(
    condition: () => boolean,
    onTimeout: () => Error,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<void> {
    if (!(Number.isFinite(timeoutMs) && timeoutMs >= 0)) {
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        `timeoutMs must be milliseconds of real time, got ${String(timeoutMs)}`,
      );
    }
    return new Promise((resolve, reject) => {
      if (condition()) {
        resolve();
        return;
      }
      const timer = startRealTimer(timeoutMs, () => wait.settle(onTimeout()));
      const wait: Wait = {
        condition,
        settle: (error) => {
          this.#waits.delete(wait);
          timer.cancel();
          this.#checkAgain();
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#waits.add(wait);
      this.#checkAgain();
    });
  }

  /** Something happened. */
  check(): void {
    for (const wait of [...this.#waits]) {
      try {
        if (wait.condition()) wait.settle();
      } catch (error) {
        wait.settle(error);
      }
    }
  }

  /** The cluster ends. */
  failAll(error: Error): void {
    for (const wait of [...this.#waits]) wait.settle(error);
  }

  #checkAgain(): void {
    if (this.#waits.size === 0) {
      this.#recheck?.cancel();
      this.#recheck = null;
    } else {
      this.#recheck ??= startRealTimer(RECHECK_MS, () => {
        this.#recheck = null;
        this.check();
        this.#checkAgain();
      });
    }
  }
}
