/** The real ports of one node: found free, bound, closed when its process ends, bound again when it starts. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { BUS_PORT_OFFSET } from '../cluster/constants.js';
import { ClientListener } from '../io/client-listener.js';
import type { TcpConnector } from '../io/outside-connector.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { NodeProcess } from '../network/node-process.js';

const ATTEMPTS = 20;
const HIGHEST_PORT = 65535;

export class NodePorts {
  readonly host: string;
  readonly port: number;
  readonly busPort: number;
  readonly #client: ClientListener;
  readonly #connector: TcpConnector;
  /** Opening and closing, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isOpen = true;

  private constructor(
    host: string,
    port: number,
    busPort: number,
    client: ClientListener,
    connector: TcpConnector,
  ) {
    this.host = host;
    this.port = port;
    this.busPort = busPort;
    this.#client = client;
    this.#connector = connector;
  }

  /**
   * Binds a free client port and its bus port: port + 10000 where that is free, else any other.
   * @param wanted a fixed client port, or null for one that the system chooses.
   * @throws RedisTestClusterError PORT_IN_USE, START_FAILED.
   */
  static async open(
    pump: RealTimePump,
    connector: TcpConnector,
    host: string,
    wanted: number | null,
  ): Promise<NodePorts> {
    for (let attempt = 1; ; attempt++) {
      const client = new ClientListener(pump);
      let port = wanted ?? 0;
      try {
        port = await client.listen(host, port);
        const busPort = await openBusPort(connector, host, port);
        return new NodePorts(host, port, busPort, client, connector);
      } catch (error) {
        await client.close();
        if (wanted !== null || attempt === ATTEMPTS || !isTaken(error)) throw portError(host, port, error);
      }
    }
  }

  attach(process: NodeProcess): void {
    this.#client.process = process;
    this.#connector.attach(this.host, this.busPort, process);
  }

  /** Sockets of clients that are connected now. */
  get connectionCount(): number {
    return this.#client.connectionCount;
  }

  /** Refuses connections and breaks the open ones. */
  close(): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      await Promise.all([this.#client.close(), this.#connector.closeBus(this.host, this.busPort)]);
    });
  }

  /** Listens again on the same ports. @throws RedisTestClusterError PORT_IN_USE when another process took one meanwhile. */
  reopen(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#isOpen) return;
      try {
        await this.#client.listen(this.host, this.port);
        await this.#connector.listen(this.host, this.busPort);
        this.#isOpen = true;
      } catch (error) {
        await this.#client.close();
        throw portError(this.host, this.port, error);
      }
    });
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

async function openBusPort(connector: TcpConnector, host: string, port: number): Promise<number> {
  const usual = port + BUS_PORT_OFFSET;
  if (usual <= HIGHEST_PORT) {
    try {
      return await connector.listen(host, usual);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  return connector.listen(host, 0);
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
