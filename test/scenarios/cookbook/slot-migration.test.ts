// Recipes: slots that move under the feet of clients.
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, keyForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, otherMaster, rejection, start } from './cookbook.js';

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

describe('9. what ASK asks of clients', () => {
  it('ASK to a node that they have never heard of: ioredis goes there, node-redis gives up', async () => {
    const cluster = await start({ replicas: 0 });
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    await Promise.all([redis.get(key), client.get(key)]);
    const added = await cluster.addNode();
    await using move = await cluster.migrateSlot({ key, to: added, pauseAt: 'migrating' });
    expect(await redis.set(gone, 'a')).toBe('OK');
    expect(await rejection(client.get(gone))).toBe(`Cannot find node ${added.name}`);
    expect(await added.command('DBSIZE')).toBe(1);
    await move.continue();
    // MOVED makes it ask for the map.
    expect(await client.append(gone, 'b')).toBe(2);
  });

  it('ASKING holds for one command: both clients send it before each one of a pipeline', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    await using move = await halfMoved(cluster);
    const before = move.target.counters.commands('ASKING');
    const values = await redis.pipeline().get(gone).get(gone).strlen(gone).exec();
    expect(values).toEqual([
      [null, 'b'],
      [null, 'b'],
      [null, 1],
    ]);
    expect(move.target.counters.commands('ASKING') - before).toBe(3);
    expect(await Promise.all([client.get(gone), client.strLen(gone)])).toEqual(['b', 1]);
    expect(move.target.counters.commands('ASKING') - before).toBe(5);
    // Without it the target, which does not own the slot yet, sends clients back.
    expect(await rejection(move.target.command('GET', gone))).toBe(`MOVED 0 ${move.source.name}`);
  });
});

describe('10. a transaction in the middle of a migration', () => {
  it('the slot moves between MULTI and EXEC: it is executed once, at the new owner', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    await redis.set(key, 0);
    await client.get(key);
    const [source, target] = [cluster.nodeForSlot(0), otherMaster(cluster)];
    const held = cluster.inject({ hold: 'command' }, { command: 'EXEC', times: 2 });
    const outcomes = [redis.multi().incr(key).incr(key).exec(), client.multi().incr(key).incr(key).exec()];
    await held.whenHit(2);
    await cluster.migrateSlot({ key, to: target });
    held.release();
    await Promise.all(outcomes);
    expect(await target.command('GET', key)).toBe('4');
    expect(await rejection(source.command('GET', key))).toBe(`MOVED 0 ${target.name}`);
  });

  it('the old owner says MOVED when it is queued, and EXECABORT when it should be executed', async () => {
    const cluster = await start();
    const source = cluster.nodeForSlot(0);
    await cluster.migrateSlot({ slot: 0, to: otherMaster(cluster) });
    await source.command('MULTI');
    expect(await rejection(source.command('INCR', key))).toMatch(/^MOVED 0/);
    expect(await rejection(source.command('EXEC'))).toBe(
      'EXECABORT Transaction discarded because of previous errors.',
    );
  });

  it('a watched key changes: the transaction is not executed, and node-redis says so', async () => {
    const cluster = await start();
    const client = await nodeRedis(cluster);
    const redis = ioredis(cluster);
    await redis.set(key, 1);
    const dedicated = await client.nodeClient(client.getSlotRandomNode(0) as never);
    const alone = dedicated.duplicate();
    await alone.connect();
    onTestFinished(() => alone.destroy());
    await alone.watch(key);
    await redis.incr(key);
    expect(await rejection(alone.multi().incr(key).exec())).toContain(
      'One (or more) of the watched keys has been changed',
    );
    expect(await redis.get(key)).toBe('2');
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
