/** The wire between one client and a node, whatever carries its bytes: the rules of the network hold and delay what goes over it, each way in order. */
import type { ClientSession } from '../node/client-session.js';
import type { ClientConnection } from '../node/ports.js';
import type { ByteString } from '../resp/byte-string.js';
import { Lane } from './lane.js';
import { CLIENTS, type FrameInfo } from './network.js';
import type { NodeProcess } from './node-process.js';

/** What carries the bytes: a socket, or a stream in memory. */
export interface ClientTransport {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly tls?: boolean;
  /** Bytes that were written and have not left yet. */
  readonly pendingBytes: number;
  write(bytes: ByteString | Uint8Array): void;
  /** Closes after what was written is out. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** Closes at once, so that the other side sees a reset. */
  reset(): void;
}

export class ClientLink implements ClientConnection {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly tls: boolean;
  readonly #process: NodeProcess;
  readonly #transport: ClientTransport;
  /** Null: the client is never answered. */
  readonly #session: ClientSession | null;
  #incoming: Lane | null = null;
  #outgoing: Lane | null = null;

  /**
   * Takes in a client, within an input of the cluster.
   * @returns null when it was sent away: the transport is closed then.
   */
  static accept(process: NodeProcess, transport: ClientTransport): ClientLink | null {
    const welcome = process.isRunning
      ? (process.gate?.onConnect(transport.remoteAddress) ?? 'accept')
      : 'reset';
    if (welcome === 'reset') {
      transport.reset();
      return null;
    }
    return new ClientLink(process, transport, welcome === 'accept');
  }

  private constructor(process: NodeProcess, transport: ClientTransport, isWelcome: boolean) {
    this.#process = process;
    this.#transport = transport;
    this.remoteAddress = transport.remoteAddress;
    this.localAddress = transport.localAddress;
    this.tls = transport.tls === true;
    this.#session = isWelcome ? process.acceptClient(this) : null;
  }

  /** Also what the rules keep from leaving. */
  get pendingBytes(): number {
    return this.#transport.pendingBytes + (this.#outgoing?.heldBytes ?? 0);
  }

  // From the client

  receive(chunk: Uint8Array): void {
    this.#send(true, 'data', chunk, undefined);
  }

  onClosed(): void {
    // Nobody is there any more to whom anything could be delivered.
    this.#outgoing?.clear();
    this.#send(true, 'close', undefined, undefined);
  }

  // From the node

  write(bytes: ByteString | Uint8Array, mark?: object): void {
    this.#send(false, 'data', bytes, mark);
  }

  end(): void {
    this.#send(false, 'close', 'end', undefined);
  }

  destroy(): void {
    this.#send(false, 'close', 'destroy', undefined);
  }

  reset(): void {
    this.#send(false, 'close', 'reset', undefined);
  }

  #send(fromClient: boolean, step: 'data' | 'close', payload: unknown, mark: object | undefined): void {
    const { network, name } = this.#process;
    const lane = fromClient ? this.#incoming : this.#outgoing;
    if (!network.hasRules && (lane === null || lane.isEmpty)) {
      this.#deliver(fromClient, step, payload);
      return;
    }
    const frame: FrameInfo = {
      from: fromClient ? CLIENTS : name,
      to: fromClient ? name : CLIENTS,
      traffic: 'clients',
      step,
      payload,
      bytes: step === 'data' ? (payload as ByteString | Uint8Array).length : 0,
      mark,
    };
    const nowMs = network.clock.nowMs();
    if (lane !== null && !lane.isEmpty) {
      lane.push(frame, nowMs);
      return;
    }
    const judgement = network.judge(frame);
    if (judgement === 'pass') this.#deliver(fromClient, step, payload);
    else if (judgement !== 'drop') this.#laneOf(fromClient).push(frame, nowMs, judgement);
  }

  #laneOf(fromClient: boolean): Lane {
    const deliver = ({ step, payload }: FrameInfo): void =>
      this.#deliver(fromClient, step as 'data' | 'close', payload);
    if (fromClient) {
      this.#incoming ??= new Lane(this.#process.network, deliver);
      return this.#incoming;
    }
    this.#outgoing ??= new Lane(this.#process.network, deliver);
    return this.#outgoing;
  }

  #deliver(fromClient: boolean, step: 'data' | 'close', payload: unknown): void {
    if (fromClient) this.#deliverToNode(step, payload);
    else if (step === 'data') this.#transport.write(payload as ByteString | Uint8Array);
    else this.#transport[payload as 'end' | 'destroy' | 'reset']();
  }

  #deliverToNode(step: 'data' | 'close', payload: unknown): void {
    const session = this.#session;
    if (session === null) return;
    this.#process.deliver(() => {
      if (step === 'data') session.receive(payload as Uint8Array);
      else session.onConnectionClosed();
    });
  }
}
