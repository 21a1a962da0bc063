/** The time of a cluster, and waiting for what happens in it. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { ClusterEvents } from './cluster-events.js';
import type { ClusterParts } from './cluster-nodes.js';
import { type Duration, toMilliseconds } from './duration.js';
import { assertSocketsCanWork, type FakeTimers, TimersInStep } from './fake-timers.js';
import { IdleTime } from './idle-time.js';
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

export interface StepOptions {
  /** Fake timers that go along in step. */
  readonly timers?: FakeTimers;
}

export interface AdvanceOptions extends StepOptions {
  /**
   * Where nothing but heartbeats happens for minutes, most of these are left out (default true). Nodes are then as if they
   * had been sent; only what counts them (messages of the bus, acknowledgements of replicas) stands still. False lives
   * through every one of them, which takes some half a second for an hour of six nodes.
   */
  readonly skipIdle?: boolean;
}

export interface WaitOptions extends StepOptions {
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
  /** Time followed the test's Date when it was last asked. */
  #follows = false;

  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    super(parts, makeNodes);
    this.time = new TimeControl(parts.pump);
    this.time.idleTime = new IdleTime(this.nodes, parts.pump, parts.network, parts.log);
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
   * Moves virtual time forward. Every timer on the way fires in order, each as often as it is due; wherever bytes moved on
   * a client's socket, they are let through before time goes on. Waits first for what clients have sent already: beside a
   * client that never stops sending, for some tens of milliseconds at most.
   * @param duration milliseconds, or a text such as '15s'.
   * @param options `timers`: fake timers (`vi`, `jest`, a sinon clock, `mock.timers`) that go along in step, each of their
   *   timers at its moment among those of the nodes. `skipIdle`: see there; with `timers` nothing is skipped.
   * @throws RedisTestClusterError INVALID_ARGUMENT, STOPPED, FAKED_TIMERS when process.nextTick is faked.
   * @example
   * await cluster.advance('20s');
   * await cluster.advance('30d');
   * await cluster.advance('1m', { timers: vi });
   */
  async advance(duration: Duration, options: AdvanceOptions = {}): Promise<void> {
    this.assertUsable('advance()');
    const durationMs = toMilliseconds(duration, 'advance(duration)');
    await this.time.advanceBy(durationMs, inStep(options), options.skipIdle ?? true);
    this.assertRunning();
  }

  /**
   * Moves virtual time forward to a moment; see advance().
   * @param time Unix milliseconds or a Date, not before now().
   */
  async advanceTo(time: number | Date, options: AdvanceOptions = {}): Promise<void> {
    this.assertUsable('advanceTo()');
    const targetMs = Number(time);
    const nowMs = this.now();
    if (!(Number.isFinite(targetMs) && targetMs >= nowMs)) {
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        `advanceTo() takes Unix milliseconds or a Date from now on (${nowMs}); virtual time never goes back; got ${String(time)}`,
      );
    }
    await this.time.advanceBy(targetMs - nowMs, inStep(options), options.skipIdle ?? true);
    this.assertRunning();
  }

  /**
   * Moves to the next moment at which something is due on a node or on a link, and lets it happen.
   * @returns the virtual time that it took, ms.
   */
  async next(): Promise<number> {
    this.assertUsable('next()');
    const startMs = this.now();
    await this.time.next();
    this.assertRunning();
    return this.time.nowMs - startMs;
  }

  /**
   * Fast-forwards until a condition holds, as waitFor(); but a condition that never holds is no failure.
   * @param options `limit`: the virtual time that it may take, default '120s'.
   * @returns whether it held.
   * @example
   * const failedOver = await cluster.runUntil(() => replica.role === 'master', { limit: '10s' });
   */
  async runUntil(
    condition: (cluster: this) => boolean | Promise<boolean>,
    options: StepOptions & { readonly limit?: Duration } = {},
  ): Promise<boolean> {
    this.assertUsable('runUntil()');
    const limitMs = toMilliseconds(options.limit ?? DEFAULT_WAIT_MS, 'limit');
    if (typeof condition !== 'function')
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        `runUntil() takes a function, got ${String(condition)}`,
      );
    const held = await this.time.advanceUntil(() => condition(this), limitMs, inStep(options));
    this.assertRunning();
    return held;
  }

  /** Stops the flow of time: from now on it moves only by advance() and its relatives. (A node alone: `node.pause()`.) */
  pause(): void {
    this.assertRunning();
    this.#follows = this.pump.mode === 'follow';
    this.pump.setMode('manual');
  }

  /** Lets time flow with real time from where it stands; or follow the test's Date and timers again, if it did. */
  resume(): void {
    this.assertRunning();
    this.pump.setMode(this.#follows ? 'follow' : 'flowing');
  }

  /**
   * What keeps a condition of waitFor() from holding now, in words.
   * @returns null when it holds.
   */
  problem(condition: keyof typeof PROBLEMS): string | null {
    return PROBLEMS[condition](this.nodes);
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
    this.assertUsable('waitFor()');
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
    if (await this.time.advanceUntil(test, limitMs, inStep(options))) return this.time.nowMs - startedAtMs;
    this.assertRunning();
    const what = options.what ?? (typeof condition === 'string' ? NAMED[condition] : 'a condition');
    const reason = problem === undefined ? '' : `: ${problem(this.nodes) ?? ''}`;
    throw this.failure('TIMEOUT', `waited ${limitMs} ms of virtual time for ${what}${reason}`);
  }

  /**
   * Resolves when a condition holds, in real time: for what clients do by themselves. It is tried after everything that
   * comes in, and every 10 ms; virtual time is not moved.
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

  protected assertUsable(call: string): void {
    this.assertRunning();
    assertSocketsCanWork(call);
  }

  /** The cluster ends: nobody waits any longer. */
  protected endWaits(): void {
    this.#waits.failAll(new RedisTestClusterError('STOPPED', 'this cluster was stopped; start another one'));
  }

  async settle(): Promise<void> {
    await this.time.settle();
  }

  /**
   * For the parts of the test kit: sockets have not settled before that has had a turn, again and again.
   * @returns a function that takes it back.
   */
  settleWith(turn: () => Promise<void>): () => void {
    this.time.turnsElsewhere.add(turn);
    return () => void this.time.turnsElsewhere.delete(turn);
  }
}

function inStep({ timers }: StepOptions): TimersInStep | null {
  return timers === undefined ? null : new TimersInStep(timers);
}
