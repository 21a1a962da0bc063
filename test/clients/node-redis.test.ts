/**
 * node-redis 6 as it is, against a test cluster over real sockets.
 *
 * What its defaults do when a master dies: commands for it wait in the client while that tries to connect again, fail
 * with a TimeoutError after 5 s of real time, and after another try past 5 s the client asks the other nodes who serves
 * the slots now. A program that wants to be back sooner sets `topologyRefreshOnReconnectionAttemptStrategy`; commands
 * that were waiting then fail at once with a DisconnectsClientError, so it also has to repeat them.
 */
import { createCluster, DisconnectsClientError, type RedisClusterOptions, TimeoutError } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Cluster,
  keyForNode,
  keyForSlot,
  keysForNode,
  keysForSlot,
  startCluster,
} from '../../src/index.js';
import { callCount, connectionCount, errorCount, SOON } from './node-counters.js';
import { moveEmptySlot, otherMaster, startSlotMigration } from './slot-moves.js';

type Options = Omit<RedisClusterOptions, 'rootNodes' | 'RESP' | 'modules' | 'functions' | 'scripts'>;

/** A connected client that is gone after the test. */
async function connect(cluster: Cluster, protocol: 2 | 3, options: Options = {}) {
  const redis = createCluster({ ...options, rootNodes: cluster.rootNodes, RESP: protocol });
  // Without listeners the loss of a node would end the process.
  redis.on('error', () => undefined);
  await redis.connect();
  onTestFinished(() => redis.destroy());
  return redis;
}

describe.each([2, 3] as const)('node-redis with RESP%i', (protocol) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(3, 1);
  });
  afterAll(() => cluster.stop());
  afterEach(() => cluster.flush());

  it('speaks the protocol that it was told to', async () => {
    const redis = await connect(cluster, protocol);
    const node = await redis.nodeClient(redis.masters[0]!);
    expect(await node.sendCommand(['CLIENT', 'INFO'])).toContain(` resp=${protocol} `);
  });

  it('spreads keys over all masters and reads them back', async () => {
    const redis = await connect(cluster, protocol);
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 20));
    expect(await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)))).toEqual(
      keys.map(() => 'OK'),
    );
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(
      keys.map((key) => `value of ${key}`),
    );
    const sizes = await Promise.all(cluster.masters.map((master) => master.command('DBSIZE')));
    expect(sizes).toEqual([20, 20, 20]);
  });

  it('knows the masters and the replicas of the cluster', async () => {
    const redis = await connect(cluster, protocol, { useReplicas: true });
    expect(redis.masters.map(({ port }) => port).sort()).toEqual(cluster.masters.map(({ port }) => port));
    expect(redis.replicas.map(({ port }) => port).sort()).toEqual(cluster.replicas.map(({ port }) => port));
  });

  it('gives maps, integers and nulls the shapes that it documents', async () => {
    const redis = await connect(cluster, protocol);
    expect(await redis.hSet('hash', { field: 'value', other: '2' })).toBe(2);
    expect({ ...(await redis.hGetAll('hash')) }).toEqual({ field: 'value', other: '2' });
    expect(await redis.hmGet('hash', ['field', 'missing'])).toEqual(['value', null]);
    expect(await redis.hIncrByFloat('hash', 'other', 0.5)).toBe('2.5');
    expect(await redis.get('missing')).toBe(null);
  });

  it('splits a command with keys of many slots and joins the replies', async () => {
    const redis = await connect(cluster, protocol);
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 3));
    expect(await redis.mSet(Object.fromEntries(keys.map((key) => [key, `value of ${key}`])))).toBe('OK');
    expect(await redis.mGet([...keys, 'missing'])).toEqual([...keys.map((key) => `value of ${key}`), null]);
    expect(await redis.del(keys)).toBe(keys.length);
  });

  it('runs a transaction on one slot', async () => {
    const redis = await connect(cluster, protocol);
    const [one, two] = keysForSlot(7000, 2) as [string, string];
    const replies = await redis
      .multi()
      .set(one, '5')
      .incr(one)
      .hSet(two, 'field', 'value')
      .hGet(two, 'field')
      .exec();
    expect(replies).toEqual(['OK', 6, 1, 'value']);
  });

  it('sends commands of one tick as a pipeline on their nodes', async () => {
    const redis = await connect(cluster, protocol);
    const [key] = keysForSlot(7000, 1) as [string];
    expect(await redis.multi().set(key, '1').incr(key).get(key).execAsPipeline()).toEqual(['OK', 2, '2']);
  });

  it('is told CROSSSLOT for a command that it cannot split', async () => {
    const redis = await connect(cluster, protocol);
    await redis.set(keyForSlot(1), 'value');
    await expect(redis.rename(keyForSlot(1), keyForSlot(2))).rejects.toThrow(
      /^CROSSSLOT Keys in request don't hash to the same slot$/,
    );
  });

  it('follows MOVED to a slot that was given to another master', async () => {
    const redis = await connect(cluster, protocol);
    const key = keyForSlot(1000);
    const source = cluster.nodeForSlot(1000);
    const target = otherMaster(cluster, 1000);
    const movedBefore = await errorCount(source, 'MOVED');
    await moveEmptySlot(cluster, 1000, target);
    expect(await redis.set(key, 'after')).toBe('OK');
    expect(await redis.get(key)).toBe('after');
    expect(await target.command('GET', key)).toBe('after');
    expect(await errorCount(source, 'MOVED')).toBe(movedBefore + 1);
  });

  it('follows MOVED with a whole transaction', async () => {
    const redis = await connect(cluster, protocol);
    const [one, two] = keysForSlot(1001, 2) as [string, string];
    const target = otherMaster(cluster, 1001);
    await moveEmptySlot(cluster, 1001, target);
    expect(await redis.multi().set(one, 'a').set(two, 'b').exec()).toEqual(['OK', 'OK']);
    expect(await target.command('MGET', one, two)).toEqual(['a', 'b']);
  });

  it('follows ASK while a slot is on its way to another master', async () => {
    const redis = await connect(cluster, protocol);
    const [old, fresh] = keysForSlot(2000, 2) as [string, string];
    await redis.set(old, 'stays');
    const target = otherMaster(cluster, 2000);
    const source = await startSlotMigration(cluster, 2000, target);
    const asksBefore = await errorCount(source, 'ASK');
    expect(await redis.set(fresh, 'new')).toBe('OK');
    expect(await redis.get(old)).toBe('stays');
    expect(await redis.get(fresh)).toBe('new');
    expect(await errorCount(source, 'ASK')).toBe(asksBefore + 2);
    await target.command('ASKING');
    expect(await target.command('GET', fresh)).toBe('new');
    // It does not repeat what it is told to try again: that is left to the program.
    await expect(redis.mGet([old, fresh])).rejects.toThrow(/^TRYAGAIN /);
    await source.command('DEL', old);
    await moveEmptySlot(cluster, 2000, target);
    expect(await redis.mGet([old, fresh])).toEqual([null, 'new']);
  });

  it('reads from masters and replicas when it is told to use replicas', async () => {
    const redis = await connect(cluster, protocol, { useReplicas: true });
    const [master] = cluster.masters;
    const [replica] = master!.replicas;
    const keys = keysForNode(master!, 40);
    await Promise.all(keys.map((key) => redis.set(key, key)));
    const readsBefore = [await callCount(master!, 'get'), await callCount(replica!, 'get')] as const;
    const redirectsBefore = await errorCount(replica!, 'MOVED');
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
    const readByMaster = (await callCount(master!, 'get')) - readsBefore[0];
    const readByReplica = (await callCount(replica!, 'get')) - readsBefore[1];
    expect(readByReplica).toBeGreaterThan(0);
    expect(readByMaster + readByReplica).toBe(keys.length);
    expect(await errorCount(replica!, 'MOVED')).toBe(redirectsBefore);
  });

  it('sees keys expire when time is advanced', async () => {
    const redis = await connect(cluster, protocol);
    await redis.set('key', 'value', { expiration: { type: 'PX', value: 1500 } });
    await cluster.advance('1s');
    expect(await redis.get('key')).toBe('value');
    // A key lives through the very millisecond of its expiry, as in Redis.
    await cluster.advance('501ms');
    expect(await redis.get('key')).toBe(null);
  });

  it('finds every key by scanning the cluster', async () => {
    const redis = await connect(cluster, protocol);
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 30, { prefix: 'user:' }));
    await Promise.all(keys.map((key) => redis.set(key, '')));
    const found: string[] = [];
    for (const master of redis.masters) {
      const node = await redis.nodeClient(master);
      for await (const some of node.scanIterator({ MATCH: 'user:*', COUNT: 7 })) found.push(...some);
    }
    expect([...new Set(found)].sort()).toEqual([...keys].sort());
  });

  it('leaves no socket behind after close and after destroy', async () => {
    const closing = await connect(cluster, protocol, { useReplicas: true });
    const destroyed = await connect(cluster, protocol);
    await expect.poll(() => connectionCount(cluster), SOON).toBe(9);
    await closing.close();
    destroyed.destroy();
    await expect.poll(() => connectionCount(cluster), SOON).toBe(0);
  });
});

describe.each([2, 3] as const)('node-redis with RESP%i during a failover', (protocol) => {
  /** Asks who serves the slots as soon as a node is lost, and tries often to get it back. */
  const alert: Options = {
    topologyRefreshOnReconnectionAttemptStrategy: 1,
    defaults: { socket: { reconnectStrategy: 5 } },
  };

  it('writes and reads again with the same client after a master was killed', async () => {
    await using cluster = await startCluster(3, 1);
    const redis = await connect(cluster, protocol, alert);
    const [victim] = cluster.masters;
    const [replica] = victim!.replicas;
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 10));
    await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));

    await victim!.kill();
    await cluster.waitFor('ok', { what: 'the failover' });
    expect(replica!.role).toBe('master');

    const again = `again ${protocol}`;
    await retried(() => redis.set(keyForNode(replica!), again));
    const values = await Promise.all(keys.map((key) => redis.get(key)));
    expect(values).toEqual(keys.map((key) => (key === keyForNode(replica!) ? again : `value of ${key}`)));
  });

  it('fails commands that wait for a dead master: by its own time-out, or when it learns of the new one', async () => {
    await using cluster = await startCluster(3, 1);
    const [victim] = cluster.masters;
    const key = keyForNode(victim!);
    const patient = await connect(cluster, protocol, { commandOptions: { timeout: 20 } });
    const quick = await connect(cluster, protocol, alert);
    await victim!.kill();
    await expect(patient.get(key)).rejects.toThrow(TimeoutError);
    const waiting = quick.get(key);
    // Observed from the start, for the client may reject it while time is advanced.
    const outcome = expect(waiting).rejects.toThrow(DisconnectsClientError);
    await cluster.waitFor('ok', { what: 'the failover' });
    await outcome;
    expect(await quick.get(key)).toBe(null);
  });

  it('loses no write to a graceful failover', async () => {
    await using cluster = await startCluster(3, 1);
    const redis = await connect(cluster, protocol);
    const [master] = cluster.masters;
    const [replica] = master!.replicas;
    const key = keyForNode(master!);
    let last = await redis.incr(key);
    let acknowledged = 1;
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        last = await redis.incr(key);
        acknowledged++;
      }
    })();
    expect(await replica!.command('CLUSTER', 'FAILOVER')).toBe('OK');
    await cluster.waitFor(() => replica!.role === 'master' && master!.role === 'replica');
    const before = acknowledged;
    await expect.poll(() => acknowledged, SOON).toBeGreaterThan(before + 10);
    stop = true;
    await writing;
    expect(last).toBe(acknowledged);
    expect(await replica!.command('GET', key)).toBe(String(acknowledged));
  });
});

describe('node-redis with nodes that behave as Redis 7.0', () => {
  it('does without what they do not know', async () => {
    await using cluster = await startCluster({ masters: 3, replicas: 1, version: '7.0' });
    const redis = await connect(cluster, 3, { useReplicas: true });
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    await Promise.all(keys.map((key) => redis.set(key, key)));
    expect(await redis.mGet(keys)).toEqual(keys);
  });
});

/** What a program has to do by itself: repeat a command that was waiting for a node that is gone. */
async function retried<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DisconnectsClientError) return run();
    throw error;
  }
}
