// Recipes: nodes that accept and do not answer, or answer late.
import { describe, expect, it } from 'vitest';
import { keyForSlot, keysForSlot } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('3. half-open connections and frozen nodes', () => {
  it('a frozen process (SIGSTOP): ioredis gives up by its commandTimeout, and gets the answer of the next one', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { redisOptions: { commandTimeout: 500 } });
    await redis.set(key, 1);
    const master = cluster.nodeForSlot(0);
    master.pause();
    expect(await rejection(redis.incr(key))).toContain('Command timed out');
    master.resume();
    // The node executed what it found in its sockets: the client could not know.
    expect(await redis.get(key)).toBe('2');
  });

  it('a black hole: nothing comes and nobody is told; the cluster replaces the node', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { redisOptions: { commandTimeout: 500 } });
    await redis.set(key, 1);
    await cluster.waitFor('in-sync');
    const master = cluster.nodeForSlot(0);
    using _hole = master.blackhole();
    expect(await rejection(redis.incr(key))).toContain('Command timed out');
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== master);
    expect(await cluster.nodeForSlot(0).command('GET', key)).toBe('1');
  });

  it('node-redis waits for ever, unless it has a socketTimeout', async () => {
    const cluster = await start();
    const client = await nodeRedis(cluster, { defaults: { socket: { socketTimeout: 500 } } });
    await client.set(key, 1);
    const stalled = cluster.inject({ stall: 'command' }, { command: 'GET', times: 1 });
    expect(await rejection(client.get(key))).toMatch(/timeout|closed|disconnect/i);
    expect(stalled.hits).toBe(1);
  });
});

describe('4. late replies', () => {
  it('a reply that is later than the timeout of the client is not taken for the next one', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { redisOptions: { commandTimeout: 500 } });
    const [first, second] = keysForSlot(0, 2);
    await redis.mset(first!, 'one', second!, 'two');
    const late = cluster.inject({ hold: 'reply' }, { key: first!, command: 'GET' });
    expect(await rejection(redis.get(first!))).toContain('Command timed out');
    late.release();
    expect(await redis.get(second!)).toBe('two');
  });

  it('one slow shard does not slow down the others', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const slow = cluster.nodeForSlot(0);
    await redis.set(key, 1);
    const other = keyForSlot(16_383);
    await redis.set(other, 2);
    slow.inject({ delay: '6s' }); // of virtual time
    const waiting = redis.get(key);
    expect(await redis.get(other)).toBe('2');
    await cluster.advance('6s');
    expect(await waiting).toBe('1');
  });
});
