/** The listener of a node's clients, on TCP or a unix socket: accepted sockets become sessions of the node's process. */
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { ClientLink } from '../network/client-link.js';
import type { NodeProcess } from '../network/node-process.js';
import type { ByteString } from '../resp/byte-string.js';
import { onListening } from './listening.js';
import { isSetImmediateFaked, startRealTimer } from './natives.js';
import type { RealTimePump } from './real-time-pump.js';
import type { TlsSettings } from './tls-settings.js';

export class ClientListener {
  /** Whose clients these are; connections before it is set are refused. */
  process: NodeProcess | null = null;
  readonly #pump: RealTimePump;
  readonly #refusalOf: (socket: Socket) => string | null;
  /** Of a unix socket. */
  #path = '';
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  /** @param refusalOf what a client is told that is not served at all; null: it is. */
  constructor(pump: RealTimePump, refusalOf: (socket: Socket) => string | null = () => null) {
    this.#pump = pump;
    this.#refusalOf = refusalOf;
  }

  /**
   * Starts listening. Rejects with the system's error (EADDRINUSE...). The listener does not keep the process alive.
   * @param port 0 = any free one.
   * @param tls null = without TLS.
   * @returns the port.
   */
  listen(host: string, port: number, tls: TlsSettings | null = null): Promise<number> {
    return this.listenOn({ host, port }, tls);
  }

  /**
   * As listen().
   * @param options a host and a port, or the path of a unix socket, which has the port 0.
   */
  async listenOn(options: ListenOptions, tls: TlsSettings | null = null): Promise<number> {
    const server = tls === null ? this.#plainServer() : this.#tlsServer(tls);
    server.unref();
    await onListening(server, { backlog: 511, ...options });
    this.#server = server;
    this.#path = options.path ?? '';
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Stops listening and keeps the open connections. */
  refuse(): void {
    this.#server?.close();
    this.#server = null;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Refuses new connections and breaks the open ones. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    if (server === null) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }

  #plainServer(): Server {
    return createServer({ noDelay: true, pauseOnConnect: false }, (socket) => {
      this.#track(socket);
      this.#accept(socket, false);
    });
  }

  #tlsServer(tls: TlsSettings): Server {
    const server = createTlsServer({ ...tls.server, noDelay: true }, (socket: TLSSocket) => {
      if (tls.isWelcome(socket)) this.#accept(socket, true);
      else socket.destroy();
    });
    // Also those that never get through the handshake.
    return server.on('connection', (socket) => this.#track(socket)).on('tlsClientError', () => undefined);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // A client that waits for an answer keeps its own side alive; ours must not keep the process.
    socket.unref();
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket, tls: boolean): void {
    const { process } = this;
    if (process === null || !process.isRunning) {
      socket.destroy();
      return;
    }
    const refusal = this.#refusalOf(socket);
    if (refusal !== null) {
      socket.end(refusal);
      return;
    }
    const keepAliveS = process.node.config.values['tcp-keepalive'];
    if (keepAliveS > 0) socket.setKeepAlive(true, keepAliveS * 1000);
    if (isSetImmediateFaked()) warnOfSilence(socket);
    let link: ClientLink | null = null;
    this.#pump.input(() => {
      link = ClientLink.accept(process, {
        remoteAddress:
          this.#path === '' ? addressOf(socket.remoteAddress, socket.remotePort) : `${this.#path}:0`,
        localAddress:
          this.#path === '' ? addressOf(socket.localAddress, socket.localPort) : `${this.#path}:0`,
        tls,
        get pendingBytes() {
          return socket.writableLength;
        },
        write: (bytes) => this.#write(socket, bytes),
        end: () => {
          this.#pump.traffic++;
          // Both directions, as close() does it: a client that goes on sending has to notice.
          socket.destroySoon();
        },
        destroy: () => {
          this.#pump.traffic++;
          socket.destroy();
        },
        reset: () => {
          this.#pump.traffic++;
          // A socket of TLS has no handle that could be told to.
          if (tls) socket.destroy();
          else socket.resetAndDestroy();
        },
      });
    });
    socket.on('data', (chunk: Buffer) => {
      this.#pump.input(() => link?.receive(chunk));
    });
    // The client is gone whatever the reason; 'close' follows and ends the session.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#pump.input(() => link?.onClosed());
    });
  }

  #write(socket: Socket, bytes: ByteString | Uint8Array): void {
    this.#pump.traffic++;
    if (socket.destroyed || socket.writableEnded) return;
    if (typeof bytes === 'string') socket.write(bytes, 'latin1');
    else socket.write(bytes);
  }
}

/** As CLIENT LIST shows it (anetFormatAddr of anet.c). */
function addressOf(ip = '', port = 0): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Real time after which a client that sends nothing is taken for one that cannot. */
const SILENCE_MS = 250;
let warned = false;

function warnOfSilence(socket: Socket): void {
  if (warned) return;
  const timer = startRealTimer(SILENCE_MS, () => {
    if (warned || socket.destroyed || socket.bytesRead > 0 || !isSetImmediateFaked()) return;
    warned = true;
    process.emitWarning(
      "a client connected and sends nothing while setImmediate is faked; node-redis, for one, sends by it. Leave it real: vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }), or advance the cluster with { timers: vi }",
      'RedisTestClusterWarning',
    );
  });
  socket.once('close', () => timer.cancel());
}
