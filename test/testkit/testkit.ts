/** What the tests of the testkit share. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type Cluster, type ClusterOptions, type ErrorCode, startCluster } from '../../src/index.js';

/** Virtual time at which these clusters are ready. */
export const START_TIME = Date.UTC(2030, 0, 1);

/** A cluster whose time stands still until the test moves it; it ends with the test. */
export async function startStill(options: ClusterOptions = {}): Promise<Cluster> {
  return await startFor({ clock: 'manual', seed: 1, startTime: START_TIME, ...options });
}

/** A cluster that ends with the test. */
export async function startFor(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** What `rejects.toMatchObject` and the like take for an error of the library. */
export function failure(code: ErrorCode, words?: string | RegExp): object {
  return {
    name: 'RedisTestClusterError',
    code,
    ...(words === undefined
      ? {}
      : {
          message: typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words),
        }),
  };
}

/** Takes a port of this machine until the test ends. @param port 0 = any. */
export async function takePort(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, resolve);
  });
  onTestFinished(() => closeServer(server));
  return (server.address() as AddressInfo).port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** True when somebody listens there. */
export function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A port such that nobody listens on `count` ports from there on, nor on their bus ports; as real servers choose them. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 18_000 + Math.floor(Math.random() * 1990);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const taken = await Promise.all(ports.flatMap((port) => [isListening(port), isListening(port + 10_000)]));
    if (!taken.includes(true)) return first;
  }
}

/** A connected socket that ends with the test. */
export function openSocket(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host, noDelay: true });
  onTestFinished(() => {
    socket.destroy();
  });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Resolves when the socket is closed, whatever the reason. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    // A socket that nobody reads from does not see its end.
    socket.resume();
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** The text that comes next, `length` chars of it. */
export function read(socket: Socket, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (text.length < length) return;
      socket.off('data', onData);
      socket.off('close', onClose);
      resolve(text);
    };
    const onClose = (): void => reject(new Error(`the connection closed after ${JSON.stringify(text)}`));
    socket.on('data', onData);
    socket.once('close', onClose);
  });
}
