// Recipes: how clients learn the topology, and reads from replicas.

import { Cluster as IoRedis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CommandReply, keyForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('2. refreshing the slot map', () => {
  it('a node that cannot tell it is passed over', async () => {
    const cluster = await start();
    const [a] = cluster.nodes;
    const fault = a!.inject({ error: 'CLUSTERDOWN' }, { command: 'CLUSTER SLOTS' });
    const redis = ioredis(cluster);
    expect(await redis.set(key, 1)).toBe('OK');
    expect(fault.hits).toBeLessThanOrEqual(1);
  });

  it('a failover is no reason for a storm of CLUSTER SLOTS', async () => {
    const cluster = await start();
    const clients = Array.from({ length: 5 }, () => ioredis(cluster));
    await Promise.all(clients.map((redis) => redis.set(key, 1)));
    await cluster.waitFor('in-sync');
    const before = cluster.counters.topologyRequests;
    const old = cluster.nodeForSlot(0);
    await old.replicas[0]!.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => old.role === 'replica');
    await Promise.all(clients.flatMap((redis) => Array.from({ length: 20 }, () => redis.incr(key))));
    const asked = cluster.counters.topologyRequests - before;
    expect(asked).toBeLessThanOrEqual(5 * clients.length);
  });

  it('a client that is told an old map gets there by MOVED', async () => {
    const cluster = await start();
    const stale = await cluster.nodes[0]!.command('CLUSTER', 'SLOTS');
    const old = cluster.nodeForSlot(0);
    await old.replicas[0]!.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => old.role === 'replica');
    cluster.inject({ handler: () => stale }, { command: 'CLUSTER SLOTS' });
    const redis = ioredis(cluster);
    expect(await redis.set(key, 1)).toBe('OK');
    expect(old.counters.redirects.moved).toBeGreaterThanOrEqual(1);
  });
});

describe('2. views that are stale or partial', () => {
  it('a node that hears no news goes on with its old view, and sends clients in a circle until it does', async () => {
    const cluster = await start({ replicas: 0 });
    const [owner, target, stale] = cluster.masters as [TestNode, TestNode, TestNode];
    const view = cluster.staleView(stale);
    await cluster.migrateSlot({ slot: 0, to: target, pauseAt: 'node-src' });
    await cluster.advance('5s');
    expect(await rejection(stale.command('GET', key))).toBe(`MOVED 0 ${owner.name}`);
    expect(await rejection(owner.command('GET', key))).toBe(`MOVED 0 ${target.name}`);
    const redis = ioredis(cluster);
    expect(await redis.set(key, 1)).toBe('OK');
    view.dispose();
    await cluster.waitFor('converged');
    expect(await rejection(stale.command('GET', key))).toBe(`MOVED 0 ${target.name}`);
  });

  it('a map with holes: both clients find the slots that it does not have', async () => {
    const cluster = await start({ replicas: 0 });
    const full = (await cluster.nodes[0]!.command('CLUSTER', 'SLOTS')) as CommandReply[];
    cluster.inject({ handler: () => full.slice(1) }, { command: 'CLUSTER SLOTS' });
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    expect(await redis.set(key, 1)).toBe('OK');
    expect(await client.set(keyForSlot(16_383), 1)).toBe('OK');
    expect(cluster.counters.redirects.moved).toBeGreaterThanOrEqual(0);
  });

  it('a master of the minority tells an old map for as long as it is cut off', async () => {
    const cluster = await start({ nodeTimeout: '5s' });
    const old = cluster.nodeForSlot(0);
    using cut = cluster.isolate(old);
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== old);
    const [[first, last, [host, port]]] = (await old.command('CLUSTER', 'SLOTS')) as [
      [number, number, [string, number]],
    ];
    expect([first, last, `${host}:${port}`]).toEqual([0, 5460, old.name]);
    const redis = new IoRedis([old.address]);
    onTestFinished(() => redis.disconnect());
    const value = redis.set(key, 1);
    await cluster.whenCommand('SET', { node: old });
    cut.heal();
    await cluster.waitFor('ok');
    expect(await value).toBe('OK');
  });
});

describe('12. reads from replicas', () => {
  it('a replica that lags answers with old data', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { scaleReads: 'slave' });
    await redis.set(key, 'old');
    await cluster.waitFor('in-sync');
    const [replica] = cluster.nodeForSlot(0).replicas;
    using _lag = replica!.lag('2s');
    await redis.set(key, 'new');
    expect(await redis.get(key)).toBe('old');
    await cluster.advance('2s');
    expect(await redis.get(key)).toBe('new');
  });

  it('MASTERDOWN from a replica that lost its master', async () => {
    const cluster = await start({ config: { 'replica-serve-stale-data': 'no' } });
    const redis = ioredis(cluster, { scaleReads: 'slave' });
    await redis.set(key, 1);
    await cluster.waitFor('in-sync');
    const master = cluster.nodeForSlot(0);
    master.inject({ error: 'ERR not here' }, { command: 'GET' });
    await master.kill();
    await cluster.advance(100);
    expect(await rejection(redis.get(key))).toContain('MASTERDOWN Link with MASTER is down');
  });

  it('a replica that was never told READONLY sends reads to its master', async () => {
    const cluster = await start();
    const [replica] = cluster.nodeForSlot(0).replicas;
    expect(await rejection(replica!.command('GET', key))).toBe(`MOVED 0 ${cluster.nodeForSlot(0).name}`);
  });
});
