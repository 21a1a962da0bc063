/** The hooks of test runners, by the names that each has for them. */
import { RedisTestClusterError } from '../index.js';

type Hook = (run: () => Promise<void>, ...rest: never[]) => unknown;

/** Hooks as the test runners have them; `vitest`, `@vitest/runner`, `node:test`, the globals of Jest and of mocha fit as they are. */
export interface TestHooks {
  /** Runs once before the tests: vitest and Jest. */
  readonly beforeAll?: Hook;
  /** The same: mocha and node:test. */
  readonly before?: Hook;
  readonly afterAll?: Hook;
  readonly after?: Hook;
  readonly beforeEach?: Hook;
}

/** What is done before each test. */
export type BetweenTests = 'reset' | 'flush' | 'nothing';

const CHOICES: readonly unknown[] = ['reset', 'flush', 'nothing'];

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function checkBetweenTests(call: string, given: unknown): void {
  if (!CHOICES.includes(given))
    fail(call, `betweenTests must be 'reset', 'flush' or 'nothing', got '${String(given)}'`);
}

export interface FoundHooks {
  /** @param timeoutMs real time that it may take, where the runner would give up earlier. */
  before(run: () => Promise<void>, timeoutMs?: number): void;
  after(run: () => Promise<void>): void;
  /** Null when nothing is to be done between tests. */
  readonly beforeEach: ((run: () => Promise<void>) => void) | null;
}

/**
 * @param example how they are handed in.
 * @param hooks default: the global ones.
 * @throws RedisTestClusterError INVALID_ARGUMENT when some are missing.
 */
export function hooksOf(
  call: string,
  example: string,
  hooks: TestHooks | undefined,
  betweenTests: BetweenTests,
): FoundHooks {
  const found = hooks ?? (globalThis as TestHooks);
  const { beforeEach } = found;
  const before = found.beforeAll ?? found.before;
  const after = found.afterAll ?? found.after;
  if (typeof before !== 'function' || typeof after !== 'function')
    fail(
      call,
      `no test hooks: call it at the top of a test file, or hand in the hooks of your runner, as in ${example} with { beforeAll, afterAll, beforeEach }`,
    );
  if (betweenTests !== 'nothing' && typeof beforeEach !== 'function')
    fail(call, "no beforeEach among the hooks; or say betweenTests: 'nothing'");
  return {
    before: (run, timeoutMs) => {
      if (timeoutMs === undefined) before(run);
      // vitest and Jest take a number; mocha has a method of the context; node:test waits for ever by itself.
      else if (found.beforeAll !== undefined) (before as (...args: unknown[]) => unknown)(run, timeoutMs);
      else
        before(function (this: { timeout?(ms: number): unknown } | undefined) {
          if (typeof this?.timeout === 'function') this.timeout(timeoutMs);
          return run();
        });
    },
    after: (run) => void after(run),
    beforeEach: betweenTests === 'nothing' ? null : (run) => void beforeEach?.(run),
  };
}

function fail(call: string, message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', `${call}: ${message}`);
}
