/** The demonstration behind `npm start`: six nodes, a real client, a master killed, twenty seconds that take milliseconds. */
import { Cluster as IoRedisCluster } from 'ioredis';
import { type Cluster, keyForSlot, keysForNode, startCluster } from '../../src/index.js';

const KEYS_PER_MASTER = 20;

async function main(): Promise<void> {
  const startedAt = performance.now();
  await using cluster = await startCluster(3, 1);
  say(`3 masters and 3 replicas are up after ${elapsed(startedAt)} of wall time (seed ${cluster.seed}):\n`);
  say(String(await cluster.nodes[0]?.command('CLUSTER', 'NODES')));

  const redis = new IoRedisCluster(cluster.seeds);
  try {
    await failOver(cluster, redis);
  } finally {
    redis.disconnect();
  }
}

async function failOver(cluster: Cluster, redis: IoRedisCluster): Promise<void> {
  const keys = cluster.masters.flatMap((master) => keysForNode(master, KEYS_PER_MASTER));
  await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));
  const chosen = keyForSlot(42, { prefix: 'user:' });
  await redis.set(chosen, 'chosen');
  say(`ioredis wrote ${keys.length} keys, ${KEYS_PER_MASTER} on each master, and one of slot 42: ${chosen}`);
  await cluster.waitFor('ok', { what: 'the replicas to have every write' });

  const victim = cluster.nodeForSlot(42);
  const killedAtMs = cluster.now();
  const killedAt = performance.now();
  await victim.kill();
  const tookMs = await cluster.waitFor('ok', { what: 'the failover' });
  const wallTime = elapsed(killedAt);
  say(`\nKilled ${victim.name}. What the nodes saw and did, in virtual time:\n`);
  say(cluster.timeline({ since: killedAtMs }));
  say(`\nThe failover took ${(tookMs / 1000).toFixed(1)} s of virtual time and ${wallTime} of wall time.`);

  const readAt = performance.now();
  const values = await Promise.all(keys.map((key) => redis.get(key)));
  const lost = keys.filter((key, index) => values[index] !== `value of ${key}`);
  if (lost.length > 0 || (await redis.get(chosen)) !== 'chosen')
    throw new Error(`lost keys: ${lost.join(' ')}`);
  await redis.set(chosen, 'written after the failover');
  say(`${cluster.nodeForSlot(42).name} serves slot 42 now. The same client read every key back and`);
  say(`wrote ${chosen} again, all within ${elapsed(readAt)}.`);
}

function elapsed(sinceMs: number): string {
  return `${(performance.now() - sinceMs).toFixed(0)} ms`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
