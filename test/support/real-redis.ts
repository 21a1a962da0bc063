/**
 * A real redis-server for parity tests: one process on a free port with a directory of its own, and a connection that
 * gives replies parsed (RESP2) or byte for byte (RESP2 and RESP3).
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import RedisParser from 'redis-parser';
import { describe, it, vi } from 'vitest';
import { countComparison } from './compared-calls.js';
import { replyEnd } from './reply-end.js';

const START_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 5;
const ANSWER_TIMEOUT_MS = 15_000;
/** Between the ports that nodes of ours take by themselves and those of outgoing connections; the bus port 10000 above as well. */
const FIRST_PORT = 18_000;
const PORT_CHOICES = 2000;

const PUSH = '>'.charCodeAt(0);

/**
 * Runs redis-server and ends with it. When its standard input closes, which the end of this process or of a worker
 * thread does in every case, it kills redis-server; so not even an aborted test run leaves one behind.
 */
const GUARD = `
  trap '' PIPE
  directory=$1; shift
  "$@" &
  server=$!
  exec 3<&0
  { read -r _ <&3; kill -9 "$server"; } > /dev/null 2>&1 &
  wait "$server"
  status=$?
  rm -rf "$directory"
  exit "$status"
`;

/** One argument of a command. */
export type Argument = string | number | Uint8Array;

/** A reply as redis-parser gives it. */
export type Reply = string | number | null | Reply[];

export interface RealRedisOptions {
  /** More arguments for redis-server, such as `['--cluster-enabled', 'yes']`. */
  readonly args?: readonly string[];
}

/** One connection to a redis-server. Commands may be sent without waiting for earlier ones: they are pipelined. */
export class RealConnection {
  private readonly socket: Socket;
  private readonly waiting: { resolve: (reply: Buffer) => void; reject: (error: Error) => void }[] = [];
  private readonly pushes: Buffer[] = [];
  private readonly pushWaiting: { resolve: (push: Buffer) => void; reject: (error: Error) => void }[] = [];
  private received: Buffer = Buffer.alloc(0);
  private failure: Error | undefined;
  private readonly isOfRealServer: boolean;

  private constructor(socket: Socket, isOfRealServer: boolean) {
    this.socket = socket;
    this.isOfRealServer = isOfRealServer;
    socket.on('data', (chunk) => this.onData(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('redis-server closed the connection')));
  }

  /** @param isOfRealServer what is asked with `raw` counts as compared (see compared-calls.ts). */
  static open(port: number, isOfRealServer = false): Promise<RealConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RealConnection(socket, isOfRealServer));
      });
    });
  }

  /** Sends a command and gives its parsed reply. Rejects with the error reply, if it is one. RESP2 only. */
  async command(...args: readonly Argument[]): Promise<Reply> {
    const bytes = await this.exchange(args);
    let reply: Reply = null;
    let failure: Error | undefined;
    const parser = new RedisParser({
      returnReply: (value: Reply) => {
        reply = value;
      },
      returnError: (error: Error) => {
        failure = error;
      },
    });
    parser.execute(bytes);
    if (failure !== undefined) throw failure;
    return reply;
  }

  /** Sends a command and gives its reply byte for byte, errors too. RESP2 and RESP3. */
  async raw(...args: readonly Argument[]): Promise<Buffer> {
    const reply = await this.exchange(args);
    if (this.isOfRealServer) countComparison(args, reply);
    return reply;
  }

  private exchange(args: readonly Argument[]): Promise<Buffer> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.socket.write(encodeCommand(args));
    });
  }

  /** Sends many commands with one write, text as latin1, and gives their replies byte for byte. */
  async rawAll(calls: readonly (readonly string[])[]): Promise<Buffer[]> {
    if (this.failure !== undefined) throw this.failure;
    const pending = calls.map(
      () => new Promise<Buffer>((resolve, reject) => void this.waiting.push({ resolve, reject })),
    );
    this.socket.write(calls.map(encodeLatin1).join(''), 'latin1');
    const replies = await Promise.all(pending);
    if (this.isOfRealServer)
      calls.forEach((call, index) => void countComparison(call, replies[index] ?? null));
    return replies;
  }

  /** Sends a command whose replies come as pushes, such as SUBSCRIBE. */
  send(...args: readonly Argument[]): void {
    this.socket.write(encodeCommand(args));
  }

  /**
   * The next message that is no reply to a command of `raw` or `command`, byte for byte: a push of RESP3, or with RESP2
   * whatever comes while nothing is waited for.
   */
  nextPush(): Promise<Buffer> {
    const push = this.pushes.shift();
    if (push !== undefined) return Promise.resolve(push);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.pushWaiting.push({ resolve, reject });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private onData(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    let start = 0;
    let end = replyEnd(this.received, start);
    while (end !== undefined) {
      const reply = this.received.subarray(start, end);
      const reader = reply[0] === PUSH || this.waiting.length === 0 ? this.pushWaiting : this.waiting;
      const next = reader.shift();
      if (next === undefined) this.pushes.push(reply);
      else next.resolve(reply);
      start = end;
      end = replyEnd(this.received, start);
    }
    this.received = this.received.subarray(start);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of [...this.waiting.splice(0), ...this.pushWaiting.splice(0)]) reject(this.failure);
  }
}

/** A running redis-server. */
export interface RealRedis {
  readonly port: number;
  /** As the server tells it, such as `7.0.15`. */
  readonly version: string;
  /** Its working directory; gone after `stop`. */
  readonly directory: string;
  /** See {@link RealConnection.command}; over a connection that is shared. */
  command(...args: readonly Argument[]): Promise<Reply>;
  /** See {@link RealConnection.raw}; over a connection that is shared. */
  raw(...args: readonly Argument[]): Promise<Buffer>;
  /** One more connection, closed by `stop` at the latest. */
  connect(): Promise<RealConnection>;
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Path of redis-server: the variable REDIS_SERVER, or the first one on the PATH; undefined if there is none. */
export function findRedisServer(): string | undefined {
  const named = process.env['REDIS_SERVER'];
  if (named !== undefined && named !== '') return named;
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'redis-server');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/**
 * A suite that compares with a real redis-server. Without one it is skipped with a notice, but in CI (`CI=true`) it fails.
 */
export function describeParity(name: string, suite: () => void): void {
  const found = findRedisServer() !== undefined;
  if (!found && process.env['CI'] === 'true') {
    describe(name, () => {
      it('has a redis-server to compare with', () => {
        throw new Error('redis-server is not installed: parity suites must run in CI');
      });
    });
    return;
  }
  if (!found) console.warn(`Skipped "${name}": no redis-server on the PATH (or set REDIS_SERVER).`);
  describe.runIf(found)(name, suite);
}

/** Starts redis-server on a free port, with persistence off, and waits until it answers. */
export async function startRealRedis({ args = [] }: RealRedisOptions = {}): Promise<RealRedis> {
  const path = findRedisServer();
  if (path === undefined) throw new Error('redis-server is neither on the PATH nor named by REDIS_SERVER');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'redis-test-cluster-real-'));
    const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    const server = spawn('sh', ['-c', GUARD, 'sh', directory, path, ...fixed, ...args]);
    const release = (): Promise<void> => end(server);
    try {
      await ready(server);
      return await handle(port, directory, release);
    } catch (error) {
      await release();
      // Another process may have taken the port (or the bus port) since it was found free.
      if (attempt === START_ATTEMPTS || !String(error).includes('Address already in use')) throw error;
    }
  }
}

/**
 * Starts redis-server as a cluster of one node that has every slot, and waits until it serves them. That takes two
 * seconds: a master takes no part in the cluster before (CLUSTER_WRITABLE_DELAY of Redis).
 */
export async function startRealNode({ args = [] }: RealRedisOptions = {}): Promise<RealRedis> {
  const server = await startRealRedis({ args: ['--cluster-enabled', 'yes', ...args] });
  await server.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await untilAnswer(server, 'cluster_state:ok', 'CLUSTER', 'INFO');
  return server;
}

/** Asks again and again until the answer contains that text. In between, others get the processor. */
export function untilAnswer(
  server: Pick<RealRedis, 'command'>,
  text: string,
  ...call: readonly Argument[]
): Promise<void> {
  return vi.waitFor(
    async () => {
      const answer = String(await server.command(...call));
      if (!answer.includes(text)) throw new Error(`${call.join(' ')} never says ${text}, but:\n${answer}`);
    },
    { interval: 20, timeout: ANSWER_TIMEOUT_MS },
  );
}

async function handle(port: number, directory: string, release: () => Promise<void>): Promise<RealRedis> {
  const connections: RealConnection[] = [];
  const open = async (): Promise<RealConnection> => {
    const connection = await RealConnection.open(port, true);
    connections.push(connection);
    return connection;
  };
  const shared = await open();
  await shared.command('PING');
  const info = String(await shared.command('INFO', 'server'));
  const stop = async (): Promise<void> => {
    for (const connection of connections) connection.close();
    await release();
  };
  return {
    port,
    directory,
    version: /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown',
    command: (...args) => shared.command(...args),
    raw: (...args) => shared.raw(...args),
    connect: open,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Resolves when the server logs that it accepts connections; rejects with its log when it ends or takes too long. */
function ready(server: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = (why: string): void => {
      clearTimeout(deadline);
      reject(new Error(`redis-server did not start (${why}):\n${log}`));
    };
    const deadline = setTimeout(() => fail(`no answer in ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    const onOutput = (chunk: Buffer): void => {
      log += chunk.toString();
      if (!/ready to accept connections/i.test(log)) return;
      clearTimeout(deadline);
      resolve();
    };
    server.stdout.on('data', onOutput);
    server.stderr.on('data', onOutput);
    server.once('error', (error) => fail(error.message));
    // 'close' comes after the last output, so that the reason is in the log.
    server.once('close', (code) => fail(`exit code ${code}`));
  });
}

function end(server: ChildProcessWithoutNullStreams): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null)
    return Promise.resolve();
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.stdin.end();
  });
}

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_CHOICES);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
  });
}

function encodeCommand(args: readonly Argument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = arg instanceof Uint8Array ? arg : Buffer.from(String(arg));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), Buffer.from(bytes), Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

function encodeLatin1(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}
