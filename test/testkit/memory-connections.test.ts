/** Connections without sockets: as Duplex streams, and for ioredis by its Connector option. */
import type { Socket } from 'node:net';
import { Cluster as IoRedis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, keyForSlot, keysOnDistinctNodes } from '../../src/index.js';
import { closed, freePorts, startStill } from './testkit.js';

function connectIoRedis(cluster: Cluster): IoRedis {
  const redis = new IoRedis(cluster.seeds, { redisOptions: { Connector: cluster.Connector } });
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('a stream', () => {
  it('carries commands and replies, and ends as a socket does', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const node = cluster.nodeForSlot(0);
    const stream = cluster.connect(node);
    const text: string[] = [];
    stream.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    stream.write(`SET ${keyForSlot(0)} é\r\nGET ${keyForSlot(0)}\r\n`);
    await cluster.when(() => text.join('').endsWith('é\r\n'));
    expect(text.join('')).toBe('+OK\r\n$2\r\né\r\n');
    expect(node.connectionCount).toBe(0);
    expect(node.counters.connections).toMatchObject({ opened: 1, open: 1 });
    stream.end('QUIT\r\n');
    await closed(stream as unknown as Socket);
    expect(node.counters.connections.open).toBe(0);
  });

  it('breaks when its node dies, and is refused by one that does not run', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [node] = cluster.nodes;
    const stream = node!.createConnection();
    await new Promise((resolve) => {
      stream.once('connect', resolve);
    });
    await node!.kill();
    await closed(stream as unknown as Socket);
    const refused = new Promise((resolve) => {
      node!.createConnection().once('error', resolve);
    });
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is hit by faults on clients', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [node] = cluster.nodes;
    node!.inject({ reset: 'reply' }, { command: 'PING' });
    const stream = node!.createConnection();
    const error = new Promise((resolve) => {
      stream.once('error', resolve);
    });
    stream.write('PING\r\n');
    expect(await error).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('ioredis without sockets', () => {
  it('reads, writes, follows a failover and opens no socket', async () => {
    const cluster = await startStill({ nodeTimeout: '2s' });
    const redis = connectIoRedis(cluster);
    const keys = keysOnDistinctNodes(cluster.masters);
    await Promise.all(keys.map((key) => redis.set(key, key)));
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
    await cluster.waitFor('in-sync');
    const victim = cluster.nodeForKey(keys[0]!);
    await victim.kill();
    const reading = redis.get(keys[0]!);
    await cluster.waitFor('ok');
    expect(await reading).toBe(keys[0]);
    expect(cluster.nodes.map(({ connectionCount }) => connectionCount)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(cluster.counters.connections.opened).toBeGreaterThan(0);
  });

  it('does the same in every run, if it draws the same', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const port = await freePorts(3);
    const run = async (): Promise<string> => {
      const cluster = await startStill({ port, masters: 3, replicas: 0 });
      using _recording = cluster.record({ commands: true });
      const redis = connectIoRedis(cluster);
      await redis.set(keyForSlot(0), 1);
      await Promise.all([1, 2, 3].map((slot) => redis.incr(keyForSlot(slot))));
      const text = cluster.timeline();
      redis.disconnect();
      await cluster.stop();
      return text;
    };
    const first = await run();
    expect(first).toContain('sends INCR');
    expect(await run()).toBe(first);
  });

  it('works with everything faked that vitest fakes', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const redis = connectIoRedis(cluster);
    expect(await redis.set(keyForSlot(0), 1)).toBe('OK');
  });
});
