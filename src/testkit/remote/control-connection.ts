/** A connection to the process that has a cluster: calls by name, answers as promises. */
import { type ErrorCode, RedisTestClusterError } from '../../../fixtures/error.js';
import { connectJsonLines, type JsonLines } from '../../io/json-lines.js';
import { nextLoopTurn } from '../../io/natives.js';
import { ADDRESS_FORM } from '../control/control-server.js';
import {
  type Answer,
  type ClusterStateMessage,
  PROTOCOL_VERSION,
  type Welcome,
} from '../control/protocol.js';

interface Waiting {
  /** As the caller knows it. */
  readonly call: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class ControlConnection {
  readonly #lines: JsonLines;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onState: (state: ClusterStateMessage) => void;
  #lastId = 0;
  #isOpen = true;
  /** Closed from this side. */
  #isEnded = false;
  readonly closed: Promise<void>;

  private constructor(lines: JsonLines, onState: (state: ClusterStateMessage) => void) {
    this.#lines = lines;
    this.#onState = onState;
    this.closed = new Promise((resolve) => {
      lines.listen(
        (message) => this.#onMessage(message as Answer & { ping?: number }),
        () => {
          this.#onClosed();
          resolve();
        },
      );
    });
    lines.keepAlive(false);
  }

  /**
   * @param name of who connects, for others who wait for it.
   * @param onState is told of the nodes before the answer that the news came with.
   * @throws RedisTestClusterError INVALID_ARGUMENT, CONNECTION_LOST, PROTOCOL_ERROR
   */
  static async open(
    address: string,
    name: string,
    onState: (state: ClusterStateMessage) => void,
  ): Promise<{ connection: ControlConnection; welcome: Welcome }> {
    const { host, port } = parseAddress(address);
    let lines: JsonLines;
    try {
      lines = await connectJsonLines(host, port);
    } catch (error) {
      throw nobodyThere(address, error);
    }
    const connection = new ControlConnection(lines, onState);
    try {
      const welcome = (await connection.call('hello', { version: PROTOCOL_VERSION, name })) as Welcome;
      return { connection, welcome };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** @param params as they go over the wire. @returns the result as it came. */
  call(method: string, params: object): Promise<unknown> {
    if (!this.#isOpen) return Promise.reject(this.#lost(method));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { call: method, resolve, reject });
      this.#lines.keepAlive(true);
      this.#lines.send({ id, method, params });
    });
  }

  close(): void {
    this.#isEnded = true;
    this.#lines.close();
  }

  #onMessage(message: Answer & { readonly ping?: number }): void {
    if (message.ping !== undefined) {
      // What came for other sockets until now is read in this turn, and answered by clients that do so at once.
      void nextLoopTurn().then(() => this.#lines.send({ pong: message.ping }));
      return;
    }
    const { id, result, error, state } = message;
    if (state !== undefined) this.#onState(state);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#lines.keepAlive(false);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new RedisTestClusterError(error.code as ErrorCode, error.message));
  }

  #onClosed(): void {
    this.#isOpen = false;
    for (const { call, reject } of this.#waiting.values()) reject(this.#lost(call));
    this.#waiting.clear();
  }

  #lost(call: string): RedisTestClusterError {
    return this.#isEnded
      ? new RedisTestClusterError('STOPPED', `${call}: this connection was closed; connectCluster() again`)
      : new RedisTestClusterError(
          'CONNECTION_LOST',
          `${call}: the process that has the cluster is gone, or it stopped the cluster`,
        );
  }
}

function parseAddress(address: unknown): { host: string; port: number } {
  const match =
    typeof address === 'string' ? /^(?:redis-test-cluster:\/\/)?([^/:]+):(\d+)$/.exec(address) : null;
  if (match === null)
    throw new RedisTestClusterError(
      'INVALID_ARGUMENT',
      `connectCluster() takes the address that shareCluster() gave, such as '${ADDRESS_FORM}127.0.0.1:41234', got ${typeof address === 'string' ? `'${address}'` : String(address)}`,
    );
  return { host: match[1] as string, port: Number(match[2]) };
}

function nobodyThere(address: string, cause: unknown): RedisTestClusterError {
  const message = `connectCluster(): there is no cluster at ${address}: ${(cause as Error).message}`;
  return new RedisTestClusterError('CONNECTION_LOST', message, { cause });
}
