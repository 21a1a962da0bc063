/** The package as a user gets it: built, packed, installed from the tarball, and used from an ES module and from CommonJS. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { linkPackages, runners, runProject } from './runners.js';

const root = resolve(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'redis-test-cluster-package-'));
const project = join(work, 'project');
let packed: string[] = [];

beforeAll(() => {
  // Built from a copy, so that a build going on in the working tree and this one do not meet.
  const source = join(work, 'source');
  mkdirSync(source);
  for (const name of PACKAGE_SOURCES) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(source, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'), 'dir');
  npm(source, 'run', '--silent', 'build');
  const [pack] = JSON.parse(
    npm(source, 'pack', '--json', '--ignore-scripts', '--pack-destination', work),
  ) as [{ filename: string; files: { path: string }[] }];
  packed = pack.files.map(({ path }) => path);

  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }));
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(work, pack.filename));
}, 180_000);

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

const PACKAGE_SOURCES = [
  'package.json',
  'src',
  'fixtures',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'tsconfig.cjs.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
];

const KNOWN_TO_EXAMPLES = `
  declare global {
    const cluster: import('redis-test-cluster').Cluster;
    const node: import('redis-test-cluster').TestNode;
    const master: typeof node, other: typeof node, replica: typeof node, a: typeof node, b: typeof node;
    const {
      startCluster, keyForSlot, keysForSlot, hashTagForSlot, slotForKey, keyForNode, keysOnSameNode, keysOnDistinctNodes,
    }: typeof import('redis-test-cluster');
    const { test, expect }: typeof import('vitest');
    const { Cluster }: typeof import('ioredis');
    const { Queue }: typeof import('bullmq');
    const onStep: () => void;
  }
  export {};
`;

/** What the compiler says about files of the project; '' = nothing. */
function typeErrors(...files: readonly string[]): string {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = '--noEmit --strict --module NodeNext --target ES2022 --lib ES2023,ESNext.Disposable';
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
  const checked = spawnSync(process.execPath, [tsc, ...options.split(' '), ...typeRoots, ...files], {
    cwd: project,
    encoding: 'utf8',
  });
  return checked.stdout + checked.stderr;
}

const useCluster = `
  const cluster = await startCluster(1, 0);
  console.log(await cluster.nodes[0].command('PING'), keyForSlot(0) === keyForSlot(0));
  await cluster.stop();
`;

/** What keeps a process alive beside its standard streams and the loader of modules: sockets, servers, timers. */
const open = `process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FS|Close/.test(name))`;

describe('the published package', { timeout: 60_000 }, () => {
  it('has the files of both builds, the licence and the docs, and no sources or tests', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'package.json',
        'LICENSE',
        'CHANGELOG.md',
        'dist/src/index.js',
        'dist/src/index.d.ts',
        'dist/src/cli.js',
        'dist/fixtures/index.d.ts',
        'dist/src/hooks.js',
        'dist/src/hooks/hooks.d.ts',
        'dist/src/vitest.js',
        'dist/src/hooks/vitest.d.ts',
        'dist/src/vitest-global-setup.js',
        'dist/src/hooks/vitest-global-setup.d.ts',
        'dist/cjs/package.json',
        'dist/cjs/src/index.js',
        'dist/cjs/src/index.d.ts',
        'dist/cjs/fixtures/index.d.ts',
      ]),
    );
    expect(packed.filter((path) => /^(src|test|fixtures)\/|generate|\.test\./.test(path))).toEqual([]);
  });

  it('starts a cluster from an ES module', () => {
    const code = `import { startCluster, keyForSlot } from 'redis-test-cluster';\n${useCluster}`;
    expect(run('use.mjs', code)).toBe('PONG true\n');
  });

  it('starts a cluster from CommonJS', () => {
    const code = `const { startCluster, keyForSlot } = require('redis-test-cluster');\n(async () => {${useCluster}})();`;
    expect(run('use.cjs', code)).toBe('PONG true\n');
  });

  it('opens nothing when it is imported, so the process ends by itself', () => {
    expect(run('open.mjs', `import 'redis-test-cluster';\nconsole.log(JSON.stringify(${open}));`)).toBe(
      '[]\n',
    );
    expect(run('open.cjs', `require('redis-test-cluster');\nconsole.log(JSON.stringify(${open}));`)).toBe(
      '[]\n',
    );
  });

  it('gives the two builds the same exports', () => {
    const code = `
      import { createRequire } from 'node:module';
      import * as esm from 'redis-test-cluster';
      const cjs = createRequire(import.meta.url)('redis-test-cluster');
      console.log(JSON.stringify([Object.keys(esm).sort(), Object.keys(cjs).sort()]));
    `;
    const [esm, cjs] = JSON.parse(run('exports.mjs', code)) as [string[], string[]];
    expect(esm).toEqual(cjs);
    expect(esm).toEqual(expect.arrayContaining(['RedisTestClusterError', 'keyForSlot', 'startCluster']));
  });

  it('types check in a project that imports it and in one that requires it', () => {
    const types = `
      import { startCluster, keyForSlot } from 'redis-test-cluster';
      export const key: string = keyForSlot(0);
      export async function use(): Promise<void> { const cluster = await startCluster(1, 0); await cluster.stop(); }
    `;
    writeFileSync(join(project, 'types.mts'), types);
    writeFileSync(join(project, 'types.cts'), types);
    expect(typeErrors('types.mts', 'types.cts')).toBe('');
  });

  it('does what the examples of the README do, as far as types can tell', () => {
    linkPackages(['vitest', 'ioredis', 'redis', 'bullmq'], project, root);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
    expect(examples.length).toBeGreaterThan(10);
    // Each is a module of its own; what it takes for known is global.
    const files = examples.map((code, index) => {
      writeFileSync(join(project, `example-${index + 1}.mts`), `${code}\nexport {};\n`);
      return `example-${index + 1}.mts`;
    });
    writeFileSync(join(project, 'known.d.ts'), KNOWN_TO_EXAMPLES);
    expect(typeErrors('--skipLibCheck', 'known.d.ts', ...files)).toBe('');
  });

  it('has a command that tells how it is used', () => {
    const cli = join(project, 'node_modules/.bin/redis-test-cluster');
    expect(execFileSync(cli, ['--help'], { encoding: 'utf8' })).toContain('redis-test-cluster start');
  });

  it('has a command that runs a cluster with directives of redis.conf until it is interrupted', async () => {
    const cli = spawn(join(project, 'node_modules/.bin/redis-test-cluster'), [
      ...['start', '1', '0'],
      ...['--config', 'maxmemory=100mb', '--config', 'notify-keyspace-events=KEA'],
    ]);
    onTestFinished(() => void cli.kill('SIGKILL'));
    const exited = new Promise((resolve) => {
      cli.on('exit', resolve);
    });
    const port = Number(await textUntil(cli.stdout, /redis-cli -c -p (\d+)/));
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('CONFIG GET maxmemory\r\nCONFIG GET notify-keyspace-events\r\n');
    expect(await textUntil(socket, /maxmemory\r\n\$\d+\r\n(\d+)[\s\S]*AKE/)).toBe('104857600');
    cli.kill('SIGINT');
    expect(await exited).toBe(0);
  });

  it.each(['maxmemory', '=1'])('has a command that refuses --config %s', (setting) => {
    const cli = join(project, 'node_modules/.bin/redis-test-cluster');
    const result = spawnSync(cli, ['start', '1', '0', '--config', setting], { encoding: 'utf8' });
    expect(result.stderr).toBe(`--config takes name=value, such as maxmemory=100mb, got '${setting}'\n`);
    expect(result.status).toBe(1);
  });
});

describe.each(runners)('a project tested by $name', (runner) => {
  it('finds its cluster in every test as it started', { timeout: 90_000 }, () => {
    const { status, stdout, stderr } = runProject(runner, project, root);
    expect(stdout + stderr).toMatch(runner.success);
    expect(status).toBe(0);
  });
});

function npm(cwd: string, ...args: string[]): string {
  const result = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`npm ${args.join(' ')} failed:\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

/** Reads until the pattern is there. @returns its first group. */
function textUntil(stream: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const found = pattern.exec(text);
      if (found !== null) resolve(found[1] as string);
    });
    stream.on('close', () => reject(new Error(`ended after ${text}`)));
  });
}

/** Runs a program of the project; the time limit is there for one that does not end by itself. */
function run(name: string, code: string): string {
  writeFileSync(join(project, name), code);
  const result = spawnSync(process.execPath, [name], { cwd: project, encoding: 'utf8', timeout: 20_000 });
  expect(result.stderr).toBe('');
  expect(result.signal, 'the signal that ended the process').toBe(null);
  expect(result.status).toBe(0);
  return result.stdout;
}
