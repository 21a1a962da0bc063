/** Libraries that live on scripts of their own, on a cluster over real sockets: locks, rate limits, sessions. */
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import { Cluster as IoRedis } from 'ioredis';
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { openRedlock } from './redlock.js';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster(3, 1);
});
afterAll(() => cluster.stop());
afterEach(() => cluster.flush());

function connect(): IoRedis {
  const redis = new IoRedis(cluster.seeds);
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('redlock', () => {
  it('locks, extends and releases, and a lock ends with the time of the cluster', async () => {
    const redlock = await openRedlock(connect());
    const lock = await redlock.acquire(['{door}a', '{door}b'], 30_000);
    await expect(redlock.acquire(['{door}b'], 30_000)).rejects.toThrow(/quorum/);
    const extended = await lock.extend(60_000);
    await cluster.advance('31s');
    await expect(redlock.acquire(['{door}a'], 30_000)).rejects.toThrow(/quorum/);
    await extended.release();
    await redlock.acquire(['{door}a'], 30_000);
    await cluster.advance('31s');
    await (await redlock.acquire(['{door}a'], 30_000)).release();
  });
});

describe('rate-limiter-flexible', () => {
  it('counts points and gives them back when the time of the cluster has come', async () => {
    const limiter = new RateLimiterRedis({
      storeClient: connect(),
      points: 3,
      duration: 60,
      keyPrefix: 'limit',
    });
    const users = ['ann', 'bob', 'carl', 'dora'];
    for (const user of users) {
      const { remainingPoints } = await limiter.consume(user, 2);
      expect(remainingPoints).toBe(1);
    }
    const refusal = (await limiter.consume('ann', 2).catch((error: unknown) => error)) as RateLimiterRes;
    expect(refusal.remainingPoints).toBe(0);
    expect(refusal.msBeforeNext).toBeGreaterThan(0);
    await cluster.advance('61s');
    expect((await limiter.consume('ann')).remainingPoints).toBe(2);
    expect((await limiter.get('bob'))?.consumedPoints).toBeUndefined();
  });
});

describe('connect-redis', () => {
  it('keeps sessions until they end', async () => {
    const client = createCluster({ rootNodes: cluster.rootNodes });
    onTestFinished(() => client.destroy());
    await client.connect();
    const store = new RedisStore({ client, prefix: 'session:', ttl: 600 });
    const session = { cookie: { originalMaxAge: null }, user: 'ann' } as unknown as SessionData;
    const ids = ['one', 'two', 'three', 'four'];
    for (const id of ids) await store.set(id, session);
    for (const id of ids) expect(await store.get(id)).toEqual(session);
    await store.destroy('two');
    expect(await store.get('two')).toBeFalsy();
    await cluster.advance('9m');
    await store.touch('one', session);
    await cluster.advance('2m');
    expect(await store.get('one')).toEqual(session);
    expect(await store.get('three')).toBeFalsy();
  });
});
