/** ioredis 6 as it is, against a test cluster over real sockets. */
import { type ClusterOptions, Cluster as IoRedis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Cluster,
  keyForNode,
  keyForSlot,
  keysForNode,
  keysForSlot,
  keysOnDistinctNodes,
  startCluster,
} from '../../src/index.js';
import { callCount, connectionCount, errorCount, SOON } from './node-counters.js';
import { moveEmptySlot, otherMaster, startSlotMigration } from './slot-moves.js';

/** A client that is gone after the test. */
function connect(cluster: Cluster, protocol: 2 | 3, options: ClusterOptions = {}): IoRedis {
  const redis = new IoRedis(cluster.seeds, { ...options, redisOptions: { protocol } });
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe.each([2, 3] as const)('ioredis with RESP%i', (protocol) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(3, 1);
  });
  afterAll(() => cluster.stop());
  afterEach(() => cluster.flush());

  it('speaks the protocol that it was told to', async () => {
    const redis = connect(cluster, protocol);
    await redis.set('key', 'value');
    const [node] = redis.nodes('master');
    expect(await node?.client('INFO')).toContain(` resp=${protocol} `);
  });

  it('spreads keys over all masters and reads them back', async () => {
    const redis = connect(cluster, protocol);
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
    const redis = connect(cluster, protocol);
    await redis.get('key');
    const ports = (role: 'master' | 'slave') =>
      redis
        .nodes(role)
        .map(({ options }) => options.port)
        .sort();
    expect(ports('master')).toEqual(cluster.masters.map(({ port }) => port));
    expect(ports('slave')).toEqual(cluster.replicas.map(({ port }) => port));
  });

  it('gives maps, integers and nulls the shapes that it documents', async () => {
    const redis = connect(cluster, protocol);
    expect(await redis.hset('hash', { field: 'value', other: '2' })).toBe(2);
    expect(await redis.hgetall('hash')).toEqual({ field: 'value', other: '2' });
    expect(await redis.hmget('hash', 'field', 'missing')).toEqual(['value', null]);
    expect(await redis.hincrbyfloat('hash', 'other', 0.5)).toBe('2.5');
    expect(await redis.get('missing')).toBe(null);
  });

  it('carries bytes of any value and values larger than a socket buffer', async () => {
    const redis = connect(cluster, protocol);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const large = Buffer.alloc(3_000_000, bytes);
    await redis.set('bytes', bytes);
    await redis.set('large', large);
    expect(await redis.getBuffer('bytes')).toEqual(bytes);
    expect((await redis.getBuffer('large'))?.equals(large)).toBe(true);
  });

  it('sends a pipeline of keys on one node', async () => {
    const redis = connect(cluster, protocol);
    const [one, two, three] = keysForNode(cluster.masters[1]!, 3) as [string, string, string];
    const replies = await redis
      .pipeline()
      .set(one, 1)
      .incr(one)
      .set(two, 'a')
      .append(two, 'b')
      .get(three)
      .exec();
    expect(replies).toEqual([
      [null, 'OK'],
      [null, 2],
      [null, 'OK'],
      [null, 2],
      [null, null],
    ]);
  });

  it('refuses a pipeline over several nodes by itself', async () => {
    const redis = connect(cluster, protocol);
    await redis.get('key');
    const [one, two] = keysOnDistinctNodes(cluster.masters) as [string, string];
    await expect(redis.pipeline().set(one, 1).set(two, 2).exec()).rejects.toThrow(
      'All keys in the pipeline should belong to the same slots allocation group',
    );
  });

  it('puts commands of one tick together by auto pipelining', async () => {
    const redis = connect(cluster, protocol, { enableAutoPipelining: true });
    await redis.get('key');
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    const writes = keys.map((key) => redis.set(key, key));
    expect(redis.autoPipelineQueueSize).toBe(keys.length);
    await Promise.all(writes);
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
  });

  it('runs a transaction on one slot', async () => {
    const redis = connect(cluster, protocol);
    const [one, two] = keysForSlot(7000, 2) as [string, string];
    const replies = await redis
      .multi()
      .set(one, '5')
      .incr(one)
      .hset(two, 'field', 'value')
      .hgetall(two)
      .exec();
    expect(replies).toEqual([
      [null, 'OK'],
      [null, 6],
      [null, 1],
      [null, { field: 'value' }],
    ]);
  });

  it('runs nothing of a transaction whose watched key was changed', async () => {
    const redis = connect(cluster, protocol);
    const key = keyForNode(cluster.masters[0]!);
    await redis.set(key, 'before');
    const node = redis.nodes('master').find(({ options }) => options.port === cluster.masters[0]!.port)!;
    await node.watch(key);
    await cluster.nodeForKey(key).command('SET', key, 'changed');
    expect(await node.multi().set(key, 'after').exec()).toBe(null);
    expect(await redis.get(key)).toBe('changed');
  });

  it('is told CROSSSLOT for a command with keys of several slots', async () => {
    const redis = connect(cluster, protocol);
    await expect(redis.mset(keyForSlot(1), 'a', keyForSlot(2), 'b')).rejects.toThrow(
      /^CROSSSLOT Keys in request don't hash to the same slot$/,
    );
  });

  it('follows MOVED to a slot that was given to another master', async () => {
    const redis = connect(cluster, protocol);
    const key = keyForSlot(1000);
    await redis.set(key, 'before');
    await redis.del(key);
    const source = cluster.nodeForSlot(1000);
    const target = otherMaster(cluster, 1000);
    const movedBefore = await errorCount(source, 'MOVED');
    await moveEmptySlot(cluster, 1000, target);
    expect(await redis.set(key, 'after')).toBe('OK');
    expect(await target.command('GET', key)).toBe('after');
    expect(await errorCount(source, 'MOVED')).toBe(movedBefore + 1);
  });

  it('follows MOVED with a whole pipeline', async () => {
    const redis = connect(cluster, protocol);
    const [one, two] = keysForSlot(1001, 2) as [string, string];
    await redis.get(one);
    const target = otherMaster(cluster, 1001);
    await moveEmptySlot(cluster, 1001, target);
    expect(await redis.pipeline().set(one, 'a').set(two, 'b').exec()).toEqual([
      [null, 'OK'],
      [null, 'OK'],
    ]);
    expect(await target.command('MGET', one, two)).toEqual(['a', 'b']);
  });

  it('tries again by itself while the keys of a command are split by a slot on its way', async () => {
    const redis = connect(cluster, protocol, { retryDelayOnTryAgain: 5 });
    const [here, there] = keysForSlot(3000, 2) as [string, string];
    const target = otherMaster(cluster, 3000);
    await redis.set(here, 'here');
    const source = await startSlotMigration(cluster, 3000, target);
    await redis.set(there, 'there');
    const refused = errorCount(source, 'TRYAGAIN');
    const reading = redis.mget(here, there);
    await expect.poll(() => errorCount(source, 'TRYAGAIN'), SOON).toBeGreaterThan(await refused);
    await source.command('DEL', here);
    await moveEmptySlot(cluster, 3000, target);
    expect(await reading).toEqual([null, 'there']);
  });

  it('follows ASK while a slot is on its way to another master', async () => {
    const redis = connect(cluster, protocol);
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
    await source.command('DEL', old);
    await moveEmptySlot(cluster, 2000, target);
    expect(await redis.get(fresh)).toBe('new');
  });

  it('reads from replicas when it is told to scale reads', async () => {
    const redis = connect(cluster, protocol, { scaleReads: 'slave' });
    const [master] = cluster.masters;
    const [replica] = master!.replicas;
    const keys = keysForNode(master!, 10);
    await Promise.all(keys.map((key) => redis.set(key, key)));
    const readsBefore = await callCount(replica!, 'get');
    const redirectsBefore = await errorCount(replica!, 'MOVED');
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
    expect(await callCount(replica!, 'get')).toBe(readsBefore + keys.length);
    expect(await errorCount(replica!, 'MOVED')).toBe(redirectsBefore);
  });

  it('sees keys expire when time is advanced', async () => {
    const redis = connect(cluster, protocol);
    await redis.set('short', 'value', 'PX', 1500);
    await redis.set('long', 'value', 'EX', 60);
    await cluster.advance('1s');
    expect(await redis.get('short')).toBe('value');
    expect(await redis.pttl('short')).toBeLessThanOrEqual(500);
    // A key lives through the very millisecond of its expiry, as in Redis.
    await cluster.advance('501ms');
    expect(await redis.get('short')).toBe(null);
    await cluster.advance('1m');
    expect(await redis.exists('long')).toBe(0);
  });

  it('finds every key by scanning the masters', async () => {
    const redis = connect(cluster, protocol);
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 30, { prefix: 'user:' }));
    await Promise.all(keys.map((key) => redis.set(key, '')));
    const found: string[] = [];
    for (const node of redis.nodes('master')) {
      for await (const some of node.scanStream({ match: 'user:*', count: 7 }))
        found.push(...(some as string[]));
    }
    expect([...new Set(found)].sort()).toEqual([...keys].sort());
  });

  it('leaves no socket behind after quit and after disconnect', async () => {
    const quitting = connect(cluster, protocol, { scaleReads: 'all' });
    const disconnecting = connect(cluster, protocol);
    await Promise.all([quitting, disconnecting].map((redis) => redis.set('key', 'value')));
    expect(connectionCount(cluster)).toBeGreaterThanOrEqual(2);
    expect(await quitting.quit()).toBe('OK');
    disconnecting.disconnect();
    await expect.poll(() => connectionCount(cluster), SOON).toBe(0);
  });
});

describe.each([2, 3] as const)('ioredis with RESP%i during a failover', (protocol) => {
  it('writes and reads again with the same client after a master was killed', async () => {
    await using cluster = await startCluster(3, 1);
    const redis = connect(cluster, protocol);
    const [victim] = cluster.masters;
    const [replica] = victim!.replicas;
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 10));
    await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));

    const killedAtMs = cluster.now();
    await victim!.kill();
    await cluster.waitFor('ok', { what: 'the failover' });
    expect(cluster.now() - killedAtMs).toBeGreaterThan(15_000);

    expect(replica!.role).toBe('master');
    expect(await redis.set(keyForNode(replica!), 'written after')).toBe('OK');
    const values = await Promise.all(keys.map((key) => redis.get(key)));
    expect(values).toEqual(
      keys.map((key) => (key === keyForNode(replica!) ? 'written after' : `value of ${key}`)),
    );
  });

  it('has a command that waits through the failover answered by the new master', async () => {
    await using cluster = await startCluster(3, 1);
    const redis = connect(cluster, protocol, { maxRedirections: 100 });
    const [victim] = cluster.masters;
    const key = keyForNode(victim!);
    await redis.set(key, '1');
    await victim!.kill();
    const pending = redis.incr(key);
    await cluster.waitFor('ok', { what: 'the failover' });
    expect(await pending).toBe(2);
  });

  it('loses no write to a graceful failover', async () => {
    await using cluster = await startCluster(3, 1);
    const redis = connect(cluster, protocol);
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

describe('ioredis', () => {
  it('does without what nodes that behave as Redis 7.0 do not know', async () => {
    await using cluster = await startCluster({ masters: 3, replicas: 1, version: '7.0' });
    const redis = connect(cluster, 3, { scaleReads: 'all' });
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    await Promise.all(keys.map((key) => redis.set(key, key)));
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
  });

  it('survives a failover whose nodes talk to each other over TCP', async () => {
    await using cluster = await startCluster({ masters: 3, replicas: 1, bus: 'tcp' });
    const redis = connect(cluster, 3);
    const [victim] = cluster.masters;
    const key = keyForNode(victim!);
    await redis.set(key, '1');
    await victim!.kill();
    await cluster.waitFor('ok', { what: 'the failover' });
    expect(await redis.incr(key)).toBe(2);
  });

  it('comes back to a master that was restarted', async () => {
    await using cluster = await startCluster(3, 0);
    const redis = connect(cluster, 3);
    const [master] = cluster.masters;
    const key = keyForNode(master!);
    await redis.set(key, 'value');
    await master!.restart();
    await cluster.waitFor('ok', { what: 'the master to be back' });
    // Without a replica its memory was all that held the value.
    expect(await redis.get(key)).toBe(null);
    expect(await redis.set(key, 'again')).toBe('OK');
  });

  it('waits for a node that does not answer, until it does', async () => {
    await using cluster = await startCluster(3, 0);
    const redis = connect(cluster, 3);
    const [master] = cluster.masters;
    const key = keyForNode(master!);
    await redis.set(key, '1');
    master!.pause();
    let answered = false;
    const writing = redis.incr(key).finally(() => {
      answered = true;
    });
    await cluster.advance('5s');
    expect(answered).toBe(false);
    master!.resume();
    expect(await writing).toBe(2);
  });

  it('is told CLUSTERDOWN, and tries until the cluster is whole again', async () => {
    await using cluster = await startCluster(3, 0);
    const redis = connect(cluster, 3, { maxRedirections: 100, retryDelayOnClusterDown: 5 });
    const [victim, survivor] = cluster.masters;
    const key = keyForNode(survivor!);
    await redis.set(key, '1');
    await victim!.kill();
    await cluster.waitFor(
      async () => (await errorTextOf(survivor!.command('GET', key)))?.startsWith('CLUSTERDOWN') === true,
    );
    const refusedBefore = await errorCount(survivor!, 'CLUSTERDOWN');
    const writing = redis.incr(key);
    await expect.poll(() => errorCount(survivor!, 'CLUSTERDOWN'), SOON).toBeGreaterThan(refusedBefore);
    await victim!.restart();
    await cluster.waitFor('ok', { what: 'the cluster to be whole again' });
    expect(await writing).toBe(2);
  });
});

async function errorTextOf(reply: Promise<unknown>): Promise<string | null> {
  try {
    await reply;
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
