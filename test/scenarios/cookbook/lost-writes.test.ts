// Recipes: partitions, and what they do to writes that were acknowledged.
import { describe, expect, it } from 'vitest';
import { keyForSlot } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('14. lost writes and split brain', () => {
  it('a master in the minority takes writes until it notices, and they are lost', async () => {
    const cluster = await start({ nodeTimeout: '5s' });
    const redis = ioredis(cluster);
    await redis.set(key, 'before');
    await cluster.waitFor('in-sync');
    const old = cluster.nodeForSlot(0);
    // The bus and replication are cut; the client still reaches the old master.
    const cut = cluster.partition([old]);
    expect(await redis.set(key, 'into the void')).toBe('OK');
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== old);
    cut.heal();
    await cluster.waitFor('ok');
    expect(await redis.get(key)).toBe('before');
    expect(cluster.lostWrites()).toMatchObject([
      { command: 'SET', args: [key, 'into the void'], node: old, reason: 'not-replicated' },
    ]);
  });

  it('two holders of one lock: the lock was not replicated when its master died', async () => {
    const cluster = await start();
    const [one, other] = [ioredis(cluster), ioredis(cluster)];
    await cluster.waitFor('in-sync');
    const master = cluster.nodeForSlot(0);
    using _behind = master.replicas[0]!.pauseReplication();
    expect(await one.set(key, 'one', 'PX', 60_000, 'NX')).toBe('OK');
    await master.kill();
    await cluster.waitFor('ok');
    expect(await other.set(key, 'other', 'PX', 60_000, 'NX')).toBe('OK');
    expect(cluster.lostWrites()).toMatchObject([{ keys: [key], reason: 'not-replicated' }]);
  });

  it('WAIT tells that a write is on the replica, and then it survives', async () => {
    const cluster = await start();
    const master = cluster.nodeForSlot(0);
    const [replica] = master.replicas;
    const lag = replica!.lag('500ms');
    await master.command('SET', key, 'value');
    const acknowledged = master.command('WAIT', 1, 10_000);
    await cluster.advance('2s');
    expect(await acknowledged).toBe(1);
    lag.dispose();
    await master.kill();
    await cluster.waitFor('ok');
    expect(cluster.lostWrites()).toEqual([]);
    expect(await cluster.nodeForSlot(0).command('GET', key)).toBe('value');
  });

  it('a one-way cut: the others no longer hear the master, and replace it', async () => {
    const cluster = await start({ nodeTimeout: '5s' });
    const old = cluster.nodeForSlot(0);
    const cut = cluster.partition([old], { oneWay: true });
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== old);
    expect(cut.log.every(({ from }) => from === old)).toBe(true);
    cut.heal();
    await cluster.waitFor('ok');
    expect(old.role).toBe('replica');
  });
});

describe('16. CLUSTERDOWN windows', () => {
  it('the minority refuses when it notices, and for a while after it is back', async () => {
    const cluster = await start({ nodeTimeout: '5s' });
    const master = cluster.nodeForSlot(0);
    const cut = cluster.isolate(master);
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== master);
    expect(await rejection(master.command('GET', key))).toContain('CLUSTERDOWN The cluster is down');
    cut.heal();
    await cluster.waitFor('ok');
  });

  it('a master without a replica takes the whole cluster down with it', async () => {
    const cluster = await start({ replicas: 0, nodeTimeout: '2s' });
    const [victim, other] = [cluster.nodeForSlot(0), cluster.nodeForSlot(16_383)];
    await victim.command('SET', key, 1);
    const since = cluster.now();
    await victim.kill();
    await cluster.waitFor(() => cluster.eventsWith({ kind: 'state-changed', node: other, since }).length > 0);
    expect(await rejection(other.command('GET', keyForSlot(16_383)))).toBe('CLUSTERDOWN The cluster is down');
    await victim.restart({ data: 'kept' });
    await cluster.waitFor('ok');
    expect(await victim.command('GET', key)).toBe('1');
  });

  it.each([
    ['yes', 'CLUSTERDOWN The cluster is down'],
    ['no', null],
  ] as const)(
    'a slot that nobody has, with cluster-require-full-coverage %s',
    async (coverage, elsewhere) => {
      const cluster = await start({ config: { 'cluster-require-full-coverage': coverage } });
      const redis = ioredis(cluster, { maxRedirections: 2, retryDelayOnClusterDown: 1 });
      const patient = ioredis(cluster);
      const client = await nodeRedis(cluster);
      await Promise.all([redis.get(key), patient.get(key), client.get(key)]);
      for (const node of cluster.nodes) await node.command('CLUSTER', 'DELSLOTS', 0);
      await cluster.advance('1s');
      expect(await rejection(redis.get(key))).toContain('CLUSTERDOWN Hash slot not served');
      expect(await rejection(client.get(key))).toBe('CLUSTERDOWN Hash slot not served');
      const other = client.get(keyForSlot(16_383));
      if (elsewhere === null) expect(await other).toBeNull();
      else expect(await rejection(other)).toBe(elsewhere);
      // An operator gives it to a node again, and ioredis gets there by itself.
      const value = patient.set(key, 1);
      await cluster.whenCommand('SET');
      await cluster.nodes[0]!.command('CLUSTER', 'ADDSLOTS', 0);
      await cluster.waitFor('ok');
      expect(await value).toBe('OK');
    },
  );

  it('reads go on while the cluster is down, where the operator wants that', async () => {
    const cluster = await start({
      replicas: 0,
      nodeTimeout: '2s',
      config: { 'cluster-allow-reads-when-down': 'yes' },
    });
    const [victim, other] = [cluster.nodeForSlot(0), cluster.nodeForSlot(16_383)];
    const redis = ioredis(cluster);
    await redis.set(keyForSlot(16_383), 1);
    const since = cluster.now();
    await victim.kill();
    await cluster.waitFor(() => cluster.eventsWith({ kind: 'state-changed', node: other, since }).length > 0);
    expect(await redis.get(keyForSlot(16_383))).toBe('1');
    expect(await rejection(other.command('INCR', keyForSlot(16_383)))).toBe(
      'CLUSTERDOWN The cluster is down and only accepts read commands',
    );
  });
});
