/** LATENCY: events that took at least latency-monitor-threshold ms, the last 160 of each kind (latency.c). https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/ */
import type { LatencyEvents, LatencySample } from '../commands/context.js';

const SAMPLES_KEPT = 160;
/** What it takes to free a member of a collection; here the garbage collector does that, at its own time. */
const US_TO_FREE = 0.1;

interface Event {
  readonly samples: LatencySample[];
  maxMs: number;
}

export class LatencyMonitor implements LatencyEvents {
  readonly #thresholdMs: () => number;
  readonly #nowMs: () => number;
  readonly #events = new Map<string, Event>();
  #expiryUs = 0;

  /** @param thresholdMs latency-monitor-threshold; 0 = nothing is recorded. */
  constructor(thresholdMs: () => number, nowMs: () => number) {
    this.#thresholdMs = thresholdMs;
    this.#nowMs = nowMs;
  }

  add(name: string, latencyMs: number): void {
    const thresholdMs = this.#thresholdMs();
    if (thresholdMs === 0 || latencyMs < thresholdMs) return;
    let event = this.#events.get(name);
    if (event === undefined) {
      event = { samples: [], maxMs: 0 };
      this.#events.set(name, event);
    }
    event.maxMs = Math.max(event.maxMs, latencyMs);
    const atS = Math.floor(this.#nowMs() / 1000);
    const last = event.samples.at(-1);
    // One sample a second, the worst of it.
    if (last?.atS === atS) {
      last.latencyMs = Math.max(last.latencyMs, latencyMs);
      return;
    }
    event.samples.push({ atS, latencyMs });
    if (event.samples.length > SAMPLES_KEPT) event.samples.shift();
  }

  /** A key expired, and its value is freed at once. */
  onExpired(pieces: number): void {
    const takesUs = pieces * US_TO_FREE;
    this.#expiryUs += takesUs;
    this.add('expire-del', Math.floor(takesUs / 1000));
  }

  /** The cycle that looks for expired keys runs. */
  duringExpireCycle(run: () => void): void {
    this.#expiryUs = 0;
    run();
    this.add('expire-cycle', Math.floor(this.#expiryUs / 1000));
  }

  get names(): readonly string[] {
    return [...this.#events.keys()];
  }

  samplesOf(name: string): readonly LatencySample[] {
    return this.#events.get(name)?.samples ?? [];
  }

  maxMsOf(name: string): number {
    return this.#events.get(name)?.maxMs ?? 0;
  }

  reset(name: string): boolean {
    return this.#events.delete(name);
  }
}
