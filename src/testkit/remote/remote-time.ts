/** The time of a cluster in another process. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import { realNowMs } from '../../io/natives.js';
import type { AdvanceOptions } from '../cluster-time.js';
import { type Duration, toMilliseconds } from '../duration.js';
import { assertSocketsCanWork, TimersInStep } from '../fake-timers.js';
import type { RemoteCondition, RemoteRunOptions, RemoteWaitOptions } from './remote-filters.js';
import { RemoteNodes } from './remote-nodes.js';

const DEFAULT_LIMIT_MS = 120_000;
const DEFAULT_TIMEOUT_MS = 5000;
/** A condition may be about this process, of which the other one hears nothing. */
const RECHECK_MS = 20;
/** Events that an error shows. */
const SHOWN_EVENTS = 25;

export abstract class RemoteTime extends RemoteNodes {
  /** Virtual time, Unix milliseconds. */
  now(): Promise<number> {
    return this.call('now');
  }

  /**
   * Moves virtual time forward; see Cluster.advance(). The clients of this process go along: what they have sent is served
   * first, and where a node answers them, they are given a turn.
   * @param options `timers`: fake timers of this process that go along in step. `skipIdle`: see AdvanceOptions.
   */
  async advance(duration: Duration, options: AdvanceOptions = {}): Promise<void> {
    assertSocketsCanWork('advance()');
    const { timers, ...others } = options;
    if (timers === undefined) await this.call('advance', { duration, ...others });
    else await this.#advanceInStep(toMilliseconds(duration, 'advance(duration)'), new TimersInStep(timers));
  }

  /** Moves virtual time forward to a moment, Unix milliseconds or a Date. */
  async advanceTo(time: number | Date, options: Omit<AdvanceOptions, 'timers'> = {}): Promise<void> {
    await this.call('advanceTo', { time, ...options });
  }

  /** Moves to the next moment at which something is due. @returns the virtual time that it took, ms. */
  next(): Promise<number> {
    return this.call('next');
  }

  /** Stops the flow of time. */
  pause(): Promise<void> {
    return this.call('pause');
  }

  resume(): Promise<void> {
    return this.call('resume');
  }

  /** What keeps a condition of waitFor() from holding now, in words; null when it holds. */
  problem(condition: 'ok' | 'converged' | 'in-sync'): Promise<string | null> {
    return this.call('problem', { condition });
  }

  /**
   * Fast-forwards until a condition holds; see Cluster.waitFor().
   * @param condition a function is called here, with what the nodes are at that moment.
   * @returns the virtual time that it took, ms.
   * @throws RedisTestClusterError TIMEOUT with the last events and the seed.
   * @example
   * await shared.waitFor(() => shared.nodeForSlot(42) !== master);
   * await shared.waitFor({ event: 'promoted', times: 2 });
   */
  async waitFor(condition: RemoteCondition<this>, options: RemoteWaitOptions = {}): Promise<number> {
    if (typeof condition !== 'function') return await this.call('waitFor', { condition, ...options });
    const limitMs = toMilliseconds(options.timeout ?? DEFAULT_LIMIT_MS, 'timeout');
    const tookMs = await this.#stepUntil(condition, limitMs);
    if (tookMs !== null) return tookMs;
    throw await this.#timeout(`waited ${limitMs} ms of virtual time for ${options.what ?? 'a condition'}`);
  }

  /** Fast-forwards until a condition holds, or for as long as `limit` says. @returns whether it held. */
  async runUntil(condition: RemoteCondition<this>, options: RemoteRunOptions = {}): Promise<boolean> {
    if (typeof condition !== 'function') return await this.call('runUntil', { condition, ...options });
    const limitMs = toMilliseconds(options.limit ?? DEFAULT_LIMIT_MS, 'limit');
    return (await this.#stepUntil(condition, limitMs)) !== null;
  }

  /** Resolves when a condition holds, in real time; it is tried when something is new. See Cluster.when(). */
  async when(
    condition: (cluster: this) => boolean,
    options: { readonly timeoutMs?: number; readonly what?: string } = {},
  ): Promise<void> {
    const { timeoutMs: limitMs = DEFAULT_TIMEOUT_MS, what = 'a condition' } = options;
    const endMs = realNowMs() + limitMs;
    await this.refresh();
    while (!condition(this)) {
      const leftMs = endMs - realNowMs();
      if (leftMs <= 0) throw await this.#timeout(`waited ${limitMs} ms of real time for ${what}`);
      const timeoutMs = Math.min(leftMs, RECHECK_MS);
      await this.call('whenNews', { timeoutMs, what }).catch((error: RedisTestClusterError) => {
        if (error.code !== 'TIMEOUT') throw error;
      });
    }
  }

  /** Asks what the nodes are now. Every other call does so as well. */
  async refresh(): Promise<void> {
    await this.call('state');
  }

  /** @returns the virtual time that it took; null when it took too long. */
  async #stepUntil(
    condition: (cluster: this) => boolean | Promise<boolean>,
    limitMs: number,
  ): Promise<number | null> {
    await this.refresh();
    let tookMs = 0;
    for (;;) {
      const held = condition(this);
      if (await held) return tookMs;
      if (tookMs >= limitMs) return null;
      // Whoever asks the cluster for more than what is told anyway wants to do so at every instant.
      const until = typeof held === 'boolean' ? 'news' : 'instant';
      tookMs += await this.call<number>('step', { until, limit: limitMs - tookMs });
    }
  }

  /** The next event of either goes first, as in TimeControl; here too, fake time moves where somebody can see it. */
  async #advanceInStep(totalMs: number, timers: TimersInStep): Promise<void> {
    await this.call('advance', { duration: 0 });
    let elapsedMs = 0;
    while (elapsedMs < totalMs) {
      const toFake = timers.msToNext() ?? totalMs;
      const limit = Math.max(1, Math.min(toFake, totalMs - elapsedMs));
      const tookMs = await this.call<number>('step', { until: 'news', limit });
      await timers.advance(tookMs);
      elapsedMs += tookMs;
    }
    await this.call('advance', { duration: 0 });
  }

  async #timeout(message: string): Promise<RedisTestClusterError> {
    const events = await this.call<string>('timeline', { last: SHOWN_EVENTS });
    return new RedisTestClusterError(
      'TIMEOUT',
      `${message}\nlast events (seed ${this.seed}):\n${events === '' ? '(none)' : events}`,
    );
  }
}
