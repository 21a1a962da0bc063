// Recipes: connections that break at the worst moment.
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyForSlot, keysForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, rejection, start } from './cookbook.js';

const key = keyForSlot(0);

describe('5. a pipeline whose node dies in the middle', () => {
  it('part of it was executed, and the client learns of less than that', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { redisOptions: { autoResendUnfulfilledCommands: false } });
    await redis.set(key, 0);
    const master = cluster.nodeForSlot(0);
    master.inject({ reset: 'reply' }, { command: 'INCR', after: 2, times: 1 });
    const outcome = await redis
      .pipeline([
        ['incr', key],
        ['incr', key],
        ['incr', key],
        ['incr', key],
      ])
      .exec()
      .catch(() => null);
    expect(Number(await master.command('GET', key))).toBeGreaterThanOrEqual(3);
    expect(outcome?.filter(([error]) => error === null) ?? []).not.toHaveLength(4);
  });

  it('a reply that is cut off in its middle', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 'a value');
    const cut = cluster.inject({ truncate: 5, ending: 'reset' }, { command: 'GET', times: 1 });
    // It is asked for again on a new connection.
    expect(await redis.get(key)).toBe('a value');
    expect(cut.hits).toBe(1);
  });
});

describe('15. executed, but the reply is lost', () => {
  it('ioredis sends it again: the counter counts twice', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 0);
    cluster.inject({ reset: 'reply' }, { command: 'INCR', times: 1 });
    expect(await redis.incr(key)).toBe(2);
  });

  it('never executed: the same loss for the client, and it is right to send it again', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await redis.set(key, 0);
    cluster.inject({ reset: 'command' }, { command: 'INCR', times: 1 });
    expect(await redis.incr(key)).toBe(1);
  });

  it('node-redis fails, and the application cannot know which of the two it was', async () => {
    const cluster = await start();
    const client = await nodeRedis(cluster);
    await client.set(key, 0);
    cluster.inject({ reset: 'reply' }, { command: 'INCR', times: 1 });
    expect(await rejection(client.incr(key))).toMatch(/closed|ECONNRESET/i);
    expect(await cluster.nodeForSlot(0).command('GET', key)).toBe('1');
  });
});

describe('20. faults while connecting', () => {
  it('a seed that refuses, one that resets, one that never answers: the next one serves', async () => {
    const cluster = await start();
    const [a, b, c] = cluster.nodes;
    a!.refuseConnections();
    b!.refuseConnections({ how: 'reset', times: 2 });
    const redis = ioredis(cluster, { redisOptions: { connectTimeout: 100 }, slotsRefreshTimeout: 200 });
    expect(await redis.set(keyForSlot(16_383), 1)).toBe('OK');
    expect(cluster.nodeForSlot(16_383)).toBe(c);
  });

  it('a connection that breaks during HELLO is opened again', async () => {
    const cluster = await start();
    const fault = cluster.inject({ reset: 'command' }, { command: 'HELLO', times: 1 });
    const redis = ioredis(cluster);
    expect(await redis.set(key, 1)).toBe('OK');
    expect(fault.hits).toBe(1);
  });
});

describe('22. leaks and storms of connections', () => {
  it('after a hundred failed commands there are no more connections than before', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    await Promise.all(keysForSlot(0, 10).map((one) => redis.set(one, 1)));
    const { open } = cluster.counters.connections;
    cluster.inject({ error: 'ERR no' }, { command: 'GET' });
    await Promise.allSettled(Array.from({ length: 100 }, () => redis.get(key)));
    expect(cluster.counters.connections.open).toBe(open);
    expect(cluster.counters.commands('GET')).toBe(100);
  });

  it('maxclients: who comes too late is told so and closed; there is room again when others leave', async () => {
    const cluster = await start({ masters: 3, replicas: 0 });
    const node = cluster.nodeForSlot(0);
    // The bus counts too: two connections for each other node.
    await node.command('CONFIG', 'SET', 'maxclients', 4 + 2 * (cluster.nodes.length - 1));
    const crowd = await Promise.all(Array.from({ length: 4 }, () => openSocket(node)));
    const refused = await openSocket(node);
    expect(await firstText(refused)).toBe('-ERR max number of clients + cluster connections reached\r\n');
    for (const socket of crowd) socket.destroy();
    await cluster.when(() => node.connectionCount === 0);
    const redis = ioredis(cluster);
    expect(await redis.set(key, 1)).toBe('OK');
  });

  it('a node restarts under twenty clients: each comes back once', async () => {
    const cluster = await start({ masters: 3, replicas: 0 });
    const clients = Array.from({ length: 20 }, () => ioredis(cluster));
    await Promise.all(clients.map((redis) => redis.set(key, 1)));
    const node = cluster.nodeForSlot(0);
    const before = node.counters.connections.opened;
    await node.restart({ data: 'kept' });
    await cluster.waitFor('ok');
    expect(await Promise.all(clients.map((redis) => redis.get(key)))).toEqual(clients.map(() => '1'));
    const opened = node.counters.connections.opened - before;
    // One for commands; ioredis also asks by another one for the map.
    expect(opened).toBeLessThanOrEqual(3 * clients.length);
    expect(node.connectionCount).toBeLessThanOrEqual(2 * clients.length);
  });

  it.each(['ioredis', 'node-redis'] as const)('%s leaves no connection behind', async (which) => {
    const cluster = await start();
    if (which === 'ioredis') {
      const redis = ioredis(cluster);
      await redis.set(key, 1);
      await redis.quit();
    } else {
      const client = await nodeRedis(cluster);
      await client.set(key, 1);
      await client.close();
    }
    await cluster.when(() => cluster.counters.connections.open === 0);
    expect(cluster.counters.connections.opened).toBeGreaterThan(0);
  });
});

function openSocket(node: TestNode): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(node.port, node.host, () => resolve(socket));
    onTestFinished(() => void socket.destroy());
  });
}

function firstText(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
}
