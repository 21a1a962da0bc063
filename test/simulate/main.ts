/**
 * `npm run simulate -- --seeds 1000 [--from n] [--masters m] [--replicas r] [--steps s]`: random faults on clusters of 3 to
 * 7 shards with up to 2 replicas each, unless the options say otherwise. Prints how it goes and how much virtual time a
 * second of wall time was worth; at a broken invariant prints how to repeat the run, and exits with 1.
 */
import { parseArgs } from 'node:util';
import {
  RedisTestClusterError,
  type SimulateOptions,
  type SimulationRun,
  simulate,
} from '../../src/index.js';

const MS_OF_HOUR = 3_600_000;
const PROGRESS_EVERY_MS = 5000;

class Tally {
  readonly #startedAt = performance.now();
  #printedAt = performance.now();
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
    if (performance.now() - this.#printedAt < PROGRESS_EVERY_MS) return;
    this.#printedAt = performance.now();
    say(`seed ${run.seed}: ${this.rate()}`);
  }

  rate(): string {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const hours = this.#virtualMs / MS_OF_HOUR;
    const rate = (hours / seconds).toFixed(3);
    return `${this.#runs} runs, ${hours.toFixed(2)} virtual hours in ${seconds.toFixed(1)} s: ${rate} virtual hours for each second`;
  }

  losses(): string {
    const lines = [...this.#losses].map(([reason, count]) => `  ${count} ${reason}`);
    return `${this.#faults} faults, ${this.#writes} acknowledged writes; lost, and why that was allowed:\n${lines.join('\n')}`;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function optionsOf(args: readonly string[]): SimulateOptions {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seeds: number, from: number, masters: number, replicas: number, steps: number },
  });
  return {
    seeds: { from: Number(values.from ?? 1), count: Number(values.seeds ?? 100) },
    masters: values.masters === undefined ? [3, 7] : Number(values.masters),
    replicas: values.replicas === undefined ? [0, 2] : Number(values.replicas),
    ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
  };
}

const tally = new Tally();
try {
  await simulate({ ...optionsOf(process.argv.slice(2)), onRun: (run) => tally.add(run) });
  say(`${tally.rate()}\n${tally.losses()}\nno invariant was broken`);
} catch (error) {
  process.stderr.write(`${error instanceof RedisTestClusterError ? error.message : String(error)}\n`);
  say(tally.rate());
  process.exitCode = 1;
}
