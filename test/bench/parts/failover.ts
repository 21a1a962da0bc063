/** A master dies at the default node timeout: until its replica serves a write, on virtual time and on real time. */

import { runChild } from '../child-process.js';
import type { Failovers } from '../children/failover.js';
import { median, medianCost, pollUntil } from '../measure.js';
import { type RealNode, RealServers } from '../real-redis.js';
import { ms, msWithCpu, type Row, times } from '../report.js';
import type { Settings } from '../settings.js';

const NODES = 6;
const AIM_MS = 25;
const AIM_TIMES_FASTER = 500;
const REAL_LIMIT_MS = 90_000;
/** Node timeout of the real cluster in a quick run, ms. */
const QUICK_NODE_TIMEOUT_MS = 1000;

export async function benchFailover(settings: Settings): Promise<Row[]> {
  const processes = settings.quick ? 3 : 7;
  const runs: Failovers[] = [];
  for (let run = 0; run < processes; run++) {
    runs.push(await runChild<Failovers>('failover', [run === 0 ? (settings.quick ? 10 : 25) : 1]));
  }
  const first = medianCost(runs.flatMap(({ costs }) => costs.slice(0, 1)));
  const later = medianCost(runs.flatMap(({ costs }) => costs.slice(1)));
  const virtualMs = median(runs.flatMap((run) => [...run.virtualMs]));
  const realMs = settings.hasRedis ? await realFailoverMs(settings.quick) : null;

  const compared = (wallMs: number): Partial<Row> =>
    realMs === null ? {} : { real: ms(realMs), ratio: `${times(realMs / wallMs)} faster` };
  const isFastEnough = (wallMs: number): boolean =>
    wallMs <= AIM_MS && (realMs === null || settings.quick || realMs / wallMs >= AIM_TIMES_FASTER);
  const aim = `<= ${AIM_MS} ms, >= ${AIM_TIMES_FASTER}x faster`;
  const how = settings.quick && realMs !== null ? ' (real: node timeout 1 s, ours 15 s)' : '';
  return [
    {
      what: `failover, first in a process${how}`,
      ours: msWithCpu(first),
      ...compared(first.wallMs),
      aim,
      isMet: isFastEnough(first.wallMs),
    },
    {
      what: `failover, later ones${how}`,
      ours: msWithCpu(later),
      ...compared(later.wallMs),
      aim,
      isMet: isFastEnough(later.wallMs),
    },
    {
      what: '  virtual time it takes',
      ours: ms(virtualMs),
      ...(realMs === null ? {} : { real: ms(realMs) }),
    },
  ];
}

async function realFailoverMs(quick: boolean): Promise<number> {
  const options = quick ? ['--cluster-node-timeout', String(QUICK_NODE_TIMEOUT_MS)] : [];
  const servers = await RealServers.start(NODES, options);
  try {
    await servers.formCluster();
    const { master, replica } = await servers.masterWithReplica();
    const key = await keyOf(master.client);
    const startedAt = performance.now();
    process.kill(master.processId, 'SIGKILL');
    await pollUntil(
      'a real failover',
      async () => (await replica.client.set(key, 'after').catch(() => '')) === 'OK',
      REAL_LIMIT_MS,
    );
    return performance.now() - startedAt;
  } finally {
    await servers.stop();
  }
}

/** A key in a slot of that master. */
async function keyOf(client: RealNode['client']): Promise<string> {
  for (let number = 0; ; number++) {
    const key = `key-${number}`;
    const reply = await client.set(key, 'before').catch(() => '');
    if (reply === 'OK') return key;
  }
}
