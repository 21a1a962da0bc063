/** The rules of src/README.md are lint rules. Each is shown here to bite: a file that breaks it must fail the lint. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'redis-test-cluster-lint-'));

/** One file of a made-up project, and the rule it breaks (or none). */
interface Sample {
  readonly path: string;
  readonly code: string;
  readonly breaks: string | undefined;
}

const samples: Sample[] = [];
/** Lint categories found per sample file. */
const found = new Map<string, string[]>();

function sample(folder: string, code: string, breaks?: string): Sample {
  const made = { path: `${folder}/sample-${samples.length}.ts`, code: `${code}\n`, breaks };
  samples.push(made);
  return made;
}

/** Layers from the lowest to the highest, each with the layers that it may import (src/README.md). */
const leaves = ['time', 'resp', 'structures'];
const stored = [...leaves, 'keyspace'];
const coordinated = [...stored, 'rdb'];
const commanding = [...coordinated, 'config', 'cluster', 'replication', 'persistence'];
const noded = [...commanding, 'lua', 'commands', 'scripting'];
const allowed: Record<string, readonly string[]> = {
  time: [],
  resp: [],
  structures: [],
  lua: leaves,
  config: leaves,
  keyspace: leaves,
  rdb: stored,
  cluster: coordinated,
  replication: coordinated,
  persistence: [...coordinated, 'config'],
  commands: commanding,
  scripting: [...commanding, 'lua'],
  node: noded,
  network: [...noded, 'node'],
  io: [...noded, 'node', 'network'],
  testkit: [...noded, 'node', 'network', 'io'],
  hooks: [],
};
const layers = Object.keys(allowed);

const layerRule = 'lint/style/noRestrictedImports';
const globalRule = 'lint/style/noRestrictedGlobals';
const nodeRule = 'lint/correctness/noNodejsModules';
const pluginRule = 'plugin';

const imports = layers.flatMap((from) =>
  layers
    .filter((to) => to !== from)
    .map((to) => ({
      from,
      to,
      breaks: allowed[from]?.includes(to) ? undefined : layerRule,
      flat: sample(`src/${from}`, `export * from '../${to}/any.js';`),
      nested: sample(`src/${from}/part`, `export * from '../../${to}/any.js';`),
    })),
);

const upward = layers.map((from) => ({
  from,
  index: sample(`src/${from}`, `export * from '../index.js';`),
  cli: sample(`src/${from}`, `export * from '../cli.js';`),
  fixtures: sample(`src/${from}`, `export * from '../../fixtures/index.js';`),
}));

const forms = [
  `import type { Any } from '../node/any.js';\nexport type Same = Any;`,
  `export const any = import('../node/any.js');`,
  `import '../node/any.js';`,
].map((code) => sample('src/cluster', code, layerRule));
forms.push(sample('src/cluster', `export type Any = import('../node/any.js').Any;`, pluginRule));
forms.push(sample('fixtures', `export * from '../src/time/any.js';`, layerRule));
forms.push(sample('src/time', `export * from '../../fixtures/any.js';`, layerRule));

const ownGroup = [
  sample('src/commands/strings', `export * from '../cluster/any.js';`),
  sample('src/commands/strings', `export * from '../scripting/any.js';`),
  sample('src/commands/strings', `export * from '../command.js';`),
];

const impure: readonly (readonly [string, string])[] = [
  ['export const at = Date.now();', globalRule],
  ['export const at = new Date(0);', globalRule],
  ['export const at = performance.now();', globalRule],
  ['setTimeout(() => {}, 1);', globalRule],
  ['setInterval(() => {}, 1);', globalRule],
  ['setImmediate(() => {});', globalRule],
  ['queueMicrotask(() => {});', globalRule],
  ['export const home = process.env;', globalRule],
  ['process.nextTick(() => {});', globalRule],
  ['export const id = crypto.randomUUID();', globalRule],
  ['export const later = globalThis.setTimeout;', globalRule],
  ['export const later = Promise.resolve(1);', globalRule],
  ['export const chance = Math.random();', pluginRule],
  ['export const chance = Math.random;', pluginRule],
  ['export const { random } = Math;', pluginRule],
  ['export async function later(): Promise<void> {}', pluginRule],
  ['export const later = async () => 1;', pluginRule],
  ['export const later = async (value: number) => value;', pluginRule],
  ['export const later = { async run() { return 1; } };', pluginRule],
  ['export class Later { async run() { return 1; } }', pluginRule],
  ['export class Later { protected static async run() { return 1; } }', pluginRule],
  ['export const later = async function () { return 1; };', pluginRule],
  [`export { connect } from 'node:net';`, nodeRule],
  [`export { readFileSync } from 'node:fs';`, nodeRule],
  [`export { randomBytes } from 'node:crypto';`, nodeRule],
  [`export { setTimeout } from 'node:timers';`, nodeRule],
  [`export { connect } from 'net';`, nodeRule],
];
const pureFolders = layers.filter((layer) => !['io', 'testkit', 'hooks'].includes(layer));
const inPure = impure.map(([code, breaks], index) =>
  sample(`src/${pureFolders[index % pureFolders.length]}`, code, breaks),
);
const everyPure = [...pureFolders.map((layer) => `src/${layer}`), 'src/commands/strings', 'fixtures'].map(
  (folder) => sample(folder, 'export const at = Date.now();', globalRule),
);
const inIo = impure.filter(([code]) => !code.includes(`from 'net'`)).map(([code]) => sample('src/io', code));

const cycle = [
  { path: 'src/time/first.ts', code: `export { second } from './second.js';\nexport const first = 1;\n` },
  { path: 'src/time/second.ts', code: `export { first } from './first.js';\nexport const second = 2;\n` },
];

const sleeps = [
  `await new Promise((resolve) => setTimeout(resolve, 50));`,
  `await new Promise<void>((resolve) => { setTimeout(resolve, 50); });`,
].map((code) => sample('test/cluster', `${code}\nexport {};`, pluginRule));
sleeps.push(sample('test/cluster', `export { setTimeout as sleep } from 'node:timers/promises';`, layerRule));

const devOnly = [
  sample('src/io', `export { Redis } from 'ioredis';`, 'lint/correctness/noUndeclaredDependencies'),
  sample('src/io', `export { vi } from 'not-declared';`, 'lint/correctness/noUndeclaredDependencies'),
];

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

beforeAll(() => {
  for (const name of ['biome.json', '.lint', 'package.json']) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  for (const { path, code } of [...samples, ...cycle]) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), code);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const run = spawnSync(
    process.execPath,
    [biome, 'lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none'],
    { cwd: project, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const report = JSON.parse(run.stdout) as Report;
  for (const { category, location } of report.diagnostics) {
    const path = location.path.replaceAll('\\', '/');
    found.set(path, [...(found.get(path) ?? []), category]);
  }
}, 60_000);

function rulesBrokenBy({ path }: Sample): string[] {
  return found.get(path) ?? [];
}

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

describe('import directions of the layers', () => {
  it.each(imports)('$from importing $to: $breaks', ({ flat, nested, breaks }) => {
    for (const file of [flat, nested]) {
      const rules = rulesBrokenBy(file).filter((rule) => rule === layerRule);
      expect(rules, file.code).toEqual(breaks === undefined ? [] : [breaks]);
    }
  });

  it.each(upward)('$from importing the entry points and the fixtures', ({ from, index, cli, fixtures }) => {
    const leaf = [...leaves, 'hooks'].includes(from);
    expect(rulesBrokenBy(index).includes(layerRule)).toBe(from !== 'hooks');
    expect(rulesBrokenBy(cli)).toContain(layerRule);
    expect(rulesBrokenBy(fixtures).includes(layerRule)).toBe(leaf);
  });

  it.each(forms)('is checked in every form of import: $code', (file) => {
    expect(rulesBrokenBy(file)).toContain(file.breaks);
  });

  it.each(ownGroup)('leaves command groups named like a layer alone: $code', (file) => {
    expect(rulesBrokenBy(file)).not.toContain(layerRule);
  });

  it('has no cycles', () => {
    expect(found.get('src/time/first.ts')).toContain('lint/suspicious/noImportCycles');
  });

  it('knows every folder of src', () => {
    const folders = existsSync(join(root, 'src'))
      ? readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
      : [];
    expect(layers).toEqual(expect.arrayContaining(folders.map((entry) => entry.name)));
  });
});

describe('the core is pure', () => {
  it.each(inPure)('so $code is refused there', (file) => {
    expect(rulesBrokenBy(file)).toContain(file.breaks);
  });

  it.each(everyPure)('in $path', (file) => {
    expect(rulesBrokenBy(file)).toContain(globalRule);
  });

  it.each(inIo)('and in src/io this is welcome: $code', (file) => {
    for (const rule of [globalRule, nodeRule, pluginRule]) expect(rulesBrokenBy(file)).not.toContain(rule);
  });
});

describe('tests', () => {
  it.each(sleeps)('do not sleep: $code', (file) => {
    expect(rulesBrokenBy(file)).toContain(file.breaks);
  });
});

describe('published code', () => {
  it.each(devOnly)('imports declared runtime dependencies only: $code', (file) => {
    expect(rulesBrokenBy(file)).toContain(file.breaks);
  });

  it('has few runtime dependencies, all of them CommonJS so that both builds can load them', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      const manifest = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
        type?: string;
      };
      expect(manifest.type ?? 'commonjs', name).toBe('commonjs');
    }
  });
});
