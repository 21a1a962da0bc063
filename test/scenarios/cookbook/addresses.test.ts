// Recipes: nodes that are somewhere else than clients believe.
import { describe, expect, it } from 'vitest';
import { keyForSlot } from '../../../src/index.js';
import { ioredis, nodeRedis, start } from './cookbook.js';

const key = keyForSlot(0);

describe('8. addresses change', () => {
  it('a master comes back elsewhere: ioredis and node-redis learn its new place', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    await redis.set(key, 1);
    await cluster.waitFor('in-sync');
    const master = cluster.nodeForSlot(0);
    const before = master.port;
    await cluster.changeAddress(master);
    expect(master.port).not.toBe(before);
    expect(await redis.incr(key)).toBe(2);
    await expect.poll(() => client.incr(key).catch(() => 0), { timeout: 5000 }).toBe(3);
  });

  it('every node is replaced: ioredis goes on although no address of the start is left', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 0);
    const steps = await cluster.rollingReplace({ onStep: async () => void (await redis.incr(key)) });
    expect(await redis.get(key)).toBe(String(steps.length));
  });
});
