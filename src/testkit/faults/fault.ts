/** What every fault is for the test that made it: a handle that counts what it hit and ends it. */
import type { FaultBook } from './fault-book.js';

/** Hits that a fault keeps; the count goes on. */
const KEPT_HITS = 10_000;

/**
 * A fault in force. It ends with `dispose()`, with the block of a `using` declaration, or with `cluster.reset()`.
 *
 * @example
 * using fault = cluster.dropMessages({ type: 'PONG', probability: 0.5 });
 * await cluster.advance('10s');
 * expect(fault.hits).toBeGreaterThan(0);
 */
export class Fault<Hit = unknown> implements Disposable {
  /** What it does, in words, as the timeline shows it. */
  readonly description: string;
  readonly #book: FaultBook;
  readonly #end: () => void;
  #hits = 0;
  #log: Hit[] = [];
  #active = true;

  /** @param end takes the fault out; called once. */
  constructor(book: FaultBook, description: string, end: () => void) {
    this.#book = book;
    this.description = description;
    this.#end = end;
    book.begin(this);
  }

  /** How often it took effect. */
  get hits(): number {
    return this.#hits;
  }

  /** What it took effect on, oldest first: the last 10000. */
  get log(): readonly Hit[] {
    return this.#log;
  }

  /** False once it ended. */
  get isActive(): boolean {
    return this.#active;
  }

  /**
   * Resolves when it has taken effect that often. Waits for the clients in real time; virtual time is not moved.
   * @throws RedisTestClusterError TIMEOUT after `timeoutMs` of real time (default 5000), with the last events; STOPPED.
   */
  async whenHit(times = 1, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#book.when(
      () => this.#hits >= times,
      () => `${this.description}: ${times} hit(s), had ${this.#hits}`,
      options.timeoutMs,
    );
  }

  /** Ends the fault; what it held back goes on. Ending it twice does nothing. */
  dispose(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#book.end(this, this.#end);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** For the parts of the test kit: it took effect. */
  count(hit: Hit): void {
    this.#hits++;
    this.#log.push(hit);
    if (this.#log.length >= 2 * KEPT_HITS) this.#log = this.#log.slice(-KEPT_HITS);
  }
}
