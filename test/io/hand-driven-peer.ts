/** A cluster node driven by hand, for tests with a real redis-server: it answers pings and keeps every packet byte for byte. */
import { createServer, type Server, type Socket } from 'node:net';
import type { BusMessage, MessageHeader } from '../../src/cluster/message.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { SlotSet } from '../../src/cluster/slot-bitmap.js';
import { decodeMessage } from '../../src/cluster/wire/decode-message.js';
import { encodeMessage } from '../../src/cluster/wire/encode-message.js';
import type { BusVersion } from '../../src/cluster/wire/extensions-codec.js';
import { PacketReader } from '../../src/cluster/wire/packet-reader.js';

export interface Received {
  readonly packet: Buffer;
  readonly message: BusMessage;
}

export class HandDrivenPeer {
  readonly id: string;
  /** A replica has that of its master. */
  shardId: string;
  readonly busPort: number;
  readonly port = 7777;
  /** Everything that came in so far, in order. */
  readonly received: Received[] = [];
  /** What the peer tells of itself in the header of each message. */
  header: MessageHeader;
  readonly #server: Server;
  readonly #version: BusVersion;
  readonly #sockets = new Set<Socket>();
  #waiting: { matches: (message: BusMessage) => boolean; resolve: (message: BusMessage) => void }[] = [];

  private constructor(server: Server, digit: string, version: BusVersion) {
    this.#server = server;
    this.#version = version;
    this.id = digit.repeat(40);
    this.shardId = digit.repeat(40);
    this.busPort = (server.address() as { port: number }).port;
    this.header = {
      sender: this.id,
      currentEpoch: 0,
      configEpoch: 0,
      offset: 0,
      slots: SlotSet.EMPTY,
      replicaOf: null,
      ip: '',
      port: this.port,
      secondaryPort: 0,
      busPort: this.busPort,
      flags: NodeFlag.MASTER | NodeFlag.MYSELF,
      stateOk: false,
      paused: false,
      forceAck: false,
    };
    server.on('connection', (socket) => this.use(socket));
  }

  /** @param digit the hex digit its id is made of. */
  static listen(digit: string, version: BusVersion): Promise<HandDrivenPeer> {
    const server = createServer({ noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port: 0 }, () =>
        resolve(new HandDrivenPeer(server, digit, version)),
      );
    });
  }

  /** Takes a connection into service, accepted or opened. */
  use(socket: Socket): void {
    const reader = new PacketReader();
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk) => {
      reader.push(chunk);
      for (let packet = reader.next(); packet !== null; packet = reader.next())
        this.#onPacket(socket, packet);
      if (reader.broken) throw new Error('the server sent what is no bus packet');
    });
  }

  /** Sends a ping, pong or meet, or any message whose payload is given. */
  send(socket: Socket, payload: Partial<BusMessage> & Pick<BusMessage, 'type'>): void {
    const heartbeat = { gossip: [], extensions: { shardId: this.shardId } };
    socket.write(encodeMessage({ ...this.header, ...heartbeat, ...payload } as BusMessage, this.#version));
  }

  /** The next message to come that matches. */
  next(matches: (message: BusMessage) => boolean): Promise<BusMessage> {
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #onPacket(socket: Socket, bytes: Uint8Array): void {
    const packet = Buffer.from(bytes);
    const message = decodeMessage(packet);
    if ('dropped' in message) throw new Error(`dropped (${message.dropped}): ${packet.toString('hex')}`);
    this.received.push({ packet, message });
    if (message.type === 'ping' || message.type === 'meet') this.send(socket, { type: 'pong' });
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ matches }) => !matches(message));
    for (const { matches, resolve } of waiting) {
      if (matches(message)) resolve(message);
    }
  }
}
