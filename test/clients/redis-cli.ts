/** Runs redis-cli as a process of its own, while the cluster answers it from this one. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Path of redis-cli: the variable REDIS_CLI, or the first one on the PATH; undefined if there is none. */
function findRedisCli(): string | undefined {
  const named = process.env['REDIS_CLI'];
  if (named !== undefined && named !== '') return named;
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'redis-cli');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/** A suite that needs redis-cli. Without one it is skipped with a notice, but in CI (`CI=true`) it fails. */
export function describeWithRedisCli(name: string, suite: () => void): void {
  const found = findRedisCli() !== undefined;
  if (!found && process.env['CI'] === 'true') {
    describe(name, () => {
      it('has a redis-cli to run', () => {
        throw new Error('redis-cli is not installed: its suites must run in CI');
      });
    });
    return;
  }
  if (!found) process.stderr.write(`Skipped "${name}": no redis-cli on the PATH (or set REDIS_CLI).\n`);
  describe.runIf(found)(name, suite);
}

/** Runs redis-cli to its end, with `input` as its standard input. */
export function runRedisCli(args: readonly (string | number)[], input = ''): Promise<CliResult> {
  const path = findRedisCli();
  if (path === undefined) throw new Error('redis-cli is neither on the PATH nor named by REDIS_CLI');
  // A terminal that knows colours gets them, and then no line is what it seems.
  const env = { ...process.env, TERM: 'dumb' };
  const child = spawn(path, args.map(String), { env });
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    // A redis-cli that reads no input may be gone before it is written.
    child.stdin.once('error', () => undefined);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    child.stdin.end(input);
  });
}
