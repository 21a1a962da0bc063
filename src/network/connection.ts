/** One in-memory connection: two ends, a first-in-first-out direction each way, and TCP's manners when the rules hold frames back. */
import type { FrameInfo, HostId, Network, Traffic } from './network.js';

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

/** One way of a connection. */
class Direction {
  readonly #connection: Connection;
  readonly from: HostId;
  readonly to: HostId;
  readonly #deliver: (frame: Frame) => void;
  readonly #held: Frame[] = [];
  #lastDueMs = 0;
  heldBytes = 0;

  constructor(connection: Connection, from: HostId, to: HostId, deliver: (frame: Frame) => void) {
    this.#connection = connection;
    this.from = from;
    this.to = to;
    this.#deliver = deliver;
  }

  push(frame: Frame): void {
    if (this.#held.length > 0) this.#hold(frame);
    else this.#decide(frame);
  }

  release(): void {
    const frames = this.#held.splice(0);
    this.heldBytes = 0;
    for (const frame of frames) this.push(frame);
  }

  #hold(frame: Frame): void {
    this.#held.push(frame);
    this.heldBytes += frame.bytes;
  }

  #decide(frame: Frame): void {
    const { network, traffic } = this.#connection;
    const verdict = network.verdictOn({
      from: this.from,
      to: this.to,
      traffic,
      step: frame.step,
      payload: frame.payload,
    });
    if (verdict === 'hold') {
      this.#hold(frame);
      return;
    }
    if (verdict === 'drop') return;
    const latencyMs =
      frame.step === 'connect' ? Math.max(network.latencyMs, MIN_CONNECT_MS) : network.latencyMs;
    const delayMs = latencyMs + (verdict === 'pass' ? 0 : verdict.delayMs);
    const dueMs = Math.max(network.clock.nowMs() + delayMs, this.#lastDueMs);
    this.#lastDueMs = dueMs;
    network.clock.schedule(dueMs, () => this.#deliver(frame));
  }
}

export class Connection {
  readonly network: Network;
  readonly traffic: Traffic;
  readonly client: End;
  #server: End | null = null;
  readonly #serverIp: string;
  readonly #serverPort: number;
  readonly #forth: Direction;
  readonly #back: Direction;

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
    this.#serverIp = ip;
    this.#serverPort = port;
    const to = network.hostAt(ip, port);
    this.#forth = new Direction(this, from, to, (frame) => this.#onServerFrame(frame));
    this.#back = new Direction(this, to, from, (frame) => this.#onClientFrame(frame));
    this.client = new End(this, this.#forth, localIp, network.nextEphemeralPort(), ip, port, handlers);
  }

  start(): void {
    this.#forth.push({ step: 'connect', payload: undefined, bytes: 0 });
  }

  release(): void {
    this.#forth.release();
    this.#back.release();
  }

  abortEndOf(host: HostId): void {
    if (this.#forth.from === host) this.client.close();
    if (this.#forth.to === host) this.#server?.close();
  }

  /** Forgets the connection once both ends are closed. */
  onEndClosed(): void {
    if (this.client.closed && (this.#server === null || this.#server.closed)) this.network.forget(this);
  }

  #onServerFrame(frame: Frame): void {
    if (frame.step === 'connect') this.#accept();
    else this.#server?.receive(frame);
  }

  #accept(): void {
    const listener = this.network.listenerAt(this.#serverIp, this.#serverPort);
    if (this.client.closed) {
      this.network.forget(this);
      return;
    }
    if (listener !== undefined) {
      const { client } = this;
      const end = new End(
        this,
        this.#back,
        this.#serverIp,
        this.#serverPort,
        client.localIp,
        client.localPort,
        null,
      );
      const handlers = listener.accept(end);
      if (handlers !== null) {
        end.open(handlers);
        this.#server = end;
        this.#back.push({ step: 'accept', payload: undefined, bytes: 0 });
        end.flush();
        return;
      }
    }
    this.#back.push({ step: 'close', payload: undefined, bytes: 0 });
  }

  #onClientFrame(frame: Frame): void {
    if (frame.step === 'accept') this.client.onAccepted();
    else this.client.receive(frame);
  }
}

class End implements ConnectionEnd {
  readonly localIp: string;
  readonly localPort: number;
  readonly peerIp: string;
  readonly peerPort: number;
  readonly #connection: Connection;
  readonly #direction: Direction;
  #handlers: ConnectionHandlers | null;
  /** Frames from before the connection was open. */
  #early: Frame[] | null = [];
  #earlyBytes = 0;
  closed = false;

  constructor(
    connection: Connection,
    direction: Direction,
    localIp: string,
    localPort: number,
    peerIp: string,
    peerPort: number,
    handlers: ConnectionHandlers | null,
  ) {
    this.#connection = connection;
    this.#direction = direction;
    this.localIp = localIp;
    this.localPort = localPort;
    this.peerIp = peerIp;
    this.peerPort = peerPort;
    this.#handlers = handlers;
  }

  get peerHost(): HostId {
    return this.#direction.to;
  }

  get pendingBytes(): number {
    return this.#earlyBytes + this.#direction.heldBytes;
  }

  send(payload: unknown, bytes: number): void {
    if (this.closed) return;
    const frame: Frame = { step: 'data', payload, bytes };
    if (this.#early === null) {
      this.#direction.push(frame);
    } else {
      this.#early.push(frame);
      this.#earlyBytes += bytes;
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const wasOpen = this.#early === null;
    this.#early = null;
    if (wasOpen) this.#direction.push({ step: 'close', payload: undefined, bytes: 0 });
    this.#connection.onEndClosed();
  }

  /** The accepting side is open from the start. */
  open(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  flush(): void {
    const early = this.#early ?? [];
    this.#early = null;
    this.#earlyBytes = 0;
    for (const frame of early) this.#direction.push(frame);
  }

  onAccepted(): void {
    if (this.closed) {
      this.#direction.push({ step: 'close', payload: undefined, bytes: 0 });
      return;
    }
    // Redis sends what its connect handler queues first, then what waited for the connect.
    const waiting = this.#early ?? [];
    this.#early = null;
    this.#earlyBytes = 0;
    this.#handlers?.onConnected?.();
    for (const frame of waiting) this.#direction.push(frame);
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
}
