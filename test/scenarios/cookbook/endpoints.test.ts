// Recipes: nodes whose addresses are missing, unknown, names, or those of another network.
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { keyForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);
/** All names lead here; a test of your own may answer by name. */
const lookup = ((_name, options, done) => {
  if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}) as LookupFunction;

/** The place of the first slot's master as CLUSTER SLOTS has it. */
async function firstEndpoint(node: TestNode): Promise<unknown> {
  const [[, , [endpoint]]] = (await node.command('CLUSTER', 'SLOTS')) as [[number, number, [unknown]]];
  return endpoint;
}

describe('17. odd endpoints', () => {
  it('no endpoint (null) means the address that was dialled: node-redis knows, ioredis finds no nodes', async () => {
    const cluster = await start();
    await cluster.announce(cluster.nodes, { preferredEndpointType: 'unknown-endpoint' });
    const [node, other] = cluster.masters as [TestNode, TestNode];
    expect(await firstEndpoint(node)).toBeNull();
    expect(await rejection(other.command('GET', key))).toBe(`MOVED 0 :${node.port}`);
    const client = await nodeRedis(cluster);
    expect(await client.set(key, 1)).toBe('OK');
    const redis = ioredis(cluster, { clusterRetryStrategy: () => null });
    expect(await rejection(redis.set(key, 1))).toContain('None of startup nodes is available');
  });

  it('an empty endpoint: a node that was never met does not know its own address', async () => {
    const cluster = await start({ masters: 1, replicas: 0, formed: false });
    const [node] = cluster.nodes as [TestNode];
    await node.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await cluster.waitFor('ok');
    expect(await firstEndpoint(node)).toBe('');
    const client = await nodeRedis(cluster);
    expect(await client.set(key, 1)).toBe('OK');
  });

  it('a hostname that is missing is "?": one such node breaks what its slots need, and nothing else', async () => {
    const cluster = await start({ replicas: 0 });
    const [nameless, ...named] = cluster.masters as [TestNode, ...TestNode[]];
    await cluster.announce(named, { hostname: 'localhost' });
    await cluster.announce(cluster.nodes, { preferredEndpointType: 'hostname' });
    expect(await firstEndpoint(nameless)).toBe('?');
    const redis = ioredis(cluster, {
      maxRedirections: 2,
      retryDelayOnFailover: 1,
      retryDelayOnClusterDown: 1,
    });
    expect(await redis.set(keyForSlot(16_383), 1)).toBe('OK');
    expect(await rejection(redis.set(key, 1))).toMatch(/redirections|closed/);
  });

  it('all nodes have one name, and only their ports tell them apart', async () => {
    const cluster = await start();
    await cluster.announce(cluster.nodes, { hostname: 'localhost', preferredEndpointType: 'hostname' });
    const redis = ioredis(cluster);
    const client = await nodeRedis(cluster);
    const other = keyForSlot(16_383);
    expect(await Promise.all([redis.set(key, 1), client.set(other, 2)])).toEqual(['OK', 'OK']);
    await cluster.migrateSlot({ slot: 0, to: cluster.nodeForSlot(16_383) });
    expect(await redis.incr(key)).toBe(2);
    expect(await client.incr(key)).toBe(3);
  });

  it('a network of its own (NAT): clients translate', async () => {
    const cluster = await start({ replicas: 0 });
    const inside = cluster.nodes.map((node, index) => [`127.0.0.1:${index + 1}`, node.address] as const);
    for (const [index, node] of cluster.nodes.entries()) await cluster.announce(node, { port: index + 1 });
    const map = Object.fromEntries(inside);
    const redis = ioredis(cluster, { natMap: map });
    const client = await nodeRedis(cluster, { nodeAddressMap: map });
    expect(await redis.set(key, 1)).toBe('OK');
    expect(await client.incr(key)).toBe(2);
  });
});

describe('8. names in place of addresses', () => {
  it('the clients look names up, where the test says', async () => {
    const cluster = await start({ replicas: 0 });
    for (const [index, node] of cluster.nodes.entries())
      await cluster.announce(node, { hostname: `redis-${index}.test`, preferredEndpointType: 'hostname' });
    // It looks names up by itself as well, unless it is told not to watch for maintenance.
    const client = await nodeRedis(cluster, {
      defaults: { maintNotifications: 'disabled', socket: { lookup } },
    });
    expect(await client.set(key, 1)).toBe('OK');
    const [host, port] = ['redis-0.test', cluster.nodeForSlot(0).port];
    const natMap = Object.fromEntries(
      cluster.nodes.map((node, index) => [`redis-${index}.test:${node.port}`, node.address]),
    );
    const redis = ioredis(cluster, { natMap });
    expect(await redis.incr(key)).toBe(2);
    expect(await rejection(cluster.masters[1]!.command('GET', key))).toBe(`MOVED 0 ${host}:${port}`);
  });

  it('all addresses change at once: a client with the new ones finds the data', async () => {
    const cluster = await start();
    const [first] = cluster.nodes as [TestNode];
    const before = first.address;
    const redis = ioredis(cluster);
    await redis.set(key, 1);
    // As in Kubernetes: every pod comes back elsewhere.
    for (const node of cluster.nodes) await cluster.changeAddress(node);
    expect(cluster.seeds).not.toContainEqual(before);
    redis.disconnect();
    const again = ioredis(cluster);
    expect(await again.get(key)).toBe('1');
  });
});
