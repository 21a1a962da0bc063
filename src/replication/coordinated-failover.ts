/** FAILOVER outside of cluster mode: a master hands its role to a replica that has caught up (replication.c, failoverCommand). */
import type { ReplicationHistory } from './history.js';
import type { ReplicationHost } from './ports.js';
import type { PrimarySide } from './primary-side.js';
import type { MasterAddress, PlannedFailover } from './replica-side.js';

/** As INFO tells them. */
export type FailoverState = 'no-failover' | 'waiting-for-sync' | 'failover-in-progress';

export interface FailoverRequest {
  /** Null: whichever replica catches up first. */
  readonly target: MasterAddress | null;
  /** When the time is up, the target is taken although it has not caught up. */
  readonly force: boolean;
  /** 0 = none. */
  readonly timeoutMs: number;
}

export interface RoleChanges {
  follow(master: MasterAddress): void;
  stop(): void;
}

export class CoordinatedFailover implements PlannedFailover {
  readonly #host: ReplicationHost;
  readonly #history: ReplicationHistory;
  readonly #primary: PrimarySide;
  readonly #role: RoleChanges;
  #state: FailoverState = 'no-failover';
  #target: MasterAddress | null = null;
  #force = false;
  /** Unix ms; 0 = no limit. */
  #endAtMs = 0;

  constructor(host: ReplicationHost, history: ReplicationHistory, primary: PrimarySide, role: RoleChanges) {
    this.#host = host;
    this.#history = history;
    this.#primary = primary;
    this.#role = role;
  }

  get state(): FailoverState {
    return this.#state;
  }

  get isInProgress(): boolean {
    return this.#state === 'failover-in-progress';
  }

  /** A failover with a time limit is under way: the stream must stand still. */
  get hasTimeLimit(): boolean {
    return this.#endAtMs !== 0;
  }

  start({ target, force, timeoutMs }: FailoverRequest): void {
    const to = target === null ? 'any replica' : `${target.host}:${target.port}`;
    this.#host.log('notice', `FAILOVER requested to ${to}.`);
    this.#target = target;
    this.#force = force;
    this.#endAtMs = timeoutMs === 0 ? 0 : this.#host.clock.nowMs() + timeoutMs;
    this.#state = 'waiting-for-sync';
    this.#host.pauseWritesForFailover(Number.MAX_SAFE_INTEGER);
  }

  abort(why: string): void {
    if (this.#state === 'no-failover') return;
    const to = this.#target === null ? 'any replica' : `${this.#target.host}:${this.#target.port}`;
    this.#host.log('notice', `FAILOVER to ${to} aborted: ${why}`);
    if (this.#state === 'failover-in-progress') this.#role.stop();
    this.#clear();
  }

  onPsyncAccepted(): void {
    this.#clear();
  }

  onPsyncRefused(): void {
    this.abort('Failover target rejected psync request');
  }

  /** Hands over as soon as a replica has everything. */
  check(): void {
    if (this.#state !== 'waiting-for-sync') return;
    if (this.#endAtMs !== 0 && this.#endAtMs <= this.#host.clock.nowMs()) {
      if (this.#force && this.#target !== null) {
        const { host, port } = this.#target;
        this.#host.log('notice', `FAILOVER to ${host}:${port} time out exceeded, failing over.`);
        this.#handOver(this.#target);
      } else {
        this.abort('Replica never caught up before timeout');
      }
      return;
    }
    const target = this.#caughtUp();
    if (target === null) return;
    this.#host.log('notice', `Failover target ${target.host}:${target.port} is synced, failing over.`);
    this.#handOver(target);
  }

  #caughtUp(): MasterAddress | null {
    const { offset } = this.#history;
    if (this.#target !== null) {
      const replica = this.#primary.find(this.#target.host, this.#target.port);
      return replica?.ackOffset === offset ? this.#target : null;
    }
    const replica = this.#primary.replicas.find(({ ackOffset }) => ackOffset === offset);
    return replica === undefined ? null : { host: replica.ip, port: replica.listeningPort };
  }

  #handOver(target: MasterAddress): void {
    this.#target = target;
    this.#state = 'failover-in-progress';
    this.#role.follow(target);
  }

  #clear(): void {
    this.#endAtMs = 0;
    this.#force = false;
    this.#target = null;
    this.#state = 'no-failover';
    this.#host.endFailoverPause();
  }
}
