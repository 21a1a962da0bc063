/** What the recipes share. Each recipe is a test that stands by itself; the numbers are those of the families of trouble that users report. */
import { Cluster as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import { onTestFinished } from 'vitest';
import { type Cluster, type ClusterOptions, startCluster, type TestNode } from '../../../src/index.js';

const START_TIME = Date.UTC(2030, 0, 1);

/** Three masters with a replica each, on time that only the test moves. It ends with the test. */
export async function start(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ clock: 'manual', seed: 1, startTime: START_TIME, ...options });
  onTestFinished(() => cluster.stop());
  return cluster;
}

type IoRedisOptions = NonNullable<ConstructorParameters<typeof IoRedis>[1]>;

export function ioredis(cluster: Cluster, options: IoRedisOptions = {}): IoRedis {
  const redis = new IoRedis(cluster.seeds, options);
  // Without a listener ioredis prints what it finds on its way.
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

type NodeRedisOptions = Omit<Parameters<typeof createCluster>[0], 'rootNodes'>;

export async function nodeRedis(cluster: Cluster, options: NodeRedisOptions = {}) {
  const client = createCluster({ rootNodes: cluster.rootNodes, ...options });
  client.on('error', () => undefined);
  onTestFinished(() => client.destroy());
  await client.connect();
  return client;
}

/** A master that does not have slot 0. */
export function otherMaster(cluster: Cluster): TestNode {
  return cluster.masters.find((node) => node !== cluster.nodeForSlot(0)) as TestNode;
}

/** The message of what a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not rejected');
}
