/** The demonstration behind `npm start`: six nodes, a real client, a master killed, fifteen seconds that take milliseconds. */
import { Cluster as IoRedisCluster } from 'ioredis';
import { keyForSlot, keysForNode, startCluster } from '../../src/index.js';

const KEYS_PER_MASTER = 20;

async function main(): Promise<void> {
  const startedAt = performance.now();
  await using cluster = await startCluster(3, 1);
  say(`3 masters and 3 replicas are up after ${elapsed(startedAt)} of wall time (seed ${cluster.seed}):\n`);
  say(String(await cluster.nodes[0]?.command('CLUSTER', 'NODES')));

  const redis = new IoRedisCluster(cluster.seeds, { clusterRetryStrategy: () => 20, redisOptions: { maxRetriesPerRequest: null } });
  const keys = cluster.masters.flatMap((master) => keysForNode(master, KEYS_PER_MASTER));
  await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));
  say(`ioredis wrote ${keys.length} keys, ${KEYS_PER_MASTER} on each master; keyForSlot(42) is '${keyForSlot(42)}'.`);
  await cluster.waitFor('ok', { what: 'the replicas to have every write' });

  const [victim] = cluster.masters;
  const [replica] = victim?.replicas ?? [];
  if (victim === undefined || replica === undefined) throw new Error('the cluster has no master with a replica');
  const killedAtMs = cluster.now();
  const killedAt = performance.now();
  await victim.kill();
  const tookMs = await cluster.waitFor(() => replica.role === 'master' && cluster.masters.every((node) => ok(node.process)), {
    what: 'the failover',
  });
  const wallTime = elapsed(killedAt);
  say(`\nKilled ${victim.name}. What the nodes saw, in virtual time:\n`);
  say(cluster.timeline({ since: killedAtMs }));

  await redis.set(keysForNode(replica, 1)[0] as string, 'written after the failover');
  const values = await Promise.all(keys.map((key) => redis.get(key)));
  const lost = values.filter((value) => value === null).length;
  if (lost > 0) throw new Error(`${lost} keys were lost`);
  say(`\n${replica.name} serves its slots: the same client read all ${values.length} keys back.`);
  say(`The failover took ${(tookMs / 1000).toFixed(1)} s of virtual time and ${wallTime} of wall time.`);
  redis.disconnect();
}

function ok(process: { readonly node: { readonly cluster: { readonly state: { readonly ok: boolean } } | null } }): boolean {
  return process.node.cluster?.state.ok === true;
}

function elapsed(sinceMs: number): string {
  return `${(performance.now() - sinceMs).toFixed(0)} ms`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
