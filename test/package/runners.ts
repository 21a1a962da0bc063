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

/** For two files that share the cluster of a global setup; each checks that it is the one of the other. */
const sharedBody = `
  const test = typeof it === 'function' ? it : globalThis.test ?? nodeTest;
  const ask = (node, line) => new Promise((resolve, reject) => {
    const socket = connect(node.port, node.host);
    socket.once('error', reject);
    socket.once('data', (data) => { resolve(String(data)); socket.destroy(); });
    socket.write(line + '\\r\\n');
  });
  const key = keyForSlot(42);
  test('is the cluster of the other file', () => {
    try { writeFileSync('seed.txt', String(shared.seed), { flag: 'wx' }); }
    catch { assert.equal(readFileSync('seed.txt', 'utf8'), String(shared.seed)); }
  });
`;
const fastForward = `${sharedBody}
  test('fast-forwards', async () => {
    const old = shared.nodeForSlot(42);
    assert.equal(await ask(old, 'SET ' + key + ' value EX 3600'), '+OK\\r\\n');
    await shared.advance('1h');
    assert.equal(await ask(old, 'GET ' + key), '$-1\\r\\n');
    await old.kill();
    await shared.waitFor(() => shared.nodeForSlot(42) !== old);
    assert.equal(old.state, 'stopped');
  });
  test('takes its clients along, round by round', async () => {
    const node = shared.nodeForSlot(42);
    await shared.pause();
    let rounds = 0;
    const worker = connect(node.port, node.host);
    const wait = () => worker.write('BLPOP ' + key + ' 1\\r\\n');
    worker.on('data', () => { rounds++; wait(); });
    wait();
    await shared.whenBlocked(key);
    await shared.advance('30s');
    assert.equal(rounds, 30);
    worker.destroy();
    await shared.resume();
  });
`;
const injects = `${sharedBody}
  test('injects a fault', async () => {
    const fault = await shared.inject({ error: 'LOADING' }, { command: 'GET', times: 1 });
    assert.match(await ask(shared.nodeForSlot(42), 'GET ' + key), /^-LOADING /);
    assert.equal(await fault.hits, 1);
    assert.equal(await ask(shared.nodeForSlot(42), 'GET ' + key), '$-1\\r\\n');
  });
`;
const sharedCjs = `
  const assert = require('node:assert/strict');
  const { readFileSync, writeFileSync } = require('node:fs');
  const { connect } = require('node:net');
  const { keyForSlot } = require('redis-test-cluster');
  const { useSharedCluster } = require('redis-test-cluster/hooks');
  const shared = useSharedCluster();
`;
const sharedEsm = `
  import assert from 'node:assert/strict';
  import { readFileSync, writeFileSync } from 'node:fs';
  import { connect } from 'node:net';
  import { keyForSlot } from 'redis-test-cluster';
`;

/**
 * Fake timers of the runner, in step and followed. What differs: `use(what to leave real)`, `real()`, `move(ms)`, and
 * `timers`, what advance() takes.
 */
const fakeTimers = `
  test('in step', async () => {
    const cluster = await startCluster({ masters: 1, replicas: 0, clock: 'manual' });
    const [node] = cluster.nodes;
    const begin = cluster.now();
    use();
    const moments = [];
    const renewing = setInterval(() => {
      moments.push(cluster.now() - begin);
      void node.command('PEXPIRE', 'lock', 3000);
    }, 2000);
    await node.command('SET', 'lock', 'mine', 'PX', 3000);
    await cluster.advance('9s', { timers: timers() });
    clearInterval(renewing);
    assert.deepEqual(moments, [2000, 4000, 6000, 8000]);
    assert.equal(await node.command('PTTL', 'lock'), 2000);
    real();
    await cluster.stop();
  });
  test('followed', async () => {
    use();
    const cluster = await startCluster({ masters: 3, replicas: 1, clock: 'follow' });
    const old = cluster.nodeForSlot(42);
    const key = keyForSlot(42);
    await old.command('SET', key, 'value', 'EX', 60);
    await move(59_999);
    assert.equal(await old.command('GET', key), 'value');
    await move(1);
    assert.equal(await old.command('GET', key), null);
    await old.kill();
    await move(40_000);
    assert.notEqual(cluster.nodeForSlot(42), old);
    let fired = 0;
    setTimeout(() => fired++, 5000);
    await pending();
    assert.equal(fired, 1);
    assert.equal(cluster.nodeForSlot(42).isRunning, true);
    real();
    await cluster.stop();
  });
  test('faked nextTick is refused, and said', async () => {
    everything();
    await assert.rejects(startCluster(1, 0), { code: 'FAKED_TIMERS', message: /process.nextTick is faked/ });
    real();
  });
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
  {
    name: 'Jest, with its fake timers',
    needs: ['jest'],
    files: {
      'fake.test.cjs': `${cjs}
        const { startCluster } = require('redis-test-cluster');
        const use = () => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
        const everything = () => jest.useFakeTimers();
        const real = () => jest.useRealTimers();
        const move = (ms) => jest.advanceTimersByTimeAsync(ms);
        const pending = () => jest.runOnlyPendingTimersAsync();
        const timers = () => jest;
        ${fakeTimers}`,
    },
    command: ['node_modules/jest/bin/jest.js', '--testMatch', '**/*.test.cjs', '--ci', '--colors=false'],
    success: /Tests: +3 passed/,
  },
  {
    name: 'no runner, with the fake timers of sinon',
    needs: ['@sinonjs/fake-timers'],
    files: {
      'fake.cjs': `
        const assert = require('node:assert/strict');
        // A faked nextTick would stop the reports of node:test.
        const runs = [];
        const test = (name, run) => runs.push(run);
        const { install } = require('@sinonjs/fake-timers');
        const { keyForSlot, startCluster } = require('redis-test-cluster');
        let clock;
        const begin = (options) => { clock = install({ now: Date.now(), ...options }); };
        const use = () => begin({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
        const everything = () => begin({ toFake: ['setTimeout', 'nextTick'] });
        const real = () => clock.uninstall();
        const move = (ms) => clock.tickAsync(ms);
        const pending = () => clock.runToLastAsync();
        const timers = () => clock;
        ${fakeTimers}
        (async () => {
          for (const run of runs) await run();
          console.log(runs.length + ' passed');
        })();`,
    },
    command: ['fake.cjs'],
    success: /^3 passed/,
  },
  {
    name: 'vitest, two files that share a cluster',
    needs: ['vitest'],
    files: {
      'vitest.config.mjs': `
        export default { test: { globalSetup: ['redis-test-cluster/vitest/global-setup'], globals: true } };
      `,
      ...twoFiles(
        'test.mjs',
        `${sharedEsm}
        import { useSharedCluster } from 'redis-test-cluster/vitest';
        const shared = useSharedCluster();`,
      ),
    },
    command: [...VITEST, '--pool=forks', '--maxWorkers=2'],
    success: /Tests.* 5 passed/,
  },
  {
    name: 'Jest, two files that share a cluster',
    needs: ['jest'],
    files: {
      'setup.cjs': `module.exports = require('redis-test-cluster/hooks').sharedCluster(3, 1).setup;`,
      ...twoFiles('test.cjs', sharedCjs),
    },
    command: [
      ...['node_modules/jest/bin/jest.js', '--testMatch', '**/*.test.cjs', '--ci', '--colors=false'],
      ...['--globalSetup', './setup.cjs', '--maxWorkers', '2'],
    ],
    success: /Tests: +5 passed/,
  },
  {
    name: 'mocha, two files that share a cluster, in parallel',
    needs: ['mocha'],
    files: {
      'setup.cjs': `
        const { sharedCluster } = require('redis-test-cluster/hooks');
        const { setup, teardown } = sharedCluster(3, 1);
        module.exports = { mochaGlobalSetup: setup, mochaGlobalTeardown: teardown };`,
      // In a suite: hooks at the top would be those of both files.
      ...twoFiles('test.cjs', `describe('a shared cluster', () => { ${sharedCjs}`, '});'),
    },
    command: [
      ...['node_modules/mocha/bin/mocha.js', '--timeout', '20000', '--require', './setup.cjs'],
      ...['--parallel', '--jobs', '2', '*.test.cjs'],
    ],
    success: /5 passing/,
  },
  {
    name: 'node:test, two files that share a cluster',
    needs: [],
    files: {
      // Node.js 20 has no global setup: the script that runs the tests has the cluster.
      'run-tests.mjs': `
        import { run } from 'node:test';
        import { tap } from 'node:test/reporters';
        import { resolve } from 'node:path';
        import { sharedCluster } from 'redis-test-cluster/hooks';
        const teardown = await sharedCluster(3, 1).setup();
        const files = ['fast-forward.test.mjs', 'injects.test.mjs'].map((file) => resolve(file));
        const events = run({ files, concurrency: 2 });
        events.once('end', teardown);
        events.compose(tap).pipe(process.stdout);`,
      ...twoFiles(
        'test.mjs',
        `${sharedEsm}
        import nodeTest, * as hooks from 'node:test';
        import { useSharedCluster } from 'redis-test-cluster/hooks';
        const shared = useSharedCluster(hooks);`,
      ),
    },
    command: ['run-tests.mjs'],
    success: /# pass 5\b/,
  },
];

function twoFiles(extension: string, begin: string, end = ''): Record<string, string> {
  return {
    [`fast-forward.${extension}`]: begin + fastForward + end,
    [`injects.${extension}`]: begin + injects + end,
  };
}

/** Lets the project find packages that the repository has. */
export function linkPackages(names: readonly string[], project: string, root: string): void {
  for (const name of names) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(root, 'node_modules', name), link, 'dir');
  }
}

/**
 * Runs a runner's tests in a folder of the project.
 * @param project where npm installed the package.
 * @param root the repository, which has the runners.
 */
export function runProject(runner: Runner, project: string, root: string): SpawnSyncReturns<string> {
  linkPackages(runner.needs, project, root);
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
