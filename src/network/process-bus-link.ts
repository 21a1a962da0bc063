/** A bus link of one process. What is sent leaves when the node has handled its input, as Redis writes its links only after its before-sleep work: a vote never overtakes its own record on disk. */
import type { ClusterBrain } from '../cluster/brain.js';
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

/** What a link needs of the process it belongs to. */
export interface LinkOwner {
  /** Null once the life of the process that the link was made in is over. */
  readonly brain: ClusterBrain | null;
  /** The message as the process gets it; null = not at all. */
  hear(message: BusMessage): BusMessage | null;
  /** The link has messages to flush when the input in hand is done. */
  onQueued(link: ProcessBusLink): void;
  /** Handles an input now, or when the process wakes. */
  deliver(input: () => void): void;
}

export class ProcessBusLink implements BusLink, BusTransportHandlers {
  node: ClusterNode | null = null;
  readonly inbound: boolean;
  readonly createdAtMs: number;
  readonly #owner: LinkOwner;
  #transport: BusTransport | null = null;
  #queue: BusMessage[] | null = null;
  #closed = false;

  constructor(owner: LinkOwner, inbound: boolean, createdAtMs: number) {
    this.#owner = owner;
    this.inbound = inbound;
    this.createdAtMs = createdAtMs;
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
    for (const message of this.#queue ?? []) bytes += messageBytes(message);
    return bytes;
  }

  send(message: BusMessage): void {
    if (this.#closed) return;
    if (this.#queue === null) {
      this.#queue = [message];
      this.#owner.onQueued(this);
    } else {
      this.#queue.push(message);
    }
  }

  flush(): void {
    const messages = this.#queue;
    if (this.#closed || messages === null) return;
    this.#queue = null;
    for (const message of messages) this.#transport?.send(message);
  }

  close(): void {
    if (this.#closed) return;
    this.#end();
    this.#transport?.close();
  }

  // What the transport tells

  onConnected(): void {
    this.#input((brain) => brain.onLinkConnected(this));
  }

  onMessage(message: BusMessage): void {
    this.#input((brain) => {
      const heard = this.#owner.hear(message);
      if (heard !== null) brain.onMessage(this, heard);
    });
  }

  onDropped(packet: IgnoredPacket): void {
    this.#input((brain) => brain.onDroppedPacket(this, packet));
  }

  onClosed(): void {
    this.#input((brain) => {
      this.#end();
      brain.onLinkClosed(this);
    });
  }

  #input(run: (brain: ClusterBrain) => void): void {
    const owner = this.#owner;
    if (owner.brain === null) return;
    owner.deliver(() => {
      if (!this.#closed && owner.brain !== null) run(owner.brain);
    });
  }

  #end(): void {
    this.#closed = true;
    this.#queue = null;
  }
}

/** About the bytes that the message takes on the wire. */
export function messageBytes(message: BusMessage): number {
  if ('gossip' in message) return HEADER_BYTES + GOSSIP_ENTRY_BYTES * message.gossip.length;
  if ('payload' in message) return HEADER_BYTES + message.payload.length;
  return HEADER_BYTES;
}
