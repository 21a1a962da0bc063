/** The demonstration as `npm start` runs it: compiled, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const build = mkdtempSync(join(tmpdir(), 'redis-test-cluster-demo-'));

beforeAll(() => {
  symlinkSync(join(root, 'node_modules'), join(build, 'node_modules'), 'dir');
  writeFileSync(join(build, 'package.json'), '{ "type": "module" }');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  // It emits in spite of type errors, which are the type check's to find.
  runNode(root, tsc, '-p', 'tsconfig.tools.json', '--outDir', build);
}, 60_000);

afterAll(() => {
  rmSync(build, { recursive: true, force: true });
});

describe('the demonstration', () => {
  it('shows a failover and ends by itself, without an error', { timeout: 30_000 }, () => {
    const { status, stdout, stderr } = runNode(build, 'test/demo/failover.js');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/3 masters and 3 replicas are up after \d+ ms of wall time \(seed \d+\)/);
    expect(stdout.match(/ (?:master|slave|myself,master) .* connected/g)).toHaveLength(6);
    expect(stdout).toContain('ioredis wrote 60 keys, 20 on each master');
    expect(stdout).toMatch(/ marks \S+ as failing: the majority agrees \(FAIL\)/);
    expect(stdout).toMatch(/ is now master of 5461 slots, in place of /);
    expect(stdout).toMatch(/The failover took \d\d\.\d s of virtual time and \d+ ms of wall time/);
    expect(stdout).toContain('The same client read every key back');
    expect(status).toBe(0);
  });
});

/** Runs Node; the time limit is there for a program that does not end by itself. */
function runNode(cwd: string, ...args: string[]) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 30_000 });
}
