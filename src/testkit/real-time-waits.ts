/** Waits of tests for what clients do: in real time, looked at again after everything that comes in. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { startRealTimer } from '../io/natives.js';

const DEFAULT_TIMEOUT_MS = 5000;

interface Wait {
  readonly condition: () => boolean;
  settle(error?: unknown): void;
}

export class RealTimeWaits {
  readonly #waits = new Set<Wait>();

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
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#waits.add(wait);
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
}
