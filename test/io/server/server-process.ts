/** Servers of ours as processes of their own, started from compiled files, in directories of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, RealConnection } from '../../support/real-redis.js';

const root = resolve(import.meta.dirname, '../../..');
let built: string | null = null;

/** Bundles the command line once for this file of tests. */
export function buildCommandLine(): string {
  if (built !== null) return built;
  const directory = mkdtempSync(join(tmpdir(), 'server-build-'));
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'dir');
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  execFileSync(
    join(root, 'node_modules/.bin/rolldown'),
    [
      '--logLevel',
      'silent',
      'src/cli.ts',
      '-d',
      join(directory, 'dist'),
      '-f',
      'esm',
      '-p',
      'node',
      '-e',
      'redis-parser',
    ],
    { cwd: root, stdio: 'ignore' },
  );
  built = join(directory, 'dist', 'cli.js');
  return built;
}

export function removeCommandLine(): void {
  if (built !== null) rmSync(join(built, '../..'), { recursive: true, force: true });
  built = null;
}

/** What a server that ends by itself printed. */
export function runToEnd(
  argv: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): { readonly code: number; readonly stdout: string; readonly stderr: string } {
  try {
    const stdout = execFileSync(process.execPath, [buildCommandLine(), 'server', ...argv], {
      cwd: options.cwd ?? tmpdir(),
      input: options.input ?? '',
      encoding: 'latin1',
      stdio: 'pipe',
    });
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, stdout, stderr };
  }
}

export class ServerProcess implements AsyncDisposable {
  readonly directory: string;
  readonly port: number;
  readonly #executable: readonly string[];
  #child: ChildProcess | null = null;
  #log = '';

  private constructor(directory: string, port: number, executable: readonly string[]) {
    this.directory = directory;
    this.port = port;
    this.#executable = executable;
  }

  /** A server with that redis.conf, `port` and `dir` apart, and nothing saved unless it says so. */
  static async create(
    lines: readonly string[] = [],
    executable: readonly string[] = [process.execPath, buildCommandLine(), 'server'],
  ): Promise<ServerProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'server-process-'));
    const port = await freePort();
    const config = [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, "save ''", ...lines];
    writeFileSync(join(directory, 'redis.conf'), `${config.join('\n')}\n`);
    return new ServerProcess(directory, port, executable);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get log(): string {
    return this.#log;
  }

  /** Resolves when it accepts connections, or with its exit code when it ends before. */
  start(executable: readonly string[] = this.#executable): Promise<number | null> {
    this.#log = '';
    const [command = '', ...args] = executable;
    const child = spawn(command, [...args, 'redis.conf'], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    return new Promise((done) => {
      const onOutput = (chunk: Buffer): void => {
        this.#log += chunk.toString('latin1');
        if (this.#log.includes('Ready to accept connections')) done(null);
      };
      child.stdout?.on('data', onOutput);
      child.stderr?.on('data', onOutput);
      child.once('close', (code) => done(code ?? -1));
    });
  }

  /** @returns its exit code; null when the signal ended it. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return Promise.resolve(child?.exitCode ?? null);
    return new Promise((done) => {
      child.once('close', (code) => done(code));
      child.kill(signal);
    });
  }

  connect(): Promise<RealConnection> {
    return RealConnection.open(this.port);
  }

  async ask(...argv: readonly string[]): Promise<unknown> {
    const connection = await this.connect();
    const reply = await connection.command(...argv);
    connection.close();
    return reply;
  }

  read(file: string): string {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.directory, file), content, 'latin1');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
