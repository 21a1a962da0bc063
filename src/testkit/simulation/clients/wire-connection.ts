/**
 * A client's connection to a node, by hand: no socket, no promise, no error objects. Each reply is handed on at the moment at
 * which the node writes it, while the node is still as it was when it answered. S20, the law of the wire, is watched here.
 */
import type { RealTimePump } from '../../../io/real-time-pump.js';
import type { ClientSession } from '../../../node/client-session.js';
import { type ByteString, bytesToByteString } from '../../../resp/byte-string.js';
import { encodeRequest } from '../../../resp/request-encoder.js';
import type { TestNode } from '../../test-node.js';
import type { Report } from '../invariants/violations.js';
import { readReplies, type WireReply } from './wire-reply.js';

/** By this a node's sessions show which ones are the simulation's. */
export const CLIENT_ADDRESS = 'simulation:0';

/** The reply; undefined = the connection ended without one. */
export type OnReply = (reply: WireReply | undefined) => void;

/** What comes without being asked for. */
const PUSHES = new Set(['smessage', 'sunsubscribe']);

export class WireConnection {
  readonly node: TestNode;
  /** Of a subscriber. */
  onPush: (push: readonly WireReply[]) => void = () => undefined;
  onClosed: () => void = () => undefined;
  readonly #pump: RealTimePump;
  readonly #report: Report;
  readonly #session: ClientSession;
  readonly #waiting: OnReply[] = [];
  #closed = false;

  /** The node must run. */
  constructor(node: TestNode, pump: RealTimePump, report: Report) {
    this.node = node;
    this.#pump = pump;
    this.#report = report;
    this.#session = node.process.acceptClient({
      remoteAddress: CLIENT_ADDRESS,
      localAddress: node.name,
      isOurs: true,
      write: (bytes) => this.#onBytes(typeof bytes === 'string' ? bytes : bytesToByteString(bytes)),
      end: () => this.#onClosed(),
      destroy: () => this.#onClosed(),
    });
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  get isIdle(): boolean {
    return !this.#closed && this.#waiting.length === 0;
  }

  /** The node's side of it. */
  get session(): ClientSession {
    return this.#session;
  }

  /** Sends commands in one piece. */
  send(commands: readonly (readonly ByteString[])[], onReply: OnReply): void {
    let request = '';
    for (const argv of commands) {
      request += encodeRequest(argv);
      this.#waiting.push(onReply);
    }
    const bytes = Buffer.from(request, 'latin1');
    this.#pump.input(() => this.node.process.deliver(() => this.#session.receive(bytes)));
  }

  /** The client goes; what it waits for is nobody's business any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    this.#pump.input(() => this.node.process.deliver(() => this.#session.onConnectionClosed()));
  }

  #onBytes(bytes: ByteString): void {
    if (this.#closed) {
      if (!this.#session.closed) return;
      this.#report('S20', `${this.node.name} wrote to a connection that it had closed`);
      return;
    }
    for (const reply of readReplies(bytes)) this.#onReply(reply);
  }

  #onReply(reply: WireReply): void {
    if (Array.isArray(reply) && PUSHES.has(String(reply[0]))) {
      this.onPush(reply);
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined)
      this.#report('S20', `${this.node.name} answered what nobody had asked: ${JSON.stringify(reply)}`);
    else waiting(reply);
  }

  #onClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    const waiting = this.#waiting.splice(0);
    for (const onReply of waiting) onReply(undefined);
    this.onClosed();
  }
}
