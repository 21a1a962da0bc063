/** Kills a master, fast-forwards, and writes to its slots through ioredis: in a fresh process, then again and again. */
import { Cluster as IoRedisCluster } from 'ioredis';
import { keyForNode, startCluster } from '../../../src/index.js';
import { type Cost, costOf } from '../measure.js';

export interface Failovers {
  readonly costs: readonly Cost[];
  /** Virtual time each took, ms. */
  readonly virtualMs: readonly number[];
}

/** @param args [number of failovers] */
export async function failOver([count = '1']: readonly string[]): Promise<Failovers> {
  const costs: Cost[] = [];
  const virtualMs: number[] = [];
  for (let run = 0; run < Number(count); run++) {
    await using cluster = await startCluster(3, 1);
    const client = new IoRedisCluster(cluster.seeds, { clusterRetryStrategy: () => 20 });
    const [master] = cluster.masters;
    const [replica] = master?.replicas ?? [];
    if (master === undefined || replica === undefined)
      throw new Error('the cluster has no master with a replica');
    const key = keyForNode(master);
    await client.set(key, 'before');
    await cluster.waitFor('ok');
    costs.push(
      await costOf(async () => {
        await master.kill();
        virtualMs.push(
          await cluster.waitFor(() => replica.role === 'master', { what: 'the replica to take over' }),
        );
        await client.set(key, 'after');
      }),
    );
    if ((await replica.command('GET', key)) !== 'after') throw new Error('the replica did not get the write');
    client.disconnect();
  }
  return { costs, virtualMs };
}
