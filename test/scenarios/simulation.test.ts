// Random kills, restarts, pauses, cuts and failovers under a steady load of writes: the safety rules hold at every moment, and
// when all is repaired the cluster finds together again. SIMULATION_SEED=n runs one seed, SIMULATION_SEEDS=n that many;
// SIMULATION_BUS=tcp runs them over real sockets, where a seed does not give the very same run again.
import { expect, it } from 'vitest';
import { Simulation } from './simulation.js';

const FAULTS = 14;
const DEFAULT_SEEDS = 15;

const only = process.env['SIMULATION_SEED'];
const count = Number(process.env['SIMULATION_SEEDS'] ?? DEFAULT_SEEDS);
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];

it.each(seeds)('seed %i keeps the rules and converges', { timeout: 60_000 }, async (seed) => {
  const simulation = await Simulation.start(seed);
  try {
    await simulation.run(FAULTS);
  } catch (error) {
    process.stderr.write(`SIMULATION_SEED=${seed}\n${simulation.story()}\n`);
    throw error;
  }
  expect(simulation.ledger.acknowledged).toBeGreaterThan(30);
  if (only !== undefined)
    process.stderr.write(
      `${JSON.stringify(simulation.ledger.losses)} of ${simulation.ledger.acknowledged}\n`,
    );
});
