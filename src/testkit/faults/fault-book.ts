/** The faults that are in force in a cluster. */
import type { RealTimePump } from '../../io/real-time-pump.js';
import type { Random } from '../../time/random.js';
import type { Fault } from './fault.js';

/** What the faults need of their cluster. */
export interface FaultBookOwner {
  readonly pump: RealTimePump;
  /** Its own generator, from the cluster's seed: a fault does not change what the nodes draw. */
  readonly random: Random;
  assertRunning(): void;
  recordFault(step: 'begins' | 'ends', description: string): void;
  /** Waits in real time. Rejects with TIMEOUT or STOPPED. */
  when(condition: () => boolean, what: () => string, timeoutMs?: number): Promise<void>;
}

export class FaultBook {
  readonly #owner: FaultBookOwner;
  readonly #active = new Set<Fault>();

  constructor(owner: FaultBookOwner) {
    this.#owner = owner;
  }

  get active(): readonly Fault[] {
    return [...this.#active];
  }

  get random(): Random {
    return this.#owner.random;
  }

  get nowMs(): number {
    return this.#owner.pump.clock.nowMs();
  }

  /** Runs something that changes what the nodes see, at the present of a flowing clock. */
  input(run: () => void): void {
    this.#owner.pump.input(run);
  }

  begin(fault: Fault): void {
    this.#owner.assertRunning();
    this.#active.add(fault);
    this.#owner.recordFault('begins', fault.description);
  }

  end(fault: Fault, takeOut: () => void): void {
    this.#active.delete(fault);
    this.#owner.pump.input(() => {
      this.#owner.recordFault('ends', fault.description);
      takeOut();
    });
  }

  when(condition: () => boolean, what: () => string, timeoutMs?: number): Promise<void> {
    return this.#owner.when(condition, what, timeoutMs);
  }

  /** The latest first, as `using` would. */
  disposeAll(): void {
    for (const fault of this.active.toReversed()) fault.dispose();
  }
}
