// Recipes: passwords, users and certificates, on all nodes and on one of them.
import { describe, expect, it } from 'vitest';
import { keyForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);
const secured = { config: { requirepass: 'secret', masterauth: 'secret' } };

describe('21. AUTH, ACL and TLS', () => {
  it('every connection has to log in, those of the pool and those after a redirection too', async () => {
    const cluster = await start(secured);
    const redis = ioredis(cluster, { redisOptions: { password: 'secret' } });
    const client = await nodeRedis(cluster, { defaults: { password: 'secret' } });
    expect(await redis.set(key, 1)).toBe('OK');
    expect(await client.incr(keyForSlot(16_383))).toBe(1);
    const stranger = ioredis(cluster, { clusterRetryStrategy: () => null });
    expect(await rejection(stranger.get(key))).toMatch(/None of startup nodes|Failed to refresh slots cache/);
    expect(await rejection(nodeRedis(cluster))).toContain('All the root nodes are unavailable');
    expect(cluster.counters.commands('AUTH')).toBeGreaterThan(0);
  });

  it('a password that was changed on one node: open connections go on, new ones are refused', async () => {
    const cluster = await start(secured);
    const client = await nodeRedis(cluster, { defaults: { password: 'secret', disableOfflineQueue: true } });
    await client.set(key, 1);
    const node = cluster.nodeForSlot(0);
    await node.command('CONFIG', 'SET', 'requirepass', 'changed');
    expect(await client.incr(key)).toBe(2);
    const refused = cluster.whenCommand('HELLO', { node });
    await node.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await refused;
    expect(await rejection(client.incr(key))).toMatch(/offline|closed|WRONGPASS/i);
    expect(await client.set(keyForSlot(16_383), 1)).toBe('OK');
  });

  it('a user who may do little: NOPERM, at the node that the key leads to', async () => {
    const cluster = await start({
      config: { user: 'app on >secret ~app:* &* +@all -@dangerous +cluster +info' },
    });
    const [mine, foreign] = [keyForSlot(0, { prefix: 'app:' }), keyForSlot(0)];
    const redis = ioredis(cluster, { redisOptions: { username: 'app', password: 'secret' } });
    expect(await redis.set(mine, 1)).toBe('OK');
    expect(await rejection(redis.set(foreign, 1))).toContain('NOPERM No permissions to access a key');
    expect(await rejection(redis.flushall())).toContain(
      "NOPERM User app has no permissions to run the 'flushall' command",
    );
    // ACL rules are not replicated, and not gossiped: each node has its own.
    await cluster.nodeForSlot(16_383).command('ACL', 'SETUSER', 'app', '-@write');
    expect(await redis.incr(mine)).toBe(2);
    expect(await rejection(redis.incr(keyForSlot(16_383, { prefix: 'app:' })))).toContain('NOPERM');
  });

  it('TLS: clients check who vouches for the nodes', async () => {
    const cluster = await start({ tls: true });
    const { ca } = cluster.tls as { ca: string };
    const redis = ioredis(cluster, { redisOptions: { tls: { ca } } });
    const client = await nodeRedis(cluster, { defaults: { socket: { tls: true, ca } } });
    expect(await redis.set(key, 1)).toBe('OK');
    expect(await client.incr(key)).toBe(2);
    expect(
      await rejection(nodeRedis(cluster, { defaults: { socket: { tls: true, reconnectStrategy: false } } })),
    ).toBe('All the root nodes are unavailable');
    const { promoted } = await cluster.failover(cluster.nodeForSlot(0));
    expect(await redis.incr(key)).toBe(3);
    expect(promoted.counters.commands('INCR')).toBe(1);
  });

  it('a certificate that names the hosts and not the addresses: connect by name', async () => {
    const cluster = await start({ tls: true, replicas: 0 });
    const { ca } = cluster.tls as { ca: string };
    await cluster.announce(cluster.nodes, { hostname: 'wrong.test', preferredEndpointType: 'ip' });
    const strict = ioredis(cluster, {
      redisOptions: { tls: { ca, servername: 'wrong.test' } },
      clusterRetryStrategy: () => null,
    });
    expect(await rejection(strict.get(key))).toMatch(/None of startup nodes|Failed to refresh slots cache/);
    const named = ioredis(cluster, { redisOptions: { tls: { ca, servername: 'localhost' } } });
    expect(await named.set(key, 1)).toBe('OK');
  });

  it('NOAUTH out of nowhere, as from a node that was restarted with another configuration', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const node = cluster.nodeForSlot(0) as TestNode;
    node.inject({ error: 'NOAUTH' }, { command: 'GET', times: 1 });
    expect(await rejection(redis.get(key))).toBe('NOAUTH Authentication required.');
    expect(await redis.get(key)).toBeNull();
  });
});
