// Recipes: failovers under the feet of clients.
import { describe, expect, it } from 'vitest';
import { keyForSlot } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('1. a failover while the client has the old slot map', () => {
  it('the old master is dead: ioredis retries until the replica has taken over', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 1);
    await cluster.waitFor('in-sync');
    await cluster.nodeForSlot(0).kill();
    const incremented = redis.incr(key);
    await cluster.waitFor('ok'); // some 20 s of virtual time
    expect(await incremented).toBe(2);
  });

  it('the old master lives and is a replica now: clients are sent on by MOVED', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    await redis.set(key, 1);
    await client.incr(key);
    const old = cluster.nodeForSlot(0);
    await old.replicas[0]!.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => old.role === 'replica');
    expect(await redis.incr(key)).toBe(3);
    expect(await client.incr(key)).toBe(4);
    expect(old.counters.redirects.moved).toBeGreaterThanOrEqual(2);
  });

  it('the votes come late: the election is decided when the test lets them go', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 1);
    const [candidate] = cluster.nodeForSlot(0).replicas;
    const votes = cluster.holdMessages({ type: 'FAILOVER_AUTH_ACK' });
    await cluster.nodeForSlot(0).kill();
    await cluster.waitFor(() => votes.held.length === 2);
    const incremented = redis.incr(key);
    expect(candidate!.role).toBe('replica');
    votes.release();
    await cluster.waitFor('ok');
    expect(candidate!.role).toBe('master');
    expect(await incremented).toBe(2);
  });
});

describe('6. blocking commands across a failover', () => {
  it('the demoted master unblocks its clients and closes their connections', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { redisOptions: { autoResendUnfulfilledCommands: false } });
    const old = cluster.nodeForSlot(0);
    const job = redis.blpop(key, 0).catch((error: Error) => error.message);
    await cluster.whenBlocked(key);
    await old.replicas[0]!.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => old.role === 'replica');
    expect(await job).toContain('UNBLOCKED force unblock from blocking operation');
  });

  it('a worker whose master dies gets its job from the new one', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const job = redis.blpop(key, 0);
    await cluster.whenBlocked(key);
    await cluster.nodeForSlot(0).kill();
    await cluster.waitFor('ok');
    const [blocked] = await cluster.whenBlocked(key);
    await blocked!.node.command('RPUSH', key, 'job');
    expect(await job).toEqual([key, 'job']);
  });
});

describe('19. scripts on a promoted node', () => {
  it('EVALSHA is answered NOSCRIPT: the cache of scripts is not replicated', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const digest = (await cluster.nodeForSlot(0).command('SCRIPT', 'LOAD', "return 'x'")) as string;
    expect(await redis.evalsha(digest, 1, key)).toBe('x');
    await cluster.nodeForSlot(0).kill();
    await cluster.waitFor('ok');
    expect(await rejection(redis.evalsha(digest, 1, key))).toContain('NOSCRIPT');
  });
});

describe('19. scripts that clients bring along', () => {
  it('a script that ioredis knows is sent again as a whole, by itself', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { scripts: { double: { lua: 'return ARGV[1] * 2', numberOfKeys: 1 } } });
    const double = (n: number): Promise<unknown> =>
      (redis as unknown as { double(key: string, n: number): Promise<unknown> }).double(key, n);
    expect(await double(1)).toBe(2);
    const { promoted } = await cluster.failover(cluster.nodeForSlot(0), { mode: 'crash' });
    expect(await double(2)).toBe(4);
    await promoted.command('SCRIPT', 'FLUSH');
    expect(await double(3)).toBe(6);
    // On a new connection as a whole; later by its digest, and after NOSCRIPT as a whole again.
    expect([promoted.counters.commands('EVAL'), promoted.counters.commands('EVALSHA')]).toEqual([2, 1]);
  });
});

describe('11. what a demoted master answers', () => {
  it('MOVED for a key; READONLY for a script that writes without naming its keys', async () => {
    const cluster = await start();
    const { demoted, promoted } = await cluster.failover(cluster.nodeForSlot(0));
    expect(await rejection(demoted.command('SET', key, 1))).toBe(`MOVED 0 ${promoted.name}`);
    const script = "return redis.call('SET', 'x', 1)";
    expect(await rejection(demoted.command('EVAL', script, 0))).toContain(
      "READONLY You can't write against a read only replica.",
    );
  });
});
