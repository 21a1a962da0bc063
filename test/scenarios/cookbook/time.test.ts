// Recipes: time in the hand of the test.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keyForSlot } from '../../../src/index.js';
import { ioredis, start } from './cookbook.js';

const key = keyForSlot(0);

afterEach(() => {
  vi.useRealTimers();
});

describe('time', () => {
  it('a session of half an hour expires in no time', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 'token', 'EX', 1800);
    await cluster.advance('29m');
    expect(await redis.ttl(key)).toBe(60);
    await cluster.advance('1m');
    expect(await redis.get(key)).toBeNull();
  });

  it('a week passes: what was to live for seven days is gone on its day', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 'remember me', 'EX', 7 * 86_400);
    await cluster.advance('6d');
    expect(await redis.ttl(key)).toBe(86_400);
    await cluster.advance('1d');
    expect(await redis.get(key)).toBeNull();
  });

  it('a blocking pop ends at its moment', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const popped = redis.blpop(key, 30);
    await cluster.whenBlocked(key);
    const startedAt = cluster.now();
    await cluster.advance('1m');
    expect(await popped).toBeNull();
    expect(cluster.now() - startedAt).toBe(60_000);
  });

  it("the application's own timers and the keys of Redis go by one time", async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const cluster = await start({ startTime: Date.now() });
    const redis = ioredis(cluster);
    await redis.set(key, 'lock', 'PX', 3000);
    // Renews its lock every 2 s, three times.
    let renewals = 0;
    const renewing = setInterval(() => {
      if (++renewals === 3) clearInterval(renewing);
      void redis.pexpire(key, 3000);
    }, 2000);
    await cluster.advance('8s', { timers: vi });
    expect(await redis.exists(key)).toBe(1);
    await cluster.advance('1s', { timers: vi });
    expect(await redis.exists(key)).toBe(0);
  });

  it('a failed wait shows what happened last, and the seed that repeats it', async () => {
    const cluster = await start({ seed: 42 });
    using _cut = cluster.isolate(cluster.nodes[0]!);
    await cluster.advance('25s');
    const failure = await cluster
      .waitFor('converged', { timeout: '1s' })
      .catch((error: Error) => error.message);
    expect(failure).toMatch(/^waited 1000 ms of virtual time for all views to agree: /);
    expect(failure).toContain('last events (seed 42):');
    expect(cluster.timeline()).toContain('as possibly failing (PFAIL)');
  });
});
