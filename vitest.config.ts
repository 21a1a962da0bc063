// How the tests run: files in parallel, each in its own process, so no file may count on another.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Not threads of one process: while one of them starts a server, the ports that another one closes are still open in the child.
    pool: 'forks',
    // Much of the suite waits for real servers and clients: a second file goes on meanwhile, also on two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'fixtures/**/*.ts'],
      exclude: ['fixtures/generate.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
