/** Connections on which one node waits for another within a single command, as MIGRATE does: every step is over when its call returns. */
import type { BlockingConnection } from '../commands/generic/migration-link.js';
import { type ByteString, bytesToByteString } from '../resp/byte-string.js';
import type { ConnectionEnd, ConnectionHandlers } from './connection.js';
import type { FrameInfo, HostId, Judgement, Listener, Network } from './network.js';

/** The way to the other node and back. */
export interface BlockingRoute {
  readonly from: HostId;
  readonly fromIp: string;
  readonly ip: string;
  readonly port: number;
  readonly network: Network;
  /** Gives an input to the other side, where that is not done by just calling it. */
  readonly enter?: (run: () => void) => void;
  /** The time of the waiting node passes. */
  readonly spend: (durationMs: number) => void;
}

/** Opens a connection inside of one process. Waits in vain where the rules hold or drop what is sent, or the other process does not run on. */
export function connectBlocking(
  route: BlockingRoute,
  timeoutMs: number,
): BlockingConnection | 'refused' | 'timeout' {
  const { network, ip, port, from } = route;
  const listener = network.listenerAt(ip, port);
  const to = listener?.host ?? network.hostAt(ip, port);
  if (!mayTravel(route, { from, to, step: 'connect', payload: undefined }, timeoutMs)) return 'timeout';
  if (listener === undefined) return 'refused';
  const end = new WaitingEnd(route, listener);
  return end.open() ? end : 'refused';
}

type Travelling = Pick<FrameInfo, 'from' | 'to' | 'step' | 'payload'>;

/** Lets the time pass that the frame needs. @returns false when that is more than the timeout, or it never arrives. */
function mayTravel({ network, spend }: BlockingRoute, frame: Travelling, timeoutMs: number): boolean {
  const judgement: Judgement = network.hasRules
    ? network.judge({ ...frame, traffic: 'migration', bytes: 0 })
    : 'pass';
  let delayMs = network.latencyMs;
  if (judgement === 'hold' || judgement === 'drop') delayMs = Number.POSITIVE_INFINITY;
  else if (judgement !== 'pass') for (const delay of judgement) delayMs += delay.delayMs;
  if (delayMs > 0) spend(Math.min(delayMs, timeoutMs));
  return delayMs <= timeoutMs;
}

class WaitingEnd implements BlockingConnection {
  readonly #route: BlockingRoute;
  readonly #listener: Listener;
  readonly #localPort: number;
  #handlers: ConnectionHandlers | null = null;
  #received: ByteString = '';
  /** The other side closed. */
  #closed = false;
  /** This side did. */
  #left = false;

  constructor(route: BlockingRoute, listener: Listener) {
    this.#route = route;
    this.#listener = listener;
    this.#localPort = route.network.nextEphemeralPort();
  }

  /** @returns false when the listener refuses. */
  open(): boolean {
    this.#enter(() => {
      this.#handlers = this.#listener.accept(this.#farEnd());
    });
    return this.#handlers !== null;
  }

  write(bytes: ByteString, timeoutMs: number): 'written' | 'timeout' | 'closed' {
    if (this.#isBroken) return 'closed';
    const { from } = this.#route;
    const frame = { from, to: this.#listener.host, step: 'data', payload: bytes } as const;
    if (!mayTravel(this.#route, frame, timeoutMs)) return 'timeout';
    // A node that waits for itself waits in vain.
    if (this.#listener.host !== from) this.#enter(() => this.#handlers?.onData(bytes));
    return 'written';
  }

  readLine(timeoutMs: number): { readonly line: ByteString } | 'timeout' | 'closed' {
    const end = this.#received.indexOf('\n');
    if (end < 0) {
      if (this.#isBroken) return 'closed';
      this.#route.spend(timeoutMs);
      return 'timeout';
    }
    const { from } = this.#route;
    const line = this.#received.slice(0, this.#received[end - 1] === '\r' ? end - 1 : end);
    this.#received = this.#received.slice(end + 1);
    const frame = { from: this.#listener.host, to: from, step: 'data', payload: line } as const;
    return mayTravel(this.#route, frame, timeoutMs) ? { line } : 'timeout';
  }

  close(): void {
    if (this.#left) return;
    this.#left = true;
    if (!this.#isBroken) this.#enter(() => this.#handlers?.onClosed());
  }

  #enter(run: () => void): void {
    const { enter } = this.#route;
    if (enter === undefined) run();
    else enter(run);
  }

  /** The process that accepted the connection ended, or closed it. */
  get #isBroken(): boolean {
    const { network, ip, port } = this.#route;
    return this.#closed || network.listenerAt(ip, port) !== this.#listener;
  }

  /** What the accepting process holds. */
  #farEnd(): ConnectionEnd {
    const { fromIp, ip, port, from } = this.#route;
    return {
      localIp: ip,
      localPort: port,
      peerIp: fromIp,
      peerPort: this.#localPort,
      peerHost: from,
      pendingBytes: 0,
      send: (payload) => {
        if (this.#left) return;
        this.#received += typeof payload === 'string' ? payload : bytesToByteString(payload as Uint8Array);
      },
      close: () => {
        this.#closed = true;
      },
    };
  }
}
