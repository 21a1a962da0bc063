/**
 * Long stretches of virtual time in which nothing but heartbeats happens, and how to leave them out: a day of a cluster at
 * rest has a hundred thousand seconds of pings. Everything else that a node waits for is a timer or the expiry of a key; a
 * stretch ends well before the first of them, so that nodes are as ever when it comes.
 */
import type { RealTimePump } from '../io/real-time-pump.js';
import type { Network } from '../network/network.js';
import { idleUntil, passIdly } from '../node/idle.js';
import type { EventLog } from './event-log.js';
import type { TestNode } from './test-node.js';

/** Time in which nothing happened before any is left out, at least; and in node timeouts. */
const REST_MS = 30_000;
const REST_TIMEOUTS = 4;
/** Less is not worth it. */
const SHORTEST_MS = 60_000;
/** Times that are left out: the crons of nodes and of replication come in the same order then. */
const GRAIN_MS = 10_000;
/** Virtual time between two looks. */
const LOOK_MS = 1000;

export class IdleTime {
  readonly #nodes: readonly TestNode[];
  readonly #pump: RealTimePump;
  readonly #network: Network;
  readonly #log: EventLog;
  #restSinceMs = 0;
  #lookAtMs = 0;
  #traffic = 0;
  #events = 0;

  constructor(nodes: readonly TestNode[], pump: RealTimePump, network: Network, log: EventLog) {
    this.#nodes = nodes;
    this.#pump = pump;
    this.#network = network;
    this.#log = log;
  }

  /** A fast-forward begins: what was before may not have come to rest. */
  begin(): void {
    this.#restSinceMs = this.#pump.clock.nowMs();
    this.#lookAtMs = this.#restSinceMs;
  }

  /** Leaves out what can be left out from now to that moment; most of the time nothing. */
  leaveOut(targetMs: number): void {
    const nowMs = this.#pump.clock.nowMs();
    if (nowMs < this.#lookAtMs) return;
    this.#lookAtMs = nowMs + LOOK_MS;
    if (this.#hasMoved || this.#nodes.some(({ state }) => state !== 'running')) {
      this.#restSinceMs = nowMs;
      return;
    }
    const restMs = this.#restMs;
    if (targetMs - nowMs < SHORTEST_MS + restMs || nowMs - this.#restSinceMs < restMs) return;
    const eventMs = Math.min(targetMs, this.#pump.clock.nextEventMs, this.#idleUntilMs);
    const durationMs = Math.floor((eventMs - restMs - nowMs) / GRAIN_MS) * GRAIN_MS;
    if (!(durationMs >= SHORTEST_MS)) return;
    this.#pump.leaveOut(durationMs, () => {
      for (const { process } of this.#nodes) process.deliver(() => passIdly(process.node, durationMs));
    });
    this.begin();
  }

  /** Something came from outside, or a node told of an event. */
  get #hasMoved(): boolean {
    const { traffic } = this.#pump;
    const { total } = this.#log;
    const hasMoved = traffic !== this.#traffic || total !== this.#events;
    this.#traffic = traffic;
    this.#events = total;
    return hasMoved;
  }

  /** Before a stretch, and after it. */
  get #restMs(): number {
    const timeouts = this.#nodes.map(({ process }) => process.node.config.values['cluster-node-timeout']);
    return Math.max(REST_MS, REST_TIMEOUTS * Math.max(...timeouts));
  }

  /** Unix ms: no key expires before; 0: something is under way, or somebody watches. */
  get #idleUntilMs(): number {
    if (this.#network.isWatched || this.#network.waiting.length > 0) return 0;
    const ids = new Set(this.#nodes.map(({ id }) => id));
    let untilMs = Number.POSITIVE_INFINITY;
    for (const node of this.#nodes) {
      const known = node.process.node.cluster?.state.nodes.list ?? [];
      // Others, such as a real redis-server, live in real time.
      if (known.length !== ids.size || known.some(({ id }) => !ids.has(id))) return 0;
      untilMs = Math.min(untilMs, idleUntil(node.process.node, node.replicas.length) ?? 0);
    }
    return untilMs;
  }
}
