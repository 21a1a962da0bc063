/** The time of a cluster, and waiting for what happens in it. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { ClusterEvents } from './cluster-events.js';
import type { ClusterParts } from './cluster-nodes.js';
import { type Duration, toMilliseconds } from './duration.js';
import { convergenceProblem, readinessProblem, syncProblem } from './readiness.js';
import { RealTimeWaits } from './real-time-waits.js';
import type { NodeOwner, TestNode } from './test-node.js';
import { TimeControl } from './time-control.js';

/** What waitFor() waits for; the words are explained there. */
export type WaitCondition<C = unknown> =
  | 'ok'
  | 'converged'
  | 'in-sync'
  | ((cluster: C) => boolean | Promise<boolean>);

export interface WaitOptions {
  /** Virtual time after which it gives up. Default '120s'. */
  readonly timeout?: Duration;
  /** What is waited for, for the error message. */
  readonly what?: string;
}

const DEFAULT_WAIT_MS = 120_000;

/** What keeps a named condition from holding; null = it holds. */
const PROBLEMS = { ok: readinessProblem, converged: convergenceProblem, 'in-sync': syncProblem } as const;
const NAMED = {
  ok: 'the cluster to be ok',
  converged: 'all views to agree',
  'in-sync': 'all replicas to be in sync',
};

export abstract class ClusterTime extends ClusterEvents {
  protected readonly time: TimeControl;
  readonly #waits = new RealTimeWaits();

  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    super(parts, makeNodes);
    this.time = new TimeControl(parts.pump);
    parts.pump.afterWork = () => {
      if (!this.#waits.isEmpty) this.#waits.check();
    };
  }

  /** Virtual time, Unix milliseconds: what TIME and every expiry of the nodes go by. */
  now(): number {
    this.pump.sync();
    return this.time.nowMs;
  }

  /**
   * Moves virtual time forward. Every timer on the way fires in order; wherever bytes moved on a client's socket, they
   * are let through before time goes on. Waits first for what clients have sent already.
   * @param duration milliseconds, or a text such as '15s'.
   * @throws RedisTestClusterError INVALID_ARGUMENT, STOPPED.
   * @example
   * await cluster.advance('20s');
   */
  async advance(duration: Duration): Promise<void> {
    this.assertRunning();
    await this.time.advanceBy(toMilliseconds(duration, 'advance(duration)'));
    this.assertRunning();
  }

  /**
   * Fast-forwards until a condition holds. It is tried before, and after every instant at which something happened.
   *
   * - `'ok'`: every running node says cluster_state:ok, every slot is served by a running master, all agree on that, and
   *   every running replica is in sync with its master.
   * - `'converged'`: all running nodes have one view: roles, slots, epochs, and nobody suspects another one.
   * - `'in-sync'`: every running replica has all that its running master has sent.
   * - a function of the cluster.
   *
   * For what clients do, which takes real time, there are whenCommand(), whenBlocked() and when().
   * @returns the virtual time that it took, ms.
   * @throws RedisTestClusterError TIMEOUT with the cluster's last events and its seed; STOPPED; INVALID_ARGUMENT.
   * @example
   * await master.kill();
   * await cluster.waitFor(() => replica.role === 'master');
   */
  async waitFor(condition: WaitCondition<this>, options: WaitOptions = {}): Promise<number> {
    this.assertRunning();
    const limitMs =
      options.timeout === undefined ? DEFAULT_WAIT_MS : toMilliseconds(options.timeout, 'timeout');
    const problem = typeof condition === 'string' ? PROBLEMS[condition] : undefined;
    if (typeof condition !== 'function' && problem === undefined) {
      const got = typeof condition === 'string' ? `'${String(condition)}'` : String(condition);
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        `waitFor() takes 'ok', 'converged', 'in-sync' or a function, got ${got}`,
      );
    }
    const test =
      typeof condition === 'function' ? () => condition(this) : () => problem?.(this.nodes) === null;
    const startedAtMs = this.time.nowMs;
    if (await this.time.advanceUntil(test, limitMs)) return this.time.nowMs - startedAtMs;
    this.assertRunning();
    const what = options.what ?? (typeof condition === 'string' ? NAMED[condition] : 'a condition');
    const reason = problem === undefined ? '' : `: ${problem(this.nodes) ?? ''}`;
    throw this.failure('TIMEOUT', `waited ${limitMs} ms of virtual time for ${what}${reason}`);
  }

  /**
   * Resolves when a condition holds, in real time: for what clients do by themselves. It is tried after everything that
   * comes in; virtual time is not moved.
   * @throws RedisTestClusterError TIMEOUT after `timeoutMs` of real time (default 5000), with the last events; STOPPED.
   * @example
   * await cluster.when(() => master.connectionCount === 0);
   */
  async when(
    condition: (cluster: this) => boolean,
    options: { readonly timeoutMs?: number; readonly what?: string } = {},
  ): Promise<void> {
    await this.waitInRealTime(
      () => condition(this),
      () => options.what ?? 'a condition',
      options.timeoutMs,
    );
  }

  protected async waitInRealTime(
    condition: () => boolean,
    what: () => string,
    timeoutMs?: number,
  ): Promise<void> {
    this.assertRunning();
    const startedAtMs = this.time.nowMs;
    await this.#waits.wait(
      condition,
      () =>
        this.failure(
          'TIMEOUT',
          `waited ${timeoutMs ?? 5000} ms of real time (${this.time.nowMs - startedAtMs} ms of virtual time) for ${what()}`,
        ),
      timeoutMs,
    );
  }

  /** The cluster ends: nobody waits any longer. */
  protected endWaits(): void {
    this.#waits.failAll(new RedisTestClusterError('STOPPED', 'this cluster was stopped; start another one'));
  }

  async settle(): Promise<void> {
    await this.time.settle();
  }
}
