/** One client of a control server: reads its requests, calls what they name, and tells it what is new. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { JsonLines } from '../../io/json-lines.js';
import { nextLoopTurn, startRealTimer } from '../../io/natives.js';
import type { Cluster } from '../cluster.js';
import { TestNode } from '../test-node.js';
import { clusterState, type NodeKeys } from './cluster-state.js';
import { Handles } from './handles.js';
import type { LeaseKind, Leases } from './lease.js';
import type { CallContext } from './method.js';
import { METHODS } from './methods.js';
import { PROTOCOL_VERSION, type Request, type Welcome, type WireError } from './protocol.js';
import { fromJson, toJson } from './value-codec.js';

/** What sessions share. */
export interface SessionOwner {
  readonly cluster: Cluster;
  readonly keys: NodeKeys;
  readonly leases: Leases;
}

/** Real time after which a client that does not answer a ping is not waited for: it stands still at a breakpoint, or computes. */
const PING_LIMIT_MS = 2000;

export class ControlSession {
  readonly #owner: SessionOwner;
  readonly #lines: JsonLines;
  readonly #handles = new Handles();
  readonly #pings = new Map<number, () => void>();
  #lastPing = 0;
  #welcomed = false;
  #isOpen = true;
  /** It did not answer in time: nobody waits for it until it does. */
  #isLate = false;
  #name = 'another connection';
  /** The state that it was last told, as text. */
  #told = '';

  /** @param onClosed it is gone, and what it held has ended. */
  constructor(owner: SessionOwner, lines: JsonLines, onClosed: () => void) {
    this.#owner = owner;
    this.#lines = lines;
    lines.listen(
      (message) => void this.#onMessage(message),
      () => void this.#close().then(onClosed),
    );
  }

  /** Resolves when the client has read what was sent until now on its other sockets, and answered. At once when it is no client yet. */
  roundTrip(): Promise<void> {
    if (!this.#welcomed || !this.#isOpen || this.#isLate) return Promise.resolve();
    const ping = ++this.#lastPing;
    return new Promise((resolve) => {
      const timer = startRealTimer(PING_LIMIT_MS, () => {
        this.#isLate = true;
        this.#pings.get(ping)?.();
      });
      this.#pings.set(ping, () => {
        this.#pings.delete(ping);
        timer.cancel();
        resolve();
      });
      this.#lines.send({ ping });
    });
  }

  async #onMessage(message: unknown): Promise<void> {
    const { id, method, params, pong } = (message ?? {}) as Partial<Request> & { readonly pong?: number };
    this.#isLate = false;
    if (typeof pong === 'number') {
      this.#pings.get(pong)?.();
      return;
    }
    let answer: { result?: unknown } | { error: WireError };
    try {
      const result = await this.#call(method, params ?? {});
      answer = { result: toJson(String(method), result, (value) => this.#encode(value)) };
    } catch (error) {
      answer = { error: wireError(error) };
    }
    if (this.#isOpen) this.#lines.send({ id, ...answer, ...this.#news() });
  }

  async #call(method: unknown, given: unknown): Promise<unknown> {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new RedisTestClusterError('INVALID_ARGUMENT', 'params must be an object: parameters have names');
    const params = fromJson(given, (tag, value) => this.#decode(tag, value)) as Readonly<
      Record<string, unknown>
    >;
    if (method === 'hello') return this.#hello(params);
    if (!this.#welcomed)
      throw new RedisTestClusterError(
        'PROTOCOL_ERROR',
        `the first request must be hello, got ${String(method)}`,
      );
    if (method === 'acquire') return await this.#acquire(params);
    if (method === 'release') return this.#owner.leases.release(this);
    const found = METHODS.get(String(method));
    if (found === undefined)
      throw new RedisTestClusterError('PROTOCOL_ERROR', `there is no method ${JSON.stringify(method)}`);
    const obstacle = found.reads ? null : this.#owner.leases.obstacleFor(this);
    if (obstacle !== null)
      throw new RedisTestClusterError(
        'IN_USE',
        `${String(method)}: ${obstacle} has the shared cluster for itself; wait for your turn with exclusive()`,
      );
    const context: CallContext = {
      cluster: this.#owner.cluster,
      handles: this.#handles,
      hasNews: () => this.#stateText() !== this.#told,
    };
    return await found.run(context, params);
  }

  #hello({ version, name }: Readonly<Record<string, unknown>>): Welcome {
    if (version !== PROTOCOL_VERSION)
      throw new RedisTestClusterError(
        'PROTOCOL_ERROR',
        `this cluster speaks version ${PROTOCOL_VERSION} of the control protocol, the client version ${String(version)}: both have to use the same release of redis-test-cluster`,
      );
    if (typeof name === 'string' && name !== '') this.#name = name;
    this.#welcomed = true;
    const { seed, tls } = this.#owner.cluster;
    return { version: PROTOCOL_VERSION, seed, tls };
  }

  async #acquire({ kind = 'exclusive' }: Readonly<Record<string, unknown>>): Promise<void> {
    if (kind !== 'exclusive' && kind !== 'shared')
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        `kind must be 'exclusive' or 'shared', got ${String(kind)}`,
      );
    if (this.#owner.leases.holds(this))
      throw new RedisTestClusterError('INVALID_ARGUMENT', 'this connection has the cluster already');
    await this.#owner.leases.acquire(this, this.#name, kind as LeaseKind);
  }

  #news(): { state?: unknown } {
    const text = this.#stateText();
    if (text === this.#told) return {};
    this.#told = text;
    return { state: JSON.parse(text) as unknown };
  }

  #stateText(): string {
    return JSON.stringify(clusterState(this.#owner.cluster, this.#owner.keys));
  }

  #encode(value: object): unknown {
    if (value instanceof TestNode) return { $node: this.#owner.keys.keyOf(value) };
    if (value === this.#owner.cluster) return null;
    return this.#handles.encode(value, (node) => this.#encode(node));
  }

  #decode(tag: string, value: unknown): unknown {
    if (tag === '$node') return this.#owner.keys.find(this.#owner.cluster, value);
    throw new RedisTestClusterError('INVALID_ARGUMENT', `there are no values of the kind ${tag}`);
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    for (const resolve of [...this.#pings.values()]) resolve();
    try {
      await this.#handles.end();
    } catch {
      // The cluster was stopped, or a node that a move needs does not run: reset() puts that right.
    }
    // What its handles ended has to be over before the next one begins.
    await nextLoopTurn();
    this.#owner.leases.release(this);
  }
}

function wireError(error: unknown): WireError {
  if (error instanceof RedisTestClusterError) return { code: error.code, message: error.message };
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
