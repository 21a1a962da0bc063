/** Lets ioredis reach the nodes without sockets, by its `Connector` option. */
import type { Duplex } from 'node:stream';
import type { TestNode } from './test-node.js';

/** What ioredis makes for each of its connections. */
export interface MemoryConnector {
  connect(): Promise<Duplex>;
  disconnect(): void;
  check(info: unknown): boolean;
}

/** @param nodeAt finds the node that a client means; it may throw. */
export function memoryConnector(
  nodeAt: (port: number) => TestNode,
): new (options: {
  readonly port?: number;
}) => MemoryConnector {
  return class implements MemoryConnector {
    /** Read by ioredis, as that of its own connectors. */
    connecting = false;
    readonly #port: number;
    #stream: Duplex | null = null;

    constructor(options: { readonly port?: number }) {
      this.#port = Number(options.port);
    }

    connect(): Promise<Duplex> {
      this.connecting = true;
      try {
        this.#stream = nodeAt(this.#port).createConnection();
        return Promise.resolve(this.#stream);
      } catch (error) {
        return Promise.reject(error);
      }
    }

    disconnect(): void {
      this.connecting = false;
      this.#stream?.end();
    }

    check(): boolean {
      return true;
    }
  };
}
