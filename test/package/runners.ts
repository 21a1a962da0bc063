/** Small projects, one for each test runner, that use the installed package. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Runner {
  readonly name: string;
  /** Packages of the project beside ours. */
  readonly needs: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Arguments of node; paths of packages stand below node_modules of the repository. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What its output says when both tests passed. */
  readonly success: RegExp;
}

const body = `
  test('serves a key', async () => {
    const key = keyForSlot(42);
    await cluster.nodeForSlot(42).command('SET', key, 'value');
    assert.equal(await cluster.nodeForSlot(42).command('GET', key), 'value');
    await cluster.nodeForSlot(0).kill();
  });
  test('begins anew', async () => {
    assert.equal(cluster.nodes.length, 6);
    assert.ok(cluster.nodes.every((node) => node.isRunning));
    assert.equal(await cluster.nodeForSlot(42).command('GET', keyForSlot(42)), null);
  });
`;

const cjs = `
  const assert = require('node:assert/strict');
  const { keyForSlot } = require('redis-test-cluster');
  const { useCluster } = require('redis-test-cluster/hooks');
`;

const esm = `
  import assert from 'node:assert/strict';
  import { keyForSlot } from 'redis-test-cluster';
  import { useCluster } from 'redis-test-cluster/hooks';
`;

const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];

export const runners: readonly Runner[] = [
  {
    name: 'vitest, with the fixture and startCluster of redis-test-cluster/vitest',
    needs: ['vitest'],
    files: {
      'own.test.mjs': `
        import assert from 'node:assert/strict';
        import { beforeAll } from 'vitest';
        import { expect, keyForSlot, startCluster, test, useCluster } from 'redis-test-cluster/vitest';
        test('fixture', async ({ cluster }) => {
          await cluster.nodeForSlot(42).command('SET', keyForSlot(42), 'value');
          expect(cluster.nodeForSlot(42)).toOwnSlot(42);
          expect(cluster).toHaveOneView();
        });
        let cluster;
        beforeAll(async () => { cluster = await startCluster(1, 0); });
        test('in a hook', () => assert.ok(cluster.nodes[0].isRunning));
      `,
    },
    command: VITEST,
    success: /Tests.* 2 passed/,
  },
  {
    name: 'vitest, with its own hooks handed in',
    needs: ['vitest'],
    files: {
      'hooks.test.mjs': `${esm}
        import { afterAll, beforeAll, beforeEach, test } from 'vitest';
        const cluster = useCluster(3, 1, { afterAll, beforeAll, beforeEach });${body}`,
    },
    command: VITEST,
    success: /Tests.* 2 passed/,
  },
  {
    name: '@vitest/runner',
    needs: ['vitest', '@vitest/runner'],
    files: {
      'runner.test.mjs': `${esm}
        import { afterAll, beforeAll, beforeEach, test } from '@vitest/runner';
        const cluster = useCluster(3, 1, { afterAll, beforeAll, beforeEach });${body}`,
    },
    command: VITEST,
    success: /Tests.* 2 passed/,
  },
  {
    name: 'Jest, CommonJS, global hooks',
    needs: ['jest'],
    files: { 'jest.test.cjs': `${cjs}const cluster = useCluster(3, 1);${body}` },
    command: ['node_modules/jest/bin/jest.js', '--testMatch', '**/*.test.cjs', '--ci', '--colors=false'],
    success: /Tests: +2 passed/,
  },
  {
    name: 'Jest, ES modules, global hooks',
    needs: ['jest'],
    files: { 'jest.test.mjs': `${esm}const cluster = useCluster(3, 1);${body}` },
    command: [
      ...['node_modules/jest/bin/jest.js', '--testMatch', '**/*.test.mjs', '--ci', '--colors=false'],
      ...['--transform', '{}'],
    ],
    env: { NODE_OPTIONS: '--experimental-vm-modules' },
    success: /Tests: +2 passed/,
  },
  {
    name: 'mocha',
    needs: ['mocha'],
    files: {
      'mocha.cjs': `${cjs}const test = it; describe('a cluster', () => { const cluster = useCluster(3, 1);${body} });`,
    },
    command: ['node_modules/mocha/bin/mocha.js', '--timeout', '20000', 'mocha.cjs'],
    success: /2 passing/,
  },
  {
    name: 'node:test',
    needs: [],
    files: {
      'node.mjs': `${esm}import test, * as hooks from 'node:test'; const cluster = useCluster(3, 1, hooks);${body}`,
    },
    command: ['--test', '--test-reporter=tap', 'node.mjs'],
    success: /# pass 2\b/,
  },
];

/**
 * Runs a runner's tests in a folder of the project.
 * @param project where npm installed the package.
 * @param root the repository, which has the runners.
 */
export function runProject(runner: Runner, project: string, root: string): SpawnSyncReturns<string> {
  for (const name of runner.needs) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(root, 'node_modules', name), link, 'dir');
  }
  const folder = join(project, runner.name.replace(/\W+/g, '-'));
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'tests', private: true }));
  for (const [name, code] of Object.entries(runner.files)) writeFileSync(join(folder, name), code);
  const command = runner.command.map((word) => (word.startsWith('node_modules/') ? join(root, word) : word));
  // Not as a part of the run that this is a test of.
  const { VITEST: _, NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return spawnSync(process.execPath, command, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...env, NO_COLOR: '1', ...runner.env },
  });
}
