/** What is on its way when time is advanced: commands sent without waiting are served before time moves, reactions at their moment. */
import { Cluster as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, keyForNode, keyForSlot, keysForNode, startCluster } from '../../src/index.js';

describe.each(['flowing', 'manual'] as const)('on a clock that is %s', (clock) => {
  let cluster: Cluster;
  let redis: IoRedis;

  beforeAll(async () => {
    cluster = await startCluster({ masters: 3, replicas: 1, clock });
    redis = new IoRedis(cluster.seeds);
    await redis.set('connected', '');
  });
  afterAll(async () => {
    redis.disconnect();
    await cluster.stop();
  });
  afterEach(() => cluster.flush());

  it('a write that nobody waited for lives by the time at which it was sent', async () => {
    const key = keyForSlot(0);
    const writing = redis.set(key, 'value', 'PX', 1000);
    await cluster.advance(1001);
    expect(await redis.get(key)).toBe(null);
    expect(await writing).toBe('OK');
  });

  it('an expiry that nobody waited for counts from the time at which it was sent', async () => {
    const key = keyForSlot(0);
    await redis.set(key, 'value');
    const expiring = redis.pexpire(key, 1000);
    await cluster.advance(1001);
    expect(await redis.exists(key)).toBe(0);
    expect(await expiring).toBe(1);
  });

  it('so do a thousand writes to all masters at once', async () => {
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 333));
    const writing = Promise.all(keys.map((key) => redis.set(key, 'value', 'PX', 1000)));
    await cluster.advance(1001);
    const sizes = await Promise.all(keys.map((key) => redis.exists(key)));
    expect(sizes.filter((exists) => exists === 1)).toEqual([]);
    expect(await writing).toHaveLength(keys.length);
  });

  it('so does a chain of commands, each sent when the one before was answered', async () => {
    const key = keyForSlot(0);
    const chain = redis
      .set(key, '1')
      .then(() => redis.incr(key))
      .then(() => redis.incr(key))
      .then(() => redis.pexpire(key, 1000));
    await cluster.advance(1001);
    expect(await chain).toBe(1);
    expect(await redis.exists(key)).toBe(0);
  });

  it('so does the write of node-redis, which sends later in the same turn', async () => {
    const client = createCluster({ rootNodes: cluster.rootNodes });
    onTestFinished(() => client.destroy());
    await client.connect();
    const key = keyForSlot(0);
    const writing = client.set(key, 'value', { expiration: { type: 'PX', value: 1000 } });
    await cluster.advance(1001);
    expect(await client.get(key)).toBe(null);
    expect(await writing).toBe('OK');
  });

  it('so does the first write of a client that is still connecting', async () => {
    await using fresh = await startCluster({ masters: 3, replicas: 0, clock });
    const client = new IoRedis(fresh.seeds);
    onTestFinished(() => client.disconnect());
    const key = keyForSlot(0);
    const writing = client.set(key, 'value', 'PX', 1000);
    await fresh.advance(1001);
    expect(await client.get(key)).toBe(null);
    expect(await writing).toBe('OK');
  });

  it('a command that waits is answered at its moment, and so is what the client does then', async () => {
    const [master] = cluster.masters;
    const node = redis.nodes('master').find(({ options }) => options.port === master!.port)!;
    await redis.set(keyForNode(master!), 'value');
    const startMs = await timeOf(node);
    // It has one replica only, so this takes the whole 5 s.
    const reaction = node.wait(2, 5000).then(async (count) => [count, await timeOf(node)] as const);
    await cluster.advance('10m');
    const [count, atMs] = await reaction;
    expect(count).toBe(1);
    expect(atMs - startMs).toBeGreaterThanOrEqual(5000);
    // Not at the end of the advance; a clock that flows adds what a busy machine takes.
    expect(atMs - startMs).toBeLessThan(300_000);
    expect((await timeOf(node)) - startMs).toBeGreaterThanOrEqual(600_000);
  });

  it('two advances at once add up', async () => {
    const before = cluster.now();
    await Promise.all([cluster.advance('10s'), cluster.advance('20s')]);
    expect(cluster.now() - before).toBeGreaterThanOrEqual(30_000);
    expect(cluster.now() - before).toBeLessThan(31_000);
  });

  it('a failover that is advanced to the end ends for the client as well', async () => {
    await using other = await startCluster({ masters: 3, replicas: 1, clock });
    const client = new IoRedis(other.seeds);
    onTestFinished(() => client.disconnect());
    const [victim] = other.masters;
    const key = keyForNode(victim!);
    await client.set(key, '1');
    void victim!.kill();
    const writing = client.incr(key);
    await other.waitFor('ok', { what: 'the failover' });
    expect(await writing).toBe(2);
  });
});

/** The server's time in whole milliseconds. */
async function timeOf(node: ReturnType<IoRedis['nodes']>[number]): Promise<number> {
  const [seconds, microseconds] = await node.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
