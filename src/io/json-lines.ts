/** Messages as lines of JSON over a local socket: what a control server and its clients talk by. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { onListening } from './listening.js';

/** A line that is longer comes from nobody who speaks this protocol. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** One end of a connection. */
export class JsonLines {
  readonly #socket: Socket;
  #onMessage: (message: unknown) => void = () => undefined;
  #rest: string[] = [];
  #restLength = 0;
  readonly #decoder = new StringDecoder('utf8');

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
    // 'close' follows.
    socket.on('error', () => undefined);
  }

  /** @param onClosed the other end is gone; called once. */
  listen(onMessage: (message: unknown) => void, onClosed: () => void): void {
    this.#onMessage = onMessage;
    this.#socket.once('close', onClosed);
  }

  send(message: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** What was sent before still goes out. */
  close(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Whether an open connection keeps the process alive. */
  keepAlive(yes: boolean): void {
    if (yes) this.#socket.ref();
    else this.#socket.unref();
  }

  #read(chunk: Buffer): void {
    const lines = this.#decoder.write(chunk).split('\n');
    for (const [index, text] of lines.entries()) {
      this.#rest.push(text);
      this.#restLength += text.length;
      if (index < lines.length - 1) this.#endLine();
    }
    if (this.#restLength > LONGEST_LINE) this.destroy();
  }

  #endLine(): void {
    const line = this.#rest.join('');
    this.#rest = [];
    this.#restLength = 0;
    if (line.trim() === '' || this.#socket.destroyed) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      // A browser, for example, that was sent here: it gets nothing.
      this.destroy();
      return;
    }
    this.#onMessage(message);
  }
}

/** Accepts connections on this machine only. Keeps no process alive. */
export class JsonLinesServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(onConnection: (lines: JsonLines) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.unref();
      socket.once('close', () => this.#sockets.delete(socket));
      onConnection(new JsonLines(socket));
    });
    this.#server.unref();
  }

  /** @param port 0 = any that is free. @throws the system's error. */
  static async listen(
    host: string,
    port: number,
    onConnection: (lines: JsonLines) => void,
  ): Promise<JsonLinesServer> {
    const server = new JsonLinesServer(onConnection);
    await onListening(server.#server, { host, port });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections too. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** @throws the system's error when nobody listens there. */
export function connectJsonLines(host: string, port: number): Promise<JsonLines> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new JsonLines(socket));
    });
  });
}
