// Recipes: slots that move under the feet of clients.
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);
const here = `{${key}}:stays`;
const gone = `{${key}}:moved`;

/** Two keys of a slot, one of which has moved. */
async function halfMoved(cluster: Cluster) {
  const source = cluster.nodeForSlot(0);
  await source.command('MSET', here, 'a', gone, 'b');
  const [target] = cluster.masters.filter((node) => node !== source) as [TestNode];
  return await cluster.migrateSlot({ key, to: target, pauseAt: { keys: [gone] } });
}

describe('9. a slot migrates', () => {
  it('ASK: both clients find a key that has moved, and new keys go to the target', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    await using move = await halfMoved(cluster);
    expect(await redis.get(gone)).toBe('b');
    expect(await client.get(gone)).toBe('b');
    await client.set(`{${key}}:new`, 'c');
    expect(await redis.get(`{${key}}:new`)).toBe('c');
    expect(move.source.counters.redirects.ask).toBe(4);
    await move.continue();
    expect(await redis.mget(here, gone)).toEqual(['a', 'b']);
    expect(await client.mGet([here, gone])).toEqual(['a', 'b']);
  });

  it('TRYAGAIN: ioredis tries until the keys are together, node-redis gives the error to the application', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { retryDelayOnTryAgain: 5 });
    const client = await nodeRedis(cluster);
    await using move = await halfMoved(cluster);
    expect(await rejection(client.mGet([here, gone]))).toContain('TRYAGAIN');
    const values = redis.mget(here, gone);
    await cluster.whenCommand('MGET', { node: move.source, times: 2 });
    await move.continue();
    expect(await values).toEqual(['a', 'b']);
  });

  it('a move that is given up leaves clients nothing to notice', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const move = await halfMoved(cluster);
    await redis.append(gone, '!');
    await move.abort();
    expect(await redis.mget(here, gone)).toEqual(['a', 'b!']);
    expect(cluster.nodeForSlot(0)).toBe(move.source);
  });
});

describe('9. slots are shared out anew under load', () => {
  it('both clients go on while a node joins and takes slots, and every write is there afterwards', async () => {
    const cluster = await start({ replicas: 0 });
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    const keys = Array.from({ length: 40 }, (_, slot) => keyForSlot(slot));
    const added = await cluster.addNode();
    let isDone = false;
    const write = async (increment: (key: string) => Promise<number>): Promise<number> => {
      let rounds = 0;
      do {
        await Promise.all(keys.map((name) => increment(name)));
        rounds++;
      } while (!isDone);
      return rounds;
    };
    const writing = [write((name) => redis.incr(name)), write((name) => client.incr(name))];
    await cluster.whenCommand('INCR', { times: 80 });
    await cluster.reshard({ from: cluster.nodeForSlot(0), to: added, slots: 40 });
    isDone = true;
    const rounds = await Promise.all(writing);
    expect(cluster.counters.redirects.moved).toBeGreaterThan(0);
    const total = rounds.reduce((sum, count) => sum + count, 0);
    for (const name of keys) expect(await added.command('GET', name)).toBe(String(total));
  });
});

describe('5. a pipeline in the middle of a failover', () => {
  it.each(['graceful', 'crash'] as const)(
    '%s, after 37 commands: every INCR is counted once',
    async (mode) => {
      const cluster = await start();
      const redis = ioredis(cluster, { redisOptions: { autoResendUnfulfilledCommands: false } });
      await redis.set(key, 0);
      await cluster.waitFor('in-sync');
      const failedOver = cluster.failover(cluster.nodeForSlot(0), {
        mode,
        after: { commands: 37, command: 'INCR' },
      });
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => redis.incr(key)));
      const { promoted } = await failedOver;
      const acknowledged = answers.filter(({ status }) => status === 'fulfilled').length;
      expect(acknowledged).toBeGreaterThanOrEqual(37);
      expect(await promoted.command('GET', key)).toBe(String(acknowledged));
    },
  );
});
