/** Starts one cluster of a given size, and lets virtual time pass on it while nothing else happens. */
import { startCluster } from '../../../src/index.js';
import { type Cost, costOf } from '../measure.js';

export interface Scale {
  readonly start: Cost;
  /** Virtual seconds that pass in one second of CPU time, and of wall time. */
  readonly speedByCpu: number;
  readonly speedByWall: number;
  readonly rssBytes: number;
}

/** Rounds of the same length; the best one counts, as the first ones also compile the code. */
const ROUNDS = 3;

/** @param args [masters, replicas of each, virtual seconds of a round] */
export async function scale([
  masters = '3',
  replicas = '1',
  seconds = '60',
]: readonly string[]): Promise<Scale> {
  const clusters: Awaited<ReturnType<typeof startCluster>>[] = [];
  const start = await costOf(async () => {
    clusters.push(await startCluster(Number(masters), Number(replicas), { clock: 'manual' }));
  });
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error('the cluster did not start');
  let speedByCpu = 0;
  let speedByWall = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const cost = await costOf(() => cluster.advance(Number(seconds) * 1000));
    speedByCpu = Math.max(speedByCpu, (Number(seconds) * 1000) / cost.cpuMs);
    speedByWall = Math.max(speedByWall, (Number(seconds) * 1000) / cost.wallMs);
  }
  const rssBytes = process.memoryUsage().rss;
  await cluster.stop();
  return { start, speedByCpu, speedByWall, rssBytes };
}
