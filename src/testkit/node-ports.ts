/** The real ports of one node: found free, bound, closed when its process ends, bound again when it starts. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { BUS_PORT_OFFSET } from '../cluster/constants.js';
import { ClientListener } from '../io/client-listener.js';
import { startRealTimer } from '../io/natives.js';
import type { TcpConnector } from '../io/outside-connector.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { TlsSettings } from '../io/tls-settings.js';
import type { NodeProcess } from '../network/node-process.js';
import { choosePort, giveBackPort } from './port-range.js';

const ATTEMPTS = 50;
const HIGHEST_PORT = 65535;

/** Whoever looks for a free port holds it for a moment: a node that comes back is patient for a second. */
const REOPEN_ATTEMPTS = 40;
const REOPEN_DELAY_MS = 25;

export class NodePorts {
  readonly host: string;
  readonly port: number;
  readonly busPort: number;
  readonly #client: ClientListener;
  readonly #connector: TcpConnector;
  readonly #tls: TlsSettings | null;
  /** Opening and closing, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isOpen = true;
  #admits = true;
  /** False: an address in memory only, which nothing listens on. */
  readonly #hasSockets: boolean;

  private constructor(
    host: string,
    port: number,
    busPort: number,
    client: ClientListener,
    connector: TcpConnector,
    tls: TlsSettings | null,
    hasSockets = true,
  ) {
    this.host = host;
    this.port = port;
    this.busPort = busPort;
    this.#client = client;
    this.#connector = connector;
    this.#tls = tls;
    this.#hasSockets = hasSockets;
  }

  /** An address without sockets: for nodes that nobody but this process talks to. */
  static inMemory(pump: RealTimePump, connector: TcpConnector, host: string, port: number): NodePorts {
    return new NodePorts(
      host,
      port,
      port + BUS_PORT_OFFSET,
      new ClientListener(pump),
      connector,
      null,
      false,
    );
  }

  /**
   * Binds a free client port and its bus port: port + 10000 where that is free, else any other.
   * @param wanted a fixed client port, or null for any that is free.
   * @param tls null = without TLS.
   * @throws RedisTestClusterError PORT_IN_USE, START_FAILED.
   */
  static async open(
    pump: RealTimePump,
    connector: TcpConnector,
    host: string,
    wanted: number | null,
    tls: TlsSettings | null,
  ): Promise<NodePorts> {
    for (let attempt = 1; ; attempt++) {
      const client = new ClientListener(pump);
      const port = wanted ?? (await choosePort(attempt));
      try {
        await client.listen(host, port, tls);
        const listenBus = (choice: number): Promise<number> => connector.listen(host, choice, tls !== null);
        const busPort = await openBusPort(listenBus, port, wanted !== null);
        return new NodePorts(host, port, busPort, client, connector, tls);
      } catch (error) {
        await client.close();
        if (wanted === null) await giveBackPort(port);
        if (wanted !== null || attempt === ATTEMPTS || !isTaken(error)) throw portError(host, port, error);
      }
    }
  }

  /** They speak TLS. */
  get isSecure(): boolean {
    return this.#tls !== null;
  }

  attach(process: NodeProcess): void {
    this.#client.process = process;
    this.#connector.attach(this.host, this.busPort, process);
  }

  /** Sockets of clients that are connected now. */
  get connectionCount(): number {
    return this.#client.connectionCount;
  }

  /** Nobody can connect any more; open connections stay. */
  refuseClients(): void {
    this.#admits = false;
    this.#client.refuse();
  }

  /** Its port is open. */
  get admitsClients(): boolean {
    return this.#isOpen && this.#admits;
  }

  /** The end of refuseClients(). */
  admitClients(): Promise<void> {
    this.#admits = true;
    return this.#enqueue(async () => {
      if (!this.#isOpen || !this.#hasSockets) return;
      await this.#client.listen(this.host, this.port, this.#tls);
    });
  }

  /** Refuses connections and breaks the open ones. */
  close(): Promise<void> {
    if (!this.#hasSockets) return this.#work;
    return this.#enqueue(async () => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      await Promise.all([this.#client.close(), this.#connector.closeBus(this.host, this.busPort)]);
    });
  }

  /** Closes them, and leaves them to others. */
  async giveBack(): Promise<void> {
    await this.close();
    await giveBackPort(this.port);
  }

  /** Listens again on the same ports. @throws RedisTestClusterError PORT_IN_USE when another process took one meanwhile. */
  reopen(): Promise<void> {
    if (!this.#hasSockets) return this.#work;
    return this.#enqueue(async () => {
      if (this.#isOpen) return;
      for (let attempt = 1; !this.#isOpen; attempt++) {
        try {
          await this.#client.listen(this.host, this.port, this.#tls);
          await this.#connector.listen(this.host, this.busPort, this.#tls !== null);
          this.#isOpen = true;
        } catch (error) {
          await this.#client.close();
          if (attempt === REOPEN_ATTEMPTS || !isTaken(error)) throw portError(this.host, this.port, error);
          await realDelay(REOPEN_DELAY_MS);
        }
      }
    });
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

function realDelay(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    startRealTimer(delayMs, resolve);
  });
}

/** @param orAny where port + 10000 is not to be had, any other will do. */
async function openBusPort(
  listen: (port: number) => Promise<number>,
  port: number,
  orAny: boolean,
): Promise<number> {
  const usual = port + BUS_PORT_OFFSET;
  if (usual <= HIGHEST_PORT) {
    try {
      return await listen(usual);
    } catch (error) {
      if (!orAny || !isTaken(error)) throw error;
    }
  }
  return listen(0);
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function portError(host: string, port: number, cause: unknown): RedisTestClusterError {
  if (isTaken(cause)) {
    return new RedisTestClusterError(
      'PORT_IN_USE',
      `${host}:${port} (or its bus port) is in use by another process; leave the option port out to get free ports`,
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RedisTestClusterError('START_FAILED', `cannot listen on ${host}:${port}: ${reason}`, { cause });
}
