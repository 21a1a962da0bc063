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
  #session: ClientSession | null = null;
  #parser: RedisParser | null = null;
  #waiting: Waiting[] = [];

  constructor(process: NodeProcess, pump: RealTimePump) {
    this.#process = process;
    this.#pump = pump;
  }

  /** @returns the reply; rejects with COMMAND_FAILED and the server's text when it is an error. */
  run(args: readonly CommandArgument[]): Promise<CommandReply> {
    if (args.length === 0) {
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        "command() needs a command name, as in command('PING')",
      );
    }
    if (!this.#process.isRunning) {
      throw new RedisTestClusterError('STOPPED', `${this.#process.name} is not running; restart() it first`);
    }
    return new Promise((resolve, reject) => {
      this.#pump.input(() => {
        const session = this.#openSession();
        this.#waiting.push({ resolve, reject });
        const request = Buffer.from(encodeRequest(args.map(toBytes)), 'latin1');
        this.#process.deliver(() => session.receive(request));
      });
    });
  }

  #openSession(): ClientSession {
    if (this.#session !== null && !this.#session.closed) return this.#session;
    this.#parser = new RedisParser({
      returnReply: (reply: CommandReply) => this.#waiting.shift()?.resolve(reply),
      returnError: (error: Error) =>
        this.#waiting.shift()?.reject(new RedisTestClusterError('COMMAND_FAILED', error.message)),
      returnFatalError: (error: Error) => this.#failAll(error.message),
    });
    this.#session = this.#process.acceptClient({
      remoteAddress: '127.0.0.1:0',
      localAddress: this.#process.name,
      write: (bytes) => this.#parser?.execute(Buffer.from(bytes as string, 'latin1')),
      end: () => this.#onClosed(),
      destroy: () => this.#onClosed(),
    });
    return this.#session;
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

function toBytes(argument: CommandArgument): ByteString {
  if (typeof argument === 'string') return Buffer.from(argument, 'utf8').toString('latin1');
  if (argument instanceof Uint8Array) return Buffer.from(argument).toString('latin1');
  return String(argument);
}
