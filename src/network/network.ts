/** The network between the nodes of one process: listeners by address, connections made of two directed pipes, and rules that decide over every frame. Pure: it lives on the cluster's clock. */
import type { Clock } from '../time/clock.js';
import { Connection, type ConnectionEnd, type ConnectionHandlers } from './connection.js';

/** Who sends or receives: a node's process, by a name that survives its restarts. */
export type HostId = string;

/** What a connection carries. Rules can tell bus traffic from the links between masters and replicas, and from what MIGRATE sends. */
export type Traffic = 'bus' | 'replication' | 'migration';

export interface FrameInfo {
  readonly from: HostId;
  readonly to: HostId;
  readonly traffic: Traffic;
  /** 'data' frames carry a message or bytes; the others open and close a connection. */
  readonly step: 'connect' | 'accept' | 'data' | 'close';
  /** The bus message or the bytes; undefined for other steps. */
  readonly payload: unknown;
}

/** What happens to a frame. `hold` keeps it, and all that follows on its direction, until the rules change: a cut cable on which TCP keeps trying. */
export type Verdict = 'pass' | 'drop' | 'hold' | { readonly delayMs: number };

/** The first rule that does not say `pass` decides. */
export type Rule = (frame: FrameInfo) => Verdict;

export interface Listener {
  readonly host: HostId;
  readonly traffic: Traffic;
  /** @returns the handlers of the accepted end, or null to refuse. */
  accept(end: ConnectionEnd): ConnectionHandlers | null;
}

const FIRST_EPHEMERAL_PORT = 32768;
const LAST_EPHEMERAL_PORT = 60999;

export class Network {
  readonly clock: Clock;
  /** One-way latency of every frame, ms. */
  latencyMs = 0;
  readonly #rules = new Set<Rule>();
  readonly #rulesListeners = new Set<() => void>();
  readonly #listeners = new AddressMap<Listener>();
  /** Addresses that belong to this network whether somebody listens there or not, and whose they are. */
  readonly #reserved = new AddressMap<HostId>();
  readonly #connections = new Set<Connection>();
  #lastPort = LAST_EPHEMERAL_PORT;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @returns a function that stops listening. */
  listen(ip: string, port: number, listener: Listener): () => void {
    this.#listeners.set(ip, port, listener);
    return () => {
      if (this.#listeners.get(ip, port) === listener) this.#listeners.delete(ip, port);
    };
  }

  /** Who listens there now. */
  listenerAt(ip: string, port: number): Listener | undefined {
    return this.#listeners.get(ip, port);
  }

  /** Says that an address belongs to this network: connecting while nobody listens is refused here, not tried outside. */
  reserve(ip: string, port: number, host: HostId): void {
    this.#reserved.set(ip, port, host);
  }

  /** Whose address it is, also while its process does not run: a cut holds for it all the same. */
  hostAt(ip: string, port: number): HostId {
    return this.#listeners.get(ip, port)?.host ?? this.#reserved.get(ip, port) ?? `${ip}:${port}`;
  }

  /** True when somebody of this network listens there, or may. */
  isOwn(ip: string, port: number): boolean {
    return this.#reserved.get(ip, port) !== undefined || this.#listeners.get(ip, port) !== undefined;
  }

  /** Opens a connection to a listener of this network. It is refused, later, when nobody listens there at that time. */
  connect(
    from: HostId,
    localIp: string,
    ip: string,
    port: number,
    traffic: Traffic,
    handlers: ConnectionHandlers,
  ): ConnectionEnd {
    const connection = new Connection(this, from, localIp, ip, port, traffic, handlers);
    this.#connections.add(connection);
    connection.start();
    return connection.client;
  }

  /** Local ports of outgoing connections, as Linux numbers them by default. */
  nextEphemeralPort(): number {
    this.#lastPort = this.#lastPort >= LAST_EPHEMERAL_PORT ? FIRST_EPHEMERAL_PORT : this.#lastPort + 1;
    return this.#lastPort;
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Puts a rule in front of the others. @returns a function that takes it out and releases what only it held. */
  addRule(rule: Rule): () => void {
    this.#rules.add(rule);
    return () => {
      if (this.#rules.delete(rule)) this.rulesChanged();
    };
  }

  /** Looks again at every held frame: call it when a rule changed its mind. */
  rulesChanged(): void {
    for (const connection of [...this.#connections]) connection.release();
    for (const listener of this.#rulesListeners) listener();
  }

  /** For whoever carries frames by other means and holds them as the rules say. */
  onRulesChanged(listener: () => void): void {
    this.#rulesListeners.add(listener);
  }

  get hasRules(): boolean {
    return this.#rules.size > 0;
  }

  verdictOn(frame: FrameInfo): Verdict {
    for (const rule of this.#rules) {
      const verdict = rule(frame);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  }

  /** Closes every connection of a host whose process died: the other ends see it as TCP would tell them. */
  dropConnectionsOf(host: HostId): void {
    for (const connection of [...this.#connections]) connection.abortEndOf(host);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }
}

/** Values by address. Looking one up makes no text of the address: nodes look for dead ones ten times a second. */
class AddressMap<T> {
  readonly #byPort = new Map<number, Map<string, T>>();

  get(ip: string, port: number): T | undefined {
    return this.#byPort.get(port)?.get(ip);
  }

  set(ip: string, port: number, value: T): void {
    const byIp = this.#byPort.get(port);
    if (byIp === undefined) this.#byPort.set(port, new Map([[ip, value]]));
    else byIp.set(ip, value);
  }

  delete(ip: string, port: number): void {
    this.#byPort.get(port)?.delete(ip);
  }
}
