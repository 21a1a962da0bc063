// How the tests run: files in parallel, in processes. No file may count on another.
import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** They fake process.nextTick, by which a process talks to the one that started it. */
const FAKING_NEXT_TICK = ['test/clients/fake-timers.test.ts', 'test/testkit/time-in-step.test.ts'];
/** They compare with a real redis-server. */
const PARITY = 'test/**/*.parity.test.ts';
/** They open sockets, fake timers, count what a process has open, start runners and servers. */
const WITH_SURROUNDINGS = 'test/{clients,demo,hooks,io,network,package,scenarios,testkit}/**/*.test.ts';

// Much of the suite waits for real clients: a second file goes on meanwhile, also on two processors.
const processes = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    maxWorkers: processes,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'fixtures/**/*.ts'],
      exclude: ['fixtures/generate.ts'],
      reporter: ['text-summary', 'html'],
    },
    // Not threads of one process: while one of them starts a server, the ports that another closes are still open in the child.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, PARITY, WITH_SURROUNDINGS],
          // Loading the nodes takes longer than most of these files.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'own',
          include: [WITH_SURROUNDINGS],
          exclude: [...configDefaults.exclude, PARITY, ...FAKING_NEXT_TICK],
        },
      },
      { extends: true, test: { name: 'threads', pool: 'threads', include: FAKING_NEXT_TICK } },
      {
        extends: true,
        test: {
          name: 'parity',
          include: [PARITY],
          isolate: false,
          // They wait more than they work: a master of a real cluster takes two seconds to serve.
          maxWorkers: 3 * processes,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
