// Recipes: nodes that are somewhere else than clients believe.
import { describe, expect, it } from 'vitest';
import { keyForSlot } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('8. addresses change', () => {
  it('a node is announced where nobody listens, as behind a NAT: ioredis finds it by its natMap', async () => {
    const cluster = await start({ replicas: 0 });
    const master = cluster.nodeForSlot(0);
    await cluster.announce(master, { port: 1 });
    const lost = ioredis(cluster, {
      maxRedirections: 2,
      retryDelayOnFailover: 1,
      retryDelayOnClusterDown: 1,
    });
    await expect(lost.set(key, 1)).rejects.toThrow();
    const redis = ioredis(cluster, { natMap: { '127.0.0.1:1': master.address } });
    expect(await redis.set(key, 1)).toBe('OK');
  });

  it('a master comes back elsewhere: ioredis finds it, node-redis keeps to the old address', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster, { defaults: { disableOfflineQueue: true } });
    await client.get(key);
    await redis.set(key, 1);
    await cluster.waitFor('in-sync');
    const master = cluster.nodeForSlot(0);
    const before = master.port;
    await cluster.changeAddress(master);
    expect(master.port).not.toBe(before);
    expect(await redis.incr(key)).toBe(2);
    // With its offline queue, which it has by default, the command would wait for ever.
    expect(await rejection(client.incr(key))).toMatch(/offline|closed/);
    const fresh = await nodeRedis(cluster);
    expect(await fresh.incr(key)).toBe(3);
  });

  it('every node is replaced: ioredis goes on although no address of the start is left', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 0);
    const steps = await cluster.rollingReplace({ onStep: async () => void (await redis.incr(key)) });
    expect(await redis.get(key)).toBe(String(steps.length));
  });
});
