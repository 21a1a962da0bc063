/** Runs commands on a node without a socket: the bytes go straight into a session of it. */
import RedisParser from 'redis-parser';
import { RedisTestClusterError } from '../../fixtures/error.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { NodeProcess } from '../network/node-process.js';
import type { ClientSession } from '../node/client-session.js';
import type { ByteString } from '../resp/byte-string.js';
import { encodeRequest } from '../resp/request-encoder.js';

/** One argument of a command: text is sent as UTF-8. */
export type CommandArgument = string | number | bigint | Uint8Array;

/** A reply of RESP2: bulk and simple strings as text, integers as numbers, nulls, arrays of these. */
export type CommandReply = string | number | null | CommandReply[];

interface Waiting {
  resolve(reply: CommandReply): void;
  reject(error: Error): void;
}

export class CommandClient {
  readonly #process: NodeProcess;
  readonly #pump: RealTimePump;
  readonly #tls: boolean;
  #session: ClientSession | null = null;
  #parser: RedisParser | null = null;
  #waiting: Waiting[] = [];

  /** @param tls the node shall take it for a client that came over TLS. */
  constructor(process: NodeProcess, pump: RealTimePump, tls = false) {
    this.#process = process;
    this.#pump = pump;
    this.#tls = tls;
  }

  /** @returns the reply; rejects with COMMAND_FAILED and the server's text when it is an error. */
  async run(args: readonly CommandArgument[]): Promise<CommandReply> {
    const [reply] = await this.runAll([args]);
    return reply as CommandReply;
  }

  /** Sends commands in one piece, as a pipeline. @returns all replies; rejects as run() when one of them is an error. */
  async runAll(commands: readonly (readonly CommandArgument[])[]): Promise<CommandReply[]> {
    const request = Buffer.from(commands.map(requestOf).join(''), 'latin1');
    if (!this.#process.isRunning) {
      throw new RedisTestClusterError('STOPPED', `${this.#process.name} is not running; restart() it first`);
    }
    const replies: Promise<CommandReply>[] = [];
    this.#pump.input(() => {
      // Before the connection is opened: it may be refused, and that is the answer then.
      for (const _ of commands)
        replies.push(new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })));
      const session = this.#openSession();
      this.#process.deliver(() => session.receive(request));
    });
    return await Promise.all(replies);
  }

  /** Ends the connection, and with it what waits for an answer; the next command opens another one. */
  close(): void {
    this.#pump.input(() => this.#process.deliver(() => this.#session?.onConnectionClosed()));
    this.#session = null;
    this.#failAll('the connection was closed before the answer came');
  }

  #openSession(): ClientSession {
    if (this.#session !== null && !this.#session.closed) return this.#session;
    this.#parser = new RedisParser({
      returnReply: (reply: CommandReply) => this.#waiting.shift()?.resolve(reply),
      returnError: (error: Error) =>
        this.#waiting.shift()?.reject(new RedisTestClusterError('COMMAND_FAILED', error.message)),
      returnFatalError: (error: Error) => this.#failAll(error.message),
    });
    const session = this.#process.acceptClient({
      remoteAddress: '127.0.0.1:0',
      localAddress: this.#process.name,
      tls: this.#tls,
      isOurs: true,
      write: (bytes) => this.#parser?.execute(Buffer.from(bytes as string, 'latin1')),
      end: () => this.#onClosed(),
      destroy: () => this.#onClosed(),
    });
    // Who holds the cluster needs no password and no rights.
    session.authenticated = true;
    session.user = null;
    this.#session = session;
    return session;
  }

  #onClosed(): void {
    this.#session = null;
    this.#failAll('the node closed the connection');
  }

  #failAll(reason: string): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new RedisTestClusterError('COMMAND_FAILED', reason));
  }
}

/** Commands after which replies and commands no longer match one to one. */
const UNANSWERED = new Set(['monitor', 'psubscribe', 'psync', 'ssubscribe', 'subscribe', 'sync']);

function requestOf(args: readonly CommandArgument[]): ByteString {
  if (args.length === 0) {
    throw new RedisTestClusterError(
      'INVALID_ARGUMENT',
      "command() needs a command name, as in command('PING')",
    );
  }
  const argv = args.map(toBytes);
  refuseUnanswered(argv);
  return encodeRequest(argv);
}

function refuseUnanswered(argv: readonly ByteString[]): void {
  const [name = '', first = '', second = ''] = argv.map((argument) => argument.toLowerCase());
  let reason: string | null = null;
  if (UNANSWERED.has(name)) reason = `${name.toUpperCase()} answers more than once`;
  if (name === 'hello' && first === '3') reason = 'command() speaks RESP2';
  if (name === 'client' && first === 'reply' && second !== 'on') reason = 'command() waits for the reply';
  if (reason !== null)
    throw new RedisTestClusterError('INVALID_ARGUMENT', `${reason}; connect a client for that`);
}

function toBytes(argument: CommandArgument): ByteString {
  if (typeof argument === 'string') return Buffer.from(argument, 'utf8').toString('latin1');
  if (argument instanceof Uint8Array) return Buffer.from(argument).toString('latin1');
  if (typeof argument === 'number' || typeof argument === 'bigint') return String(argument);
  throw new RedisTestClusterError(
    'INVALID_ARGUMENT',
    `the arguments of command() are texts, numbers, bigints or bytes, got ${String(argument)}`,
  );
}
