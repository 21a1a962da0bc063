/**
 * Random commands of every type on a real redis-server and on a node of ours. By itself each run has new seeds, and prints
 * the one to repeat when replies differ. PARITY_SEED, PARITY_ROUNDS and PARITY_MODE choose.
 */
import { expect, it } from 'vitest';
import { describeParity } from '../../support/real-redis.js';
import { Lockstep } from './lockstep.js';

const ROUNDS = Number(process.env['PARITY_ROUNDS'] ?? 4);
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));

const MODES = [
  { name: 'cluster2', cluster: true, protocol: 2 },
  { name: 'cluster3', cluster: true, protocol: 3 },
  { name: 'standalone2', cluster: false, protocol: 2 },
  { name: 'standalone3', cluster: false, protocol: 3 },
] as const;
const CHOSEN = MODES.filter(({ name }) => name === (process.env['PARITY_MODE'] ?? name));

describeParity('random commands', () => {
  for (const [index, { name, cluster, protocol }] of CHOSEN.entries()) {
    const seed = SEED + index * 1_000_000;
    it(`${name}, from seed ${seed}`, { timeout: 300_000 }, async () => {
      await using lockstep = await Lockstep.start({ seed, rounds: ROUNDS, cluster, protocol });
      const commands = await lockstep.run();
      expect(commands).toBeGreaterThan(ROUNDS * 1000);
    });
  }
});
