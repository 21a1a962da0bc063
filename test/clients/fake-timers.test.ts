/**
 * Fake timers in the process of the cluster: its nodes go on, for they took the real timers when the library was loaded.
 * Clients live on whatever timers the test leaves them, so the documented recipe fakes only what it needs.
 */
import { Cluster as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, keyForNode, keysForNode, startCluster } from '../../src/index.js';

/** What the README tells to fake when clients are to work without further ado. */
const RECIPE = {
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
} satisfies NonNullable<Parameters<typeof vi.useFakeTimers>[0]>;

afterEach(() => {
  vi.useRealTimers();
});

async function start(): Promise<Cluster> {
  const cluster = await startCluster(3, 1);
  onTestFinished(() => cluster.stop());
  return cluster;
}

function connectIoRedis(cluster: Cluster): IoRedis {
  const redis = new IoRedis(cluster.seeds);
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('with the timers of the recipe faked', () => {
  beforeEach(() => {
    vi.useFakeTimers(RECIPE);
  });

  it('ioredis writes and reads, and keys expire by the time of the cluster only', async () => {
    const cluster = await start();
    const redis = connectIoRedis(cluster);
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    await Promise.all(keys.map((key) => redis.set(key, key, 'EX', 60)));
    const dateBefore = Date.now();
    vi.advanceTimersByTime(3_600_000);
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
    await cluster.advance('61s');
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys.map(() => null));
    expect(Date.now() - dateBefore).toBe(3_600_000);
  });

  it('node-redis writes and reads, and keys expire by the time of the cluster only', async () => {
    const cluster = await start();
    const redis = createCluster({ rootNodes: cluster.rootNodes });
    onTestFinished(() => redis.destroy());
    await redis.connect();
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    await Promise.all(keys.map((key) => redis.set(key, key, { expiration: { type: 'EX', value: 60 } })));
    vi.advanceTimersByTime(1_000);
    expect(await redis.mGet(keys)).toEqual(keys);
    await cluster.advance('61s');
    expect(await redis.mGet(keys)).toEqual(keys.map(() => null));
  });

  it("a client's own delay before it tries again is up to the test", async () => {
    const cluster = await start();
    const redis = connectIoRedis(cluster);
    const [victim] = cluster.masters;
    const key = keyForNode(victim!);
    await redis.set(key, '1');
    await victim!.kill();
    const writing = redis.incr(key);
    let settled = false;
    void writing.finally(() => {
      settled = true;
    });
    await cluster.waitFor('ok', { what: 'the failover' });
    expect(settled).toBe(false);
    // retryDelayOnFailover of ioredis is 100 ms.
    await vi.advanceTimersByTimeAsync(100);
    expect(await writing).toBe(2);
  });
});

describe('with everything faked that vitest fakes by default', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('ioredis writes and reads, and keys expire when time is advanced', async () => {
    const cluster = await start();
    const redis = connectIoRedis(cluster);
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    await Promise.all(keys.map((key) => redis.set(key, key, 'EX', 60)));
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
    await cluster.advance('61s');
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys.map(() => null));
  });

  it('a failover goes its way', async () => {
    const cluster = await start();
    const [victim] = cluster.masters;
    const [replica] = victim!.replicas;
    await victim!.kill();
    await cluster.waitFor(() => replica!.role === 'master');
    expect(await replica!.command('SET', keyForNode(replica!), 'value')).toBe('OK');
  });

  it('the time of the cluster flows on with real time', async () => {
    const cluster = await start();
    const before = cluster.now();
    // No replica has it twice, so the node answers when the 20 ms are over: by a timer of its own.
    await cluster.masters[0]!.command('WAIT', 2, 20);
    expect(cluster.now() - before).toBeGreaterThanOrEqual(20);
  });

  it('node-redis, which sends by setImmediate, sends when the test lets faked time go on', async () => {
    const cluster = await start();
    vi.useRealTimers();
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 1 });
    const redis = createCluster({ rootNodes: cluster.rootNodes });
    onTestFinished(() => redis.destroy());
    await redis.connect();
    await redis.set('key', 'value');
    expect(await redis.get('key')).toBe('value');
  });

  it('the cluster puts no timer of its own among the faked ones', async () => {
    const cluster = await start();
    await cluster.advance('1m');
    expect(await cluster.masters[0]!.command('PING')).toBe('PONG');
    expect(vi.getTimerCount()).toBe(0);
    await cluster.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a library that is loaded only now finds the real timers', async () => {
    vi.resetModules();
    const late = await import('../../src/index.js');
    expect(late.startCluster).not.toBe(startCluster);
    const cluster = await late.startCluster(3, 1);
    onTestFinished(() => cluster.stop());
    const redis = connectIoRedis(cluster);
    expect(await redis.set('key', 'value', 'EX', 60)).toBe('OK');
    const before = cluster.now();
    await cluster.masters[0]!.command('WAIT', 2, 20);
    expect(cluster.now() - before).toBeGreaterThanOrEqual(20);
    await cluster.advance('61s');
    expect(await redis.get('key')).toBe(null);
  });
});

describe('with process.nextTick faked', () => {
  it('startCluster refuses and tells what to leave real', async () => {
    vi.useFakeTimers({ toFake: ['nextTick'] });
    await expect(startCluster()).rejects.toMatchObject({
      code: 'FAKED_TIMERS',
      message: expect.stringContaining('process.nextTick is faked') as string,
    });
  });

  it('startCluster refuses as well when the library is loaded only then', async () => {
    vi.useFakeTimers({ toFake: ['nextTick'] });
    vi.resetModules();
    const late = await import('../../src/index.js');
    await expect(late.startCluster()).rejects.toMatchObject({ code: 'FAKED_TIMERS' });
  });
});
