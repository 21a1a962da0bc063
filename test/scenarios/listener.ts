/** A client without a socket that keeps all that it gets: what subscribers hear. */
import RedisParser from 'redis-parser';
import type { Cluster, CommandReply, TestNode } from '../../src/index.js';
import type { ClientSession } from '../../src/node/client-session.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';

export class Listener {
  /** What came since the last `take`; errors by their texts. */
  heard: CommandReply[] = [];
  isClosed = false;
  readonly #cluster: Cluster;
  readonly #node: TestNode;
  readonly #session: ClientSession;

  constructor(cluster: Cluster, node: TestNode) {
    this.#cluster = cluster;
    this.#node = node;
    const parser = new RedisParser({
      returnReply: (reply: CommandReply) => void this.heard.push(reply),
      returnError: (error: Error) => void this.heard.push(error.message),
    });
    const onClosed = (): void => {
      this.isClosed = true;
    };
    this.#session = node.process.acceptClient({
      remoteAddress: '127.0.0.1:0',
      localAddress: node.name,
      write: (bytes) => parser.execute(Buffer.from(bytes as string, 'latin1')),
      end: onClosed,
      destroy: onClosed,
    });
  }

  send(...argv: readonly string[]): this {
    const request = Buffer.from(encodeRequest(argv), 'latin1');
    this.#cluster.pump.input(() => this.#node.process.deliver(() => this.#session.receive(request)));
    return this;
  }

  /** What came so far, which is forgotten. */
  take(): CommandReply[] {
    const { heard } = this;
    this.heard = [];
    return heard;
  }
}
