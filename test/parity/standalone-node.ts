/** One node of ours outside of cluster mode, on a real port and in real time, as a peer for real servers. */
import type { ConfigValue } from '../../src/config/config.js';
import { ClientListener } from '../../src/io/client-listener.js';
import { scriptingHostOf } from '../../src/io/lua-interpreter.js';
import { TcpConnector } from '../../src/io/outside-connector.js';
import { RealTimePump } from '../../src/io/real-time-pump.js';
import { MemoryStorage } from '../../src/network/memory-storage.js';
import { Network } from '../../src/network/network.js';
import { NodeProcess } from '../../src/network/node-process.js';
import type { Node } from '../../src/node/node.js';
import { Random } from '../../src/time/random.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { RealConnection } from '../support/real-redis.js';

const HOST = '127.0.0.1';
/** Above the ports of the nodes and servers of other test files, below those of outgoing connections. */
const FIRST_PORT = 30_000;
const PORT_CHOICES = 2700;

export interface StandaloneNode {
  readonly port: number;
  readonly node: Node;
  readonly logs: string[];
  connect(): Promise<RealConnection>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startStandaloneNode(
  version: '7.0' | '7.2',
  config: Readonly<Record<string, ConfigValue>> = {},
  storage = new MemoryStorage(),
): Promise<StandaloneNode> {
  const pump = new RealTimePump(new VirtualClock(Date.now()), 'flowing');
  const network = new Network(pump.clock);
  const listener = new ClientListener(pump);
  const port = await listenSomewhere(listener);
  const logs: string[] = [];
  const process = new NodeProcess(
    network,
    new Random(port),
    {
      name: 'standalone',
      ip: HOST,
      port,
      busPort: port + 10_000,
      version,
      config: { port, 'cluster-enabled': 'no', ...config },
      storage,
      scripting: scriptingHostOf(pump),
    },
    { onEvent: () => {}, onLog: (_process, level, text) => void logs.push(`${level}: ${text}`) },
  );
  const connector = new TcpConnector(pump, version, false);
  process.outside = connector;
  connector.attach(HOST, port + 10_000, process);
  listener.process = process;
  pump.input(() => process.start());
  const connections: RealConnection[] = [];
  return {
    port,
    logs,
    get node() {
      return process.node;
    },
    async connect() {
      const connection = await RealConnection.open(port);
      connections.push(connection);
      return connection;
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.close();
      process.kill();
      await connector.closeStreams();
      await listener.close();
      pump.stop();
    },
  };
}

async function listenSomewhere(listener: ClientListener): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_CHOICES);
    try {
      await listener.listen(HOST, port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
