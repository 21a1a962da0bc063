/** A link of the cluster bus over TCP ("The cluster bus" of the Redis Cluster specification): messages in and out of one socket. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { BusLink } from '../cluster/bus-link.js';
import type { ClusterNode } from '../cluster/cluster-node.js';
import type { BusMessage } from '../cluster/message.js';
import { SlotSet } from '../cluster/slot-bitmap.js';
import { type DroppedPacket, decodeMessage } from '../cluster/wire/decode-message.js';
import { encodeMessage } from '../cluster/wire/encode-message.js';
import type { BusVersion } from '../cluster/wire/extensions-codec.js';
import { PacketReader } from '../cluster/wire/packet-reader.js';
import type { TlsSettings } from './tls-settings.js';

/** Why a link ended without having been closed on this side. */
export interface LinkClosure {
  /** 'bad-packet': what came in is no bus traffic, which Redis logs as a warning; the text is its line. */
  readonly kind: 'connect-failed' | 'ended' | 'io-error' | 'bad-packet';
  readonly text: string;
}

/** What a link tells its owner. Nothing is told any more after the owner closed the link. */
export interface BusTcpHandlers {
  /** The connection is up: an outgoing one was established, an incoming one accepted. */
  onConnected(link: BusTcpLink): void;
  onMessage(link: BusTcpLink, message: BusMessage): void;
  /** A packet came that has to be ignored. */
  onDropped(link: BusTcpLink, packet: DroppedPacket): void;
  /** The link is gone, and with it what it had queued. Called once. */
  onClosed(link: BusTcpLink, closure: LinkClosure): void;
}

export interface BusTcpOptions {
  readonly handlers: BusTcpHandlers;
  /** The clock of the node, Unix milliseconds; stamps the links. */
  readonly nowMs: () => number;
  /** The form of the messages sent; '7.2' unless told. */
  readonly version?: BusVersion;
  /** Without it the bus goes unencrypted. */
  readonly tls?: TlsSettings;
}

export class BusTcpLink implements BusLink {
  node: ClusterNode | null = null;
  readonly inbound: boolean;
  readonly createdAtMs: number;
  #peerIp: string;
  #localIp: string;
  readonly #socket: Socket;
  readonly #options: BusTcpOptions;
  readonly #reader = new PacketReader();
  #connected = false;
  #closed = false;
  #error: Error | null = null;
  /** Slots of the last message; most messages repeat them. */
  #lastSlots = SlotSet.EMPTY;

  /** @param socket accepted already, or connecting to `peerIp`. */
  constructor(socket: Socket, options: BusTcpOptions, peerIp: string | null, localIp: string) {
    this.#socket = socket;
    this.#options = options;
    this.inbound = peerIp === null;
    this.createdAtMs = options.nowMs();
    this.#peerIp = peerIp ?? '';
    this.#localIp = localIp;
    socket.unref();
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('end', () => this.#fail('ended', 'connection closed'));
    socket.on('close', () => this.#onSocketClosed());
    if (this.inbound) this.#onConnected();
    else socket.on(options.tls === undefined ? 'connect' : 'secureConnect', () => this.#onConnected());
  }

  get peerIp(): string {
    return this.#peerIp;
  }

  get localIp(): string {
    return this.#localIp;
  }

  get sendBufferBytes(): number {
    return this.#closed ? 0 : this.#socket.writableLength;
  }

  send(message: BusMessage): void {
    if (!this.#closed) this.#socket.write(encoded(message, this.#options.version ?? '7.2'));
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  /** Runs once the socket is gone, whoever closed it. */
  whenGone(run: () => void): void {
    this.#socket.once('close', run);
  }

  #onConnected(): void {
    if (this.#closed) return;
    this.#connected = true;
    this.#peerIp = plainIp(this.#socket.remoteAddress) ?? this.#peerIp;
    this.#localIp = plainIp(this.#socket.localAddress) ?? this.#localIp;
    this.#options.handlers.onConnected(this);
  }

  #onData(chunk: Buffer): void {
    this.#reader.push(chunk);
    // A handler may close the link; what else the peer sent is lost then, as in Redis.
    while (!this.#closed) {
      const packet = this.#reader.next();
      if (packet === null) break;
      this.#onPacket(packet);
    }
    if (!this.#reader.broken) return;
    const from = `${this.#peerIp}:${this.#socket.remotePort}`;
    this.#fail('bad-packet', `Bad message length or signature received on the Cluster bus from ${from}`);
  }

  #onPacket(packet: Uint8Array): void {
    const message = decodeMessage(packet, this.#lastSlots);
    if ('dropped' in message) {
      this.#options.handlers.onDropped(this, message);
      return;
    }
    this.#lastSlots = message.slots;
    this.#options.handlers.onMessage(this, message);
  }

  #onSocketClosed(): void {
    const text = this.#error?.message ?? 'connection closed';
    if (!this.#connected) this.#fail('connect-failed', text);
    else this.#fail(this.#error === null ? 'ended' : 'io-error', text);
  }

  #fail(kind: LinkClosure['kind'], text: string): void {
    if (this.#closed) return;
    this.close();
    this.#options.handlers.onClosed(this, { kind, text });
  }
}

/**
 * Starts to connect to the bus port of another node.
 * @param localIp the address this node listens on: peers take the address they see for ours. '' = let the system choose.
 * @returns null when the address cannot be used at all.
 */
export function connectBusLink(
  ip: string,
  busPort: number,
  localIp: string,
  options: BusTcpOptions,
): BusTcpLink | null {
  // Node takes an empty host for localhost.
  if (ip === '') return null;
  const bound = canReach(localIp, ip) ? { localAddress: localIp } : {};
  try {
    const target = { host: ip, port: busPort, noDelay: true, ...bound };
    const socket =
      options.tls === undefined ? connect(target) : connectTls({ ...target, ...options.tls.client });
    return new BusTcpLink(socket, options, ip, localIp);
  } catch {
    // Thrown at once for ports out of range only.
    return null;
  }
}

/** False for wildcard addresses and for addresses of the other family, which a connecting socket cannot be bound to. */
function canReach(localIp: string, ip: string): boolean {
  const family = isIP(localIp);
  if (family === 0 || localIp === '0.0.0.0' || localIp === '::') return false;
  return isIP(ip) === 0 || isIP(ip) === family;
}

/** An IPv4 address as such, also when the listener is one for both families. */
function plainIp(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

const broadcasts = {
  '7.0': new WeakMap<BusMessage, Uint8Array>(),
  '7.2': new WeakMap<BusMessage, Uint8Array>(),
};

/** The bytes of a message. One that goes to many nodes, such as a large PUBLISH, is encoded and kept in memory once. */
function encoded(message: BusMessage, version: BusVersion): Uint8Array {
  const { type } = message;
  if (type === 'ping' || type === 'pong' || type === 'meet') return encodeMessage(message, version);
  let bytes = broadcasts[version].get(message);
  if (bytes === undefined) {
    bytes = encodeMessage(message, version);
    broadcasts[version].set(message, bytes);
  }
  return bytes;
}
