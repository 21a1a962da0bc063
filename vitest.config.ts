// How the tests run: files in parallel, each in its own worker thread, so no file may count on another.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 10_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'fixtures/**/*.ts'],
      exclude: ['fixtures/generate.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
