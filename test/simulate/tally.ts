/** What the runs of `npm run simulate` come to. */
import type { SimulationRun } from '../../src/index.js';

const MS_OF_HOUR = 3_600_000;

export class Tally {
  readonly #startedAt = performance.now();
  #runs = 0;
  #virtualMs = 0;
  #writes = 0;
  #faults = 0;
  readonly #losses = new Map<string, number>();

  add(run: SimulationRun): void {
    this.#runs++;
    this.#virtualMs += run.virtualMs;
    this.#writes += run.acknowledgedWrites;
    this.#faults += run.faults;
    for (const [reason, count] of Object.entries(run.lostWrites))
      this.#losses.set(reason, (this.#losses.get(reason) ?? 0) + count);
  }

  rate(): string {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6;
    const hours = this.#virtualMs / MS_OF_HOUR;
    const rate = `${(hours / seconds).toFixed(3)} virtual hours for each second (${(hours / cpuSeconds).toFixed(3)} for one of processor time)`;
    return `${this.#runs} runs, ${hours.toFixed(2)} virtual hours in ${seconds.toFixed(1)} s: ${rate}`;
  }

  losses(): string {
    const lines = [...this.#losses].map(([reason, count]) => `  ${count} ${reason}`);
    return `${this.#faults} faults, ${this.#writes} acknowledged writes; lost, and why that was allowed:\n${lines.join('\n')}`;
  }
}
