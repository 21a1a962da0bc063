/** Clients that wait for replicas to acknowledge their writes: WAIT and WAITAOF (section 9.11; replication.c, "SYNCHRONOUS REPLICATION"). */
import type { ReplicationHost } from './ports.js';
import type { PrimarySide } from './primary-side.js';

export interface AckWaiter {
  /** What has to be there: the write in the memory of replicas, or in the AOF of replicas and perhaps our own. */
  readonly kind: 'memory' | 'aof';
  readonly offset: number;
  readonly replicas: number;
  /** Our own AOF has to have it (WAITAOF). */
  readonly local: boolean;
  /** Enough have it. @param local 1 when our own AOF has the write. */
  onAcknowledged(replicas: number, local: 0 | 1): void;
  /** The directive appendonly was switched off meanwhile, and `local` was asked for. */
  onAofOff(): void;
}

export class Acknowledgements {
  readonly #host: ReplicationHost;
  readonly #primary: PrimarySide;
  readonly #waiters = new Set<AckWaiter>();
  #getAckWanted = false;

  constructor(host: ReplicationHost, primary: PrimarySide) {
    this.#host = host;
    this.#primary = primary;
  }

  /** Replicas that have the write, and 1 when our own AOF has it. */
  count(kind: AckWaiter['kind'], offset: number): { readonly replicas: number; readonly local: 0 | 1 } {
    if (kind === 'memory') return { replicas: this.#primary.countAcks(offset), local: 0 };
    const fsynced = this.#host.fsyncedOffset?.() ?? -1;
    return { replicas: this.#primary.countAofAcks(offset), local: fsynced >= offset ? 1 : 0 };
  }

  /** Replicas are asked for their offset soon. */
  wait(waiter: AckWaiter): void {
    this.#waiters.add(waiter);
    this.#getAckWanted = true;
  }

  /** The client timed out or went. */
  forget(waiter: AckWaiter): void {
    this.#waiters.delete(waiter);
  }

  /** Answers those who have waited long enough, and asks the replicas once for all who wait anew. */
  beforeSleep(): void {
    if (this.#waiters.size > 0) {
      for (const waiter of [...this.#waiters]) this.#check(waiter);
    }
    if (!this.#getAckWanted || this.#host.isStreamPaused()) return;
    this.#getAckWanted = false;
    this.#primary.requestAcks();
  }

  #check(waiter: AckWaiter): void {
    if (waiter.local && !this.#host.config.appendonly) {
      this.#waiters.delete(waiter);
      waiter.onAofOff();
      return;
    }
    const { replicas, local } = this.count(waiter.kind, waiter.offset);
    if (replicas < waiter.replicas || (waiter.local && local === 0)) return;
    this.#waiters.delete(waiter);
    waiter.onAcknowledged(replicas, local);
  }
}
