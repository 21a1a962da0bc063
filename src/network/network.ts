/** The network between the nodes of one process: listeners by address, connections made of two directed pipes, and rules that decide over every frame. Pure: it lives on the cluster's clock. */
import type { Clock } from '../time/clock.js';
import { Connection, type ConnectionEnd, type ConnectionHandlers } from './connection.js';
import type { Lane, WaitingFrame } from './lane.js';

/** Who sends or receives: a node's process, by a name that survives its restarts. */
export type HostId = string;

/** What a connection carries. Rules can tell bus traffic from the links between masters and replicas from what MIGRATE sends, and from clients. */
export type Traffic = 'bus' | 'replication' | 'migration' | 'clients';

/** The host that all clients are: they come from outside. */
export const CLIENTS: HostId = 'clients';

export interface FrameInfo {
  readonly from: HostId;
  readonly to: HostId;
  readonly traffic: Traffic;
  /** 'data' frames carry a message or bytes; the others open and close a connection. */
  readonly step: 'connect' | 'accept' | 'data' | 'close';
  /** The bus message or the bytes; undefined for other steps. */
  readonly payload: unknown;
  readonly bytes: number;
  /** Of a reply to a client: by this rules know it. */
  readonly mark?: object | undefined;
}

/** What happens to a frame. `hold` keeps it, and all that follows on its direction, until the rules change: a cut cable on which TCP keeps trying. */
export type Verdict = 'pass' | 'drop' | 'hold' | { readonly delayMs: number };

/** Asked once for each frame; one that holds is asked again whenever the rules change. A frame is the same object each time. */
export type Rule = (frame: FrameInfo) => Verdict;

/** A delay, for as long as the rule that wants it is in force. */
export interface DelayingRule {
  readonly rule: Rule;
  readonly delayMs: number;
}

/** What all rules together say: what one holds no other lets pass, what one drops is gone, and delays add up. */
export type Judgement = 'pass' | 'drop' | 'hold' | readonly DelayingRule[];

/** Told of every frame: it arrived, or a rule dropped it. */
export type Tap = (frame: FrameInfo, fate: 'delivered' | 'dropped') => void;

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
  /** Lanes on which something waits. */
  readonly waitingLanes = new Set<Lane>();
  /** Rules that hold frames are asked first: what stands still is no other rule's affair yet. */
  readonly #cuts = new Set<Rule>();
  readonly #rules = new Set<Rule>();
  readonly #taps = new Set<Tap>();
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

  /** Adds a rule. @returns a function that takes it out and releases what only it held or delayed. */
  addRule(rule: Rule): () => void {
    return this.#add(this.#rules, rule);
  }

  /** Adds a rule that only holds or passes; it is asked again where a frame that was on a slow way arrives. */
  addCut(rule: Rule): () => void {
    return this.#add(this.#cuts, rule);
  }

  /** Is told of every frame from now on. @returns a function that ends it. */
  addTap(tap: Tap): () => void {
    this.#taps.add(tap);
    return () => {
      this.#taps.delete(tap);
    };
  }

  /** Looks again at every frame that waits: call it when a rule changed its mind. */
  rulesChanged(): void {
    for (const lane of [...this.waitingLanes]) lane.release();
  }

  /** True when somebody wants to see the frames. */
  get isWatched(): boolean {
    return this.hasRules || this.#taps.size > 0;
  }

  get hasRules(): boolean {
    return this.#rules.size > 0 || this.#cuts.size > 0;
  }

  isInForce(rule: Rule): boolean {
    return this.#rules.has(rule);
  }

  /** Asks every rule that has a say. */
  judge(frame: FrameInfo): Judgement {
    if (this.isCut(frame)) return 'hold';
    let delays: DelayingRule[] | null = null;
    for (const rule of this.#rules) {
      const verdict = rule(frame);
      if (verdict === 'drop' || verdict === 'hold') return verdict;
      if (verdict === 'pass') continue;
      delays ??= [];
      delays.push({ rule, delayMs: verdict.delayMs });
    }
    return delays ?? 'pass';
  }

  isCut(frame: FrameInfo): boolean {
    for (const rule of this.#cuts) {
      if (rule(frame) === 'hold') return true;
    }
    return false;
  }

  tell(frame: FrameInfo, fate: 'delivered' | 'dropped'): void {
    for (const tap of this.#taps) tap(frame, fate);
  }

  /** Everything that was sent and is held or on a slow way, link by link. */
  get waiting(): WaitingFrame[] {
    return [...this.waitingLanes].flatMap((lane) => lane.waiting);
  }

  /** Closes every connection of a host whose process died: the other ends see it as TCP would tell them. */
  dropConnectionsOf(host: HostId): void {
    for (const connection of [...this.#connections]) connection.abortEndOf(host);
  }

  /** Breaks every connection of a host that lives on, as a middlebox does: both ends are told, and what is under way is lost. */
  breakConnectionsOf(host: HostId): void {
    for (const connection of [...this.#connections]) connection.breakOf(host);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  #add(rules: Set<Rule>, rule: Rule): () => void {
    rules.add(rule);
    return () => {
      if (rules.delete(rule)) this.rulesChanged();
    };
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
