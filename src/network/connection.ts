/** One in-memory connection: two ends, each with a first-in-first-out way to the other, and TCP's manners when the rules hold frames back. */
import { Lane } from './lane.js';
import type { FrameInfo, HostId, Judgement, Network, Traffic } from './network.js';

/** Frames are handed over as they are: bus messages, byte strings or byte arrays. */
export interface ConnectionHandlers {
  onConnected?(): void;
  onData(payload: unknown): void;
  /** The other end closed, or the connection was refused. Not called for a close of our own. */
  onClosed(): void;
}

export interface ConnectionEnd {
  readonly localIp: string;
  readonly peerIp: string;
  readonly localPort: number;
  readonly peerPort: number;
  readonly peerHost: HostId;
  /** Frames sent before the connect are kept and follow it. Ignored on a closed end. */
  send(payload: unknown, bytes: number): void;
  /** Bytes sent that have not left because the connection is not open yet or is held. */
  readonly pendingBytes: number;
  close(): void;
}

interface Frame {
  readonly step: FrameInfo['step'];
  readonly payload: unknown;
  readonly bytes: number;
}

/** Opening a connection takes time even where bytes take none: a node that connects again and again at once would never let time go on. */
const MIN_CONNECT_MS = 1;

const CONNECT: Frame = { step: 'connect', payload: undefined, bytes: 0 };
const ACCEPT: Frame = { step: 'accept', payload: undefined, bytes: 0 };
const CLOSE: Frame = { step: 'close', payload: undefined, bytes: 0 };

// A thousand nodes have a million connections: fields are few, and lists come to be when something is put into them.
export class Connection {
  readonly network: Network;
  readonly traffic: Traffic;
  readonly clientHost: HostId;
  readonly clientIp: string;
  readonly clientPort: number;
  readonly serverHost: HostId;
  readonly serverIp: string;
  readonly serverPort: number;
  readonly client: End;
  #server: End | null = null;

  constructor(
    network: Network,
    from: HostId,
    localIp: string,
    ip: string,
    port: number,
    traffic: Traffic,
    handlers: ConnectionHandlers,
  ) {
    this.network = network;
    this.traffic = traffic;
    this.clientHost = from;
    this.clientIp = localIp;
    this.clientPort = network.nextEphemeralPort();
    this.serverHost = network.hostAt(ip, port);
    this.serverIp = ip;
    this.serverPort = port;
    this.client = new End(this, true, handlers);
  }

  start(): void {
    this.client.push(CONNECT);
  }

  abortEndOf(host: HostId): void {
    if (this.clientHost === host) this.client.close();
    if (this.serverHost === host) this.#server?.close();
  }

  /** Breaks the connection when one of its ends is that host's. */
  breakOf(host: HostId): void {
    if (this.clientHost !== host && this.serverHost !== host) return;
    for (const end of [this.client, this.#server]) end?.receive(CLOSE);
  }

  /** Forgets the connection once both ends are closed. */
  onEndClosed(): void {
    if (this.client.closed && (this.#server === null || this.#server.closed)) this.network.forget(this);
  }

  /** A frame arrived at the end opposite to where it was sent. */
  deliver(fromClient: boolean, frame: Frame, info: FrameInfo | null): void {
    if (info !== null) this.network.tell(info, 'delivered');
    if (!fromClient) {
      if (frame.step === 'accept') this.client.onAccepted();
      else this.client.receive(frame);
    } else if (frame.step === 'connect') {
      this.#accept();
    } else {
      this.#server?.receive(frame);
    }
  }

  #accept(): void {
    if (this.client.closed) {
      this.network.forget(this);
      return;
    }
    const end = new End(this, false, null);
    const handlers = this.network.listenerAt(this.serverIp, this.serverPort)?.accept(end) ?? null;
    this.#server = end;
    if (handlers === null) end.refuse();
    else end.open(handlers);
  }
}

class End implements ConnectionEnd {
  readonly #connection: Connection;
  readonly #isClient: boolean;
  #handlers: ConnectionHandlers | null;
  #isOpen = false;
  closed = false;
  /** Frames from before the connection was open. */
  #early: Frame[] | null = null;
  /** Frames that the rules hold or delay, and those behind them. */
  #lane: Lane | null = null;
  #lastDueMs = 0;

  constructor(connection: Connection, isClient: boolean, handlers: ConnectionHandlers | null) {
    this.#connection = connection;
    this.#isClient = isClient;
    this.#handlers = handlers;
  }

  get localIp(): string {
    return this.#isClient ? this.#connection.clientIp : this.#connection.serverIp;
  }

  get localPort(): number {
    return this.#isClient ? this.#connection.clientPort : this.#connection.serverPort;
  }

  get peerIp(): string {
    return this.#isClient ? this.#connection.serverIp : this.#connection.clientIp;
  }

  get peerPort(): number {
    return this.#isClient ? this.#connection.serverPort : this.#connection.clientPort;
  }

  get peerHost(): HostId {
    return this.#isClient ? this.#connection.serverHost : this.#connection.clientHost;
  }

  get pendingBytes(): number {
    let bytes = this.#lane?.heldBytes ?? 0;
    if (this.#early !== null) for (const frame of this.#early) bytes += frame.bytes;
    return bytes;
  }

  send(payload: unknown, bytes: number): void {
    if (this.closed) return;
    const frame: Frame = { step: 'data', payload, bytes };
    if (this.#isOpen) {
      this.push(frame);
    } else {
      this.#early ??= [];
      this.#early.push(frame);
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#early = null;
    if (this.#isOpen) this.push(CLOSE);
    this.#connection.onEndClosed();
  }

  /** The connection was accepted here. */
  open(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.push(ACCEPT);
    this.#flush();
  }

  /** Nobody listens here, or not for this one. */
  refuse(): void {
    this.closed = true;
    this.push(CLOSE);
  }

  /** The other end accepted. */
  onAccepted(): void {
    if (this.closed) {
      this.push(CLOSE);
      return;
    }
    // Redis sends what its connect handler queues first, then what waited for the connect.
    const early = this.#early;
    this.#early = null;
    this.#isOpen = true;
    this.#handlers?.onConnected?.();
    this.#early = early;
    this.#flush();
  }

  receive(frame: Frame): void {
    if (this.closed) return;
    if (frame.step === 'close') {
      this.closed = true;
      this.#early = null;
      this.#connection.onEndClosed();
      this.#handlers?.onClosed();
      return;
    }
    this.#handlers?.onData(frame.payload);
  }

  /** Puts a frame on the way to the other end, behind those that wait. */
  push(frame: Frame): void {
    const { network } = this.#connection;
    if (!network.isWatched && this.#lane === null) {
      this.#send(frame, null);
      return;
    }
    const info = this.#infoOf(frame);
    if (this.#lane?.isEmpty === false) {
      this.#lane.push(info, this.#earliestOf(frame));
      return;
    }
    const judgement: Judgement = network.judge(info);
    if (judgement === 'drop') {
      network.tell(info, 'dropped');
    } else if (judgement === 'pass') {
      this.#send(frame, info);
    } else {
      this.#lane ??= new Lane(network, (sent) => this.#connection.deliver(this.#isClient, sent, sent));
      this.#lane.push(info, this.#earliestOf(frame), judgement);
    }
  }

  #flush(): void {
    const early = this.#early;
    this.#isOpen = true;
    if (early === null) return;
    this.#early = null;
    for (const frame of early) this.push(frame);
  }

  #send(frame: Frame, info: FrameInfo | null): void {
    const dueMs = this.#earliestOf(frame);
    this.#connection.network.clock.schedule(dueMs, () =>
      this.#connection.deliver(this.#isClient, frame, info),
    );
  }

  /** When it arrives if no rule delays it. */
  #earliestOf(frame: Frame): number {
    const { clock, latencyMs } = this.#connection.network;
    const ownMs = frame.step === 'connect' ? Math.max(latencyMs, MIN_CONNECT_MS) : latencyMs;
    this.#lastDueMs = Math.max(clock.nowMs() + ownMs, this.#lastDueMs);
    return this.#lastDueMs;
  }

  #infoOf({ step, payload, bytes }: Frame): FrameInfo {
    const { clientHost, serverHost, traffic } = this.#connection;
    return {
      from: this.#isClient ? clientHost : serverHost,
      to: this.#isClient ? serverHost : clientHost,
      traffic,
      step,
      payload,
      bytes,
    };
  }
}
