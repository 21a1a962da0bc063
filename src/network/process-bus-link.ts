/** A bus link of one process. What is sent leaves when the node has handled its input, as Redis writes its links only after its before-sleep work: a vote never overtakes its own record on disk. */
import type { BusLink } from '../cluster/bus-link.js';
import type { ClusterNode } from '../cluster/cluster-node.js';
import type { BusMessage } from '../cluster/message.js';
import type { IgnoredPacket } from '../cluster/receive.js';

/** Carries the messages of a link: an in-memory connection or a socket. */
export interface BusTransport {
  readonly peerIp: string;
  readonly localIp: string;
  readonly sendBufferBytes: number;
  send(message: BusMessage): void;
  /** Closes without a call of onClosed. */
  close(): void;
}

/** What a transport tells. Nothing after close(). */
export interface BusTransportHandlers {
  onConnected(): void;
  onMessage(message: BusMessage): void;
  /** A packet came that has to be ignored. */
  onDropped(packet: IgnoredPacket): void;
  onClosed(reason: string): void;
}

/** Length of the wire header: what the memory of a queued message is measured by. */
const HEADER_BYTES = 2256;
const GOSSIP_ENTRY_BYTES = 104;

export class ProcessBusLink implements BusLink {
  node: ClusterNode | null = null;
  readonly inbound: boolean;
  readonly createdAtMs: number;
  readonly #onQueued: (link: ProcessBusLink) => void;
  #transport: BusTransport | null = null;
  #queue: BusMessage[] = [];
  #closed = false;

  /** @param onQueued the link has messages to flush when the input in hand is done. */
  constructor(inbound: boolean, createdAtMs: number, onQueued: (link: ProcessBusLink) => void) {
    this.inbound = inbound;
    this.createdAtMs = createdAtMs;
    this.#onQueued = onQueued;
  }

  attach(transport: BusTransport): void {
    this.#transport = transport;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get peerIp(): string {
    return this.#transport?.peerIp ?? '';
  }

  get localIp(): string {
    return this.#transport?.localIp ?? '';
  }

  get sendBufferBytes(): number {
    let bytes = this.#transport?.sendBufferBytes ?? 0;
    for (const message of this.#queue) bytes += messageBytes(message);
    return bytes;
  }

  send(message: BusMessage): void {
    if (this.#closed) return;
    if (this.#queue.length === 0) this.#onQueued(this);
    this.#queue.push(message);
  }

  flush(): void {
    if (this.#closed) return;
    const messages = this.#queue;
    this.#queue = [];
    for (const message of messages) this.#transport?.send(message);
  }

  close(): void {
    if (this.#closed) return;
    this.markClosed();
    this.#transport?.close();
  }

  /** The other end closed. */
  markClosed(): void {
    this.#closed = true;
    this.#queue = [];
  }
}

/** About the bytes that the message takes on the wire. */
export function messageBytes(message: BusMessage): number {
  if ('gossip' in message) return HEADER_BYTES + GOSSIP_ENTRY_BYTES * message.gossip.length;
  if ('payload' in message) return HEADER_BYTES + message.payload.length;
  return HEADER_BYTES;
}
