/** Import of the package, startCluster(3, 1), stop(), against six redis-servers made a cluster by redis-cli. */

import { builtPackage } from '../built-package.js';
import { runChild } from '../child-process.js';
import type { FreshStart } from '../children/fresh-start.js';
import { costOf, medianCost } from '../measure.js';
import { RealServers } from '../real-redis.js';
import { ms, msWithCpu, type Row, times } from '../report.js';
import type { Settings } from '../settings.js';

const NODES = 6;
const AIM_IMPORT_MS = 30;
const AIM_FIRST_START_MS = 50;
const AIM_WARM_START_MS = 15;
const AIM_STOP_MS = 10;
const AIM_TIMES_FASTER = 100;

export async function benchStart(settings: Settings): Promise<Row[]> {
  const built = builtPackage();
  const what = built === null ? 'modules, not built' : 'built package';
  const processes = settings.quick ? 5 : 11;
  const runs: FreshStart[] = [];
  for (let run = 0; run < processes; run++) {
    const warmStarts = run > 0 ? 0 : settings.quick ? 20 : 40;
    runs.push(await runChild<FreshStart>('fresh-start', [warmStarts, ...(built === null ? [] : [built])]));
  }
  const imported = medianCost(runs.map((run) => run.import));
  const first = medianCost(runs.map(({ firstStart }) => firstStart));
  const warm = medianCost(runs.flatMap(({ warmStarts }) => warmStarts));
  const stop = medianCost(runs.flatMap(({ stops }) => stops));
  const realMs = settings.hasRedis ? await realStartMs() : null;

  const compared = (wallMs: number): Partial<Row> =>
    realMs === null ? {} : { real: ms(realMs), ratio: `${times(realMs / wallMs)} faster` };
  return [
    {
      what: `import, fresh process (${what})`,
      ours: msWithCpu(imported),
      aim: `<= ${AIM_IMPORT_MS} ms`,
      isMet: imported.wallMs <= AIM_IMPORT_MS,
    },
    {
      what: 'startCluster(3, 1), first in a process',
      ours: msWithCpu(first),
      ...compared(first.wallMs),
      aim: `<= ${AIM_FIRST_START_MS} ms, >= ${AIM_TIMES_FASTER}x faster`,
      isMet:
        first.wallMs <= AIM_FIRST_START_MS && (realMs === null || realMs / first.wallMs >= AIM_TIMES_FASTER),
    },
    {
      what: 'startCluster(3, 1), later ones',
      ours: msWithCpu(warm),
      ...compared(warm.wallMs),
      aim: `<= ${AIM_WARM_START_MS} ms`,
      isMet: warm.wallMs <= AIM_WARM_START_MS,
    },
    {
      what: 'stop() of six nodes',
      ours: msWithCpu(stop),
      aim: `<= ${AIM_STOP_MS} ms`,
      isMet: stop.wallMs <= AIM_STOP_MS,
    },
  ];
}

/** From the start of the processes until all six say ok and the links of the replicas are up. */
async function realStartMs(): Promise<number> {
  const started: RealServers[] = [];
  try {
    const { wallMs } = await costOf(async () => {
      const servers = await RealServers.start(NODES);
      started.push(servers);
      await servers.formCluster();
    });
    return wallMs;
  } finally {
    for (const servers of started) await servers.stop();
  }
}
