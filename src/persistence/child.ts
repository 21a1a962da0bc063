/** The child process that saves in the background, one at a time. There is none: the file is written at once, and what takes time is modelled on the node's clock. */
import type { ChildProcess, PersistenceHost } from './ports.js';

export type ChildKind = 'rdb' | 'aof';

/** What a change after the fork copies at least. */
const PAGE_BYTES = 4096;

/** Sent to a child that is not needed any more; its end is no failure. */
export const SIGUSR1 = 10;

export interface ChildOutcome {
  /** The signal that ended it; 0 = none. */
  readonly signal: number;
  /** It could not write its file. */
  readonly failed: boolean;
}

export interface Child {
  readonly kind: ChildKind;
  readonly pid: number;
  readonly startedAtMs: number;
  /** Keys it has to save. */
  readonly keys: number;
  readonly endsAtMs: number;
}

interface RunningChild extends Child {
  readonly process: ChildProcess | null;
  readonly failed: boolean;
  /** Changes of the dataset when it was forked. */
  readonly dirty: number;
  signal: number;
  readonly onEnd: (outcome: ChildOutcome) => void;
  readonly onProgress: (part: number) => void;
}

/** What fork() takes on a common machine: about 10 ms for each GB, whose page tables are copied. */
const FORK_US = 150;
const FORK_US_OF_A_KEY = 0.001;

export class BackgroundChild {
  readonly #host: PersistenceHost;
  #running: RunningChild | null = null;
  #forks = 0;
  readonly #lastCopiedBytes: Record<ChildKind, number> = { rdb: 0, aof: 0 };
  /** Of them, those before CONFIG RESETSTAT. */
  #forgottenForks = 0;
  #latestForkUs = 0;

  constructor(host: PersistenceHost) {
    this.#host = host;
  }

  get running(): Child | null {
    return this.#running;
  }

  /** INFO total_forks. */
  get forks(): number {
    return this.#forks - this.#forgottenForks;
  }

  /** INFO latest_fork_usec: how long a fork would take. */
  get latestForkUs(): number {
    return this.#latestForkUs;
  }

  /** CONFIG RESETSTAT. */
  resetStats(): void {
    this.#forgottenForks = this.#forks;
    this.#latestForkUs = 0;
  }

  isRunning(kind: ChildKind): boolean {
    return this.#running?.kind === kind;
  }

  /**
   * @param work writes the file. @returns false when it could not: the child ends with an error.
   * @param onEnd called by check() when the child is over.
   * @param onProgress called by check() before that: the part of the work that is done, from 0 to 1.
   */
  fork(
    kind: ChildKind,
    work: (pid: number) => boolean,
    onEnd: (outcome: ChildOutcome) => void,
    onProgress: (part: number) => void = () => undefined,
  ): Child {
    const { clock, keyspace } = this.#host;
    // Other processes start in between, so the numbers are not in a row.
    const modelledPid = this.#host.processId + 1 + this.#forks++;
    const keys = keyspace.totalKeys;
    this.#latestForkUs = FORK_US + Math.round(keys * FORK_US_OF_A_KEY);
    const durationMs = this.#durationMs(keys);
    const process =
      durationMs === 0 ? null : (this.#host.spawnChild?.((signal) => this.kill(signal)) ?? null);
    const pid = process?.pid ?? modelledPid;
    const failed = !work(pid);
    const startedAtMs = clock.nowMs();
    const endsAtMs = startedAtMs + (failed ? 0 : durationMs);
    this.#running = {
      process,
      kind,
      pid,
      keys,
      startedAtMs,
      endsAtMs,
      failed,
      dirty: keyspace.dirty,
      signal: 0,
      onEnd,
      onProgress,
    };
    return this.#running;
  }

  /** Its end is noticed at the next check. */
  kill(signal: number): void {
    if (this.#running !== null) this.#running.signal = signal;
  }

  /** Forgets the child at once, without its onEnd. */
  killNow(): void {
    this.#running?.process?.end();
    this.#running = null;
  }

  /** To be called by the cron: notices that the child ended. */
  check(): void {
    const child = this.#running;
    if (child === null) return;
    const nowMs = this.#host.clock.nowMs();
    if (child.signal === 0 && nowMs < child.endsAtMs) {
      child.onProgress((nowMs - child.startedAtMs) / (child.endsAtMs - child.startedAtMs));
      return;
    }
    this.#lastCopiedBytes[child.kind] = this.copiedBytes;
    this.#running = null;
    child.process?.end();
    child.onEnd({ signal: child.signal, failed: child.failed });
  }

  /** Memory that parent and child do not share any more: a page for each change. */
  get copiedBytes(): number {
    const child = this.#running;
    return child === null ? 0 : Math.max(0, this.#host.keyspace.dirty - child.dirty) * PAGE_BYTES;
  }

  /** The same of the last child of that kind, when it ended. */
  lastCopiedBytes(kind: ChildKind): number {
    return this.#lastCopiedBytes[kind];
  }

  /** Keys that are saved by now, as INFO tells them. */
  get savedKeys(): number {
    const child = this.#running;
    if (child === null || child.endsAtMs === child.startedAtMs) return child?.keys ?? 0;
    const part = (this.#host.clock.nowMs() - child.startedAtMs) / (child.endsAtMs - child.startedAtMs);
    return Math.min(child.keys, Math.floor(child.keys * part));
  }

  /** Microseconds for each key; below zero: one for every so many keys. */
  #durationMs(keys: number): number {
    const delayUs = this.#host.config['rdb-key-save-delay'];
    return keys * keyDelayMs(delayUs);
  }
}

/** Of rdb-key-save-delay and key-load-delay, for one key. */
export function keyDelayMs(delayUs: number): number {
  if (delayUs === 0) return 0;
  return (delayUs > 0 ? delayUs : 1 / -delayUs) / 1000;
}
