/** What happens per second of late: the instantaneous_ fields of INFO, as means over the last 16 samples of the cron (trackInstantaneousMetric of server.c). */
import type { Rates } from '../commands/context.js';
import type { ServerStats } from './stats.js';

const SAMPLES = 16;
const US_PER_SECOND = 1_000_000;

class Rate {
  readonly #samples = new Array<number>(SAMPLES).fill(0);
  #next = 0;
  #lastBase = 0;
  #lastValue = 0;

  /** @param base what the value is set in relation to. */
  sample(value: number, base: number, factor: number): void {
    if (this.#lastBase > 0) {
      const passed = base - this.#lastBase;
      this.#samples[this.#next] = passed > 0 ? Math.floor(((value - this.#lastValue) * factor) / passed) : 0;
      this.#next = (this.#next + 1) % SAMPLES;
    }
    this.#lastBase = base;
    this.#lastValue = value;
  }

  get mean(): number {
    let sum = 0;
    for (const sample of this.#samples) sum += sample;
    return Math.floor(sum / SAMPLES);
  }
}

export class NodeRates implements Rates {
  readonly #commands = new Rate();
  readonly #input = new Rate();
  readonly #output = new Rate();
  readonly #replicationInput = new Rate();
  readonly #replicationOutput = new Rate();
  readonly #cycles = new Rate();
  readonly #cycleDuration = new Rate();

  /** To be called by the cron. */
  sample(stats: ServerStats, nowUs: number): void {
    this.#commands.sample(stats.totalCommandsProcessed, nowUs, US_PER_SECOND);
    this.#input.sample(stats.totalNetInputBytes, nowUs, US_PER_SECOND);
    this.#output.sample(stats.totalNetOutputBytes, nowUs, US_PER_SECOND);
    this.#replicationInput.sample(stats.replicationInputBytes, nowUs, US_PER_SECOND);
    this.#replicationOutput.sample(stats.replicationOutputBytes, nowUs, US_PER_SECOND);
    this.#cycles.sample(stats.cycles, nowUs, US_PER_SECOND);
    this.#cycleDuration.sample(stats.heldUs, stats.cycles, 1);
  }

  get commandsPerSecond(): number {
    return this.#commands.mean;
  }

  get inputBytesPerSecond(): number {
    return this.#input.mean;
  }

  get outputBytesPerSecond(): number {
    return this.#output.mean;
  }

  get replicationInputBytesPerSecond(): number {
    return this.#replicationInput.mean;
  }

  get replicationOutputBytesPerSecond(): number {
    return this.#replicationOutput.mean;
  }

  get cyclesPerSecond(): number {
    return this.#cycles.mean;
  }

  get cycleDurationUs(): number {
    return this.#cycleDuration.mean;
  }
}
