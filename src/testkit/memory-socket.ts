/** A client's connection to a node without a socket: a Duplex stream that behaves like one of node:net, with no bytes that leave the process. */
import { Duplex } from 'node:stream';
import { nextLoopTurn } from '../io/natives.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import { ClientLink } from '../network/client-link.js';
import type { ByteString } from '../resp/byte-string.js';
import type { TestNode } from './test-node.js';

/** Where the connections of this process seem to come from. */
const CLIENT_IP = '127.0.0.1';

export class MemorySocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress = CLIENT_IP;
  readonly localPort: number;
  readonly remoteFamily = 'IPv4';
  connecting = true;
  readonly #pump: RealTimePump;
  readonly #node: TestNode;
  #link: ClientLink | null = null;
  #toldEnd = false;

  /** It is connected in a later turn, as a socket: 'connect', or 'error' with ECONNREFUSED. */
  constructor(pump: RealTimePump, node: TestNode) {
    super({ allowHalfOpen: false });
    this.#pump = pump;
    this.#node = node;
    this.remoteAddress = node.host;
    this.remotePort = node.port;
    this.localPort = node.process.network.nextEphemeralPort();
    // As late as a socket: who asked for it has to be able to listen.
    void nextLoopTurn().then(() => this.#connect());
  }

  // What clients call on a socket; there is nothing to set on this one.

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // What the node sends is pushed when it comes.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.connecting) {
      this.once('connect', () => this._write(chunk, _encoding, done));
      return;
    }
    this.#pump.input(() => this.#link?.receive(chunk));
    done();
  }

  override _final(done: (error?: Error) => void): void {
    this.#tellEnd();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.connecting = false;
    this.#tellEnd();
    done(error);
  }

  #connect(): void {
    if (this.destroyed) return;
    if (!this.#node.isRunning || !this.#node.ports.admitsClients) {
      this.destroy(systemError('ECONNREFUSED', `connect ECONNREFUSED ${this.#node.name}`));
      return;
    }
    this.connecting = false;
    this.#pump.input(() => {
      this.#link = ClientLink.accept(this.#node.process, {
        remoteAddress: `${this.localAddress}:${this.localPort}`,
        localAddress: this.#node.name,
        pendingBytes: 0,
        write: (bytes) => this.#receive(bytes),
        end: () => this.#closedByNode(),
        destroy: () => this.#closedByNode(),
        reset: () => this.destroy(systemError('ECONNRESET', 'read ECONNRESET')),
      });
    });
    if (this.destroyed) return;
    this.emit('connect');
    this.emit('ready');
  }

  #receive(bytes: ByteString | Uint8Array): void {
    this.#pump.traffic++;
    if (!this.destroyed) this.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** What was sent before can still be read. */
  #closedByNode(): void {
    this.#pump.traffic++;
    this.#toldEnd = true;
    if (this.destroyed) return;
    this.push(null);
    this.end();
  }

  #tellEnd(): void {
    if (this.#toldEnd) return;
    this.#toldEnd = true;
    this.#pump.input(() => this.#link?.onClosed());
  }
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
