// Recipes: errors of a cluster that clients do or do not retry by themselves.
import { describe, expect, it } from 'vitest';
import { keyForSlot } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('10. transactions and redirections', () => {
  it('MOVED at EXEC: nothing was executed, and the whole transaction has to be sent again', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 1);
    const [other] = cluster.masters.filter((node) => node !== cluster.nodeForSlot(0));
    cluster.inject({ moved: other!, slot: 0 }, { command: 'EXEC', times: 1 });
    const outcome = await redis
      .multi()
      .incr(key)
      .exec()
      .catch((error: Error) => error);
    // ioredis sends it again by itself; what counts is that it is executed once.
    expect(outcome).toEqual([[null, 2]]);
    expect(await redis.get(key)).toBe('2');
  });

  it('an error while it is queued: EXECABORT, and none of it is executed', async () => {
    const cluster = await start();
    const client = await nodeRedis(cluster);
    cluster.inject({ error: 'OOM' }, { command: 'LPUSH', times: 1 });
    const failure = await rejection(client.multi().set(key, 1).lPush(`{${key}}list`, 'x').exec());
    expect(failure).toMatch(/OOM|EXECABORT/);
    expect(await client.get(key)).toBeNull();
  });
});

describe('11. READONLY from a master that was demoted', () => {
  it('is passed on by both clients: the application retries', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    cluster.inject({ error: 'READONLY' }, { command: 'SET', times: 2 });
    expect(await rejection(redis.set(key, 1))).toContain(
      "READONLY You can't write against a read only replica.",
    );
    expect(await rejection(client.set(key, 1))).toContain('READONLY');
    expect(await redis.set(key, 1)).toBe('OK');
  });

  it('reconnectOnError of ioredis sends it again on a new connection', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, {
      redisOptions: { reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false) },
    });
    const fault = cluster.inject({ error: 'READONLY' }, { command: 'SET', times: 1 });
    expect(await redis.set(key, 1)).toBe('OK');
    expect(fault.hits).toBe(1);
  });
});

describe('13. LOADING', () => {
  it('is passed on by both clients', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    const loading = cluster.inject({ error: 'LOADING' }, { command: 'GET' });
    expect(await rejection(redis.get(key))).toContain('LOADING Redis is loading the dataset in memory');
    expect(await rejection(client.get(key))).toContain('LOADING');
    loading.dispose();
    expect(await redis.get(key)).toBeNull();
    expect(loading.hits).toBe(2);
  });

  it('a node that loads its data for 5 s is used again afterwards', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, {
      maxRedirections: 1000,
      retryDelayOnClusterDown: 5,
      retryDelayOnFailover: 5,
      redisOptions: { maxLoadingRetryTime: 5 }, // it would wait for the seconds that INFO estimates, one at least
    });
    await redis.set(key, 1);
    const master = cluster.nodeForSlot(0);
    await master.restart({ data: 'kept', loadingFor: '5s' });
    const incremented = redis.incr(key);
    await cluster.advance('10s');
    expect(await incremented).toBe(2);
    expect(master.role).toBe('master');
  });
});

describe('16. TRYAGAIN and CLUSTERDOWN', () => {
  it('ioredis tries again by itself, node-redis does not', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { retryDelayOnTryAgain: 1, retryDelayOnClusterDown: 1 });
    const client = await nodeRedis(cluster);
    cluster.inject({ error: 'TRYAGAIN' }, { command: 'SET', times: 3 });
    expect(await redis.set(key, 1)).toBe('OK');
    cluster.inject({ error: 'CLUSTERDOWN' }, { command: 'SET', times: 2 });
    expect(await redis.set(key, 1)).toBe('OK');
    cluster.inject({ error: 'TRYAGAIN' }, { command: 'SET', times: 1 });
    expect(await rejection(client.set(key, 1))).toContain('TRYAGAIN');
  });
});

describe('18. redirection loops', () => {
  it('two nodes send the client to each other: it gives up after maxRedirections', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { maxRedirections: 5 });
    await redis.set(key, 1);
    const [a, b] = cluster.masters;
    a!.inject({ moved: b!, slot: 0 }, { command: 'GET' });
    b!.inject({ moved: a!, slot: 0 }, { command: 'GET' });
    expect(await rejection(redis.get(key))).toContain('Too many Cluster redirections');
    expect(cluster.counters.redirects.moved).toBe(6);
  });
});

describe('18. redirections in a circle, for node-redis', () => {
  it('it gives up after maxCommandRedirections', async () => {
    const cluster = await start();
    const client = await nodeRedis(cluster, { maxCommandRedirections: 4 });
    await client.set(key, 1);
    const [a, b] = cluster.masters;
    a!.inject({ moved: b!, slot: 0 }, { command: 'GET' });
    b!.inject({ moved: a!, slot: 0 }, { command: 'GET' });
    expect(await rejection(client.get(key))).toBe('Too many Cluster redirections');
    expect(cluster.counters.redirects.moved).toBe(5);
  });
});

describe('24. CROSSSLOT', () => {
  it('keys of one command have to be in one slot; a hash tag puts them there', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    expect(await rejection(redis.rename('one', 'two'))).toContain(
      "CROSSSLOT Keys in request don't hash to the same slot",
    );
    await redis.set('{user:1}:a', 1);
    expect(await redis.rename('{user:1}:a', '{user:1}:b')).toBe('OK');
  });
});
