/** Hooks of a test runner that a test calls by hand. */
import type { TestHooks } from '../../src/hooks/hooks.js';

/** Keeps hooks until the test runs them. */
export class HandDrivenHooks {
  readonly #kept: { name: string; run: () => Promise<void> }[] = [];

  get names(): string[] {
    return this.#kept.map(({ name }) => name);
  }

  hook(name: string): (run: () => Promise<void>) => void {
    return (run) => void this.#kept.push({ name, run });
  }

  async run(name: string): Promise<void> {
    for (const hook of this.#kept) if (hook.name === name) await hook.run();
  }
}

export function jestLike(hooks: HandDrivenHooks): TestHooks {
  return {
    beforeAll: hooks.hook('beforeAll'),
    afterAll: hooks.hook('afterAll'),
    beforeEach: hooks.hook('beforeEach'),
  };
}
