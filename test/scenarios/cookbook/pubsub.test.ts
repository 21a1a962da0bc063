// Recipes: subscriptions that get lost, and clients that do or do not notice.
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, type TestNode } from '../../../src/index.js';
import { ioredis, nodeRedis, otherMaster, rejection, start } from './cookbook.js';

const channel = keyForSlot(0);

/** Who has a subscriber of the channel. */
async function subscribed(cluster: Cluster, command: 'NUMSUB' | 'SHARDNUMSUB'): Promise<TestNode[]> {
  const found: TestNode[] = [];
  for (const node of cluster.nodes.filter(({ isRunning }) => isRunning)) {
    const [, count] = (await node.command('PUBSUB', command, channel)) as [string, number];
    if (count > 0) found.push(node);
  }
  return found;
}

describe('7. subscriptions that get lost', () => {
  it('the node of a subscription dies: what is published until ioredis has subscribed elsewhere is lost', async () => {
    const cluster = await start();
    const redis = ioredis(cluster);
    const heard: string[] = [];
    redis.on('message', (_channel, message) => void heard.push(message));
    await redis.subscribe(channel);
    const [node] = (await subscribed(cluster, 'NUMSUB')) as [TestNode];
    const again = cluster.inject({ hold: 'command' }, { command: 'SUBSCRIBE' });
    await node.kill();
    await again.whenHit();
    const [publisher] = cluster.nodes.filter(({ isRunning }) => isRunning) as [TestNode];
    await publisher.command('PUBLISH', channel, 'lost');
    again.release();
    await publisher.command('PUBLISH', channel, 'heard');
    await cluster.when(() => heard.length > 0);
    expect(heard).toEqual(['heard']);
  });

  it('a slot moves in place: the server ends the sharded subscriptions, and both clients subscribe at the new owner', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { shardedSubscribers: true });
    const client = await nodeRedis(cluster);
    const heard: string[] = [];
    redis.on('smessage', (_channel, message) => void heard.push(`ioredis ${message}`));
    await redis.ssubscribe(channel);
    await client.sSubscribe(channel, (message) => void heard.push(`node-redis ${message}`));
    const [source, target] = [cluster.nodeForSlot(0), otherMaster(cluster)];
    const again = cluster.inject({ hold: 'command' }, { command: 'SSUBSCRIBE' });
    await cluster.migrateSlot({ slot: 0, to: target });
    await again.whenHit(2);
    // Both were told (sunsubscribe): nobody listens now.
    expect(await subscribed(cluster, 'SHARDNUMSUB')).toEqual([]);
    expect(await target.command('SPUBLISH', channel, 'lost')).toBe(0);
    expect(await rejection(source.command('SPUBLISH', channel, 'lost'))).toBe(`MOVED 0 ${target.name}`);
    again.release();
    expect(await target.command('SPUBLISH', channel, 'heard')).toBe(2);
    await cluster.when(() => heard.length === 2);
    expect(heard.sort()).toEqual(['ioredis heard', 'node-redis heard']);
  });

  it('a shard fails over: ioredis subscribes to the new master', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { shardedSubscribers: true });
    const heard: string[] = [];
    redis.on('smessage', (_channel, message) => void heard.push(message));
    await redis.ssubscribe(channel);
    const master = cluster.nodeForSlot(0);
    const again = cluster.whenCommand('SSUBSCRIBE', { node: master.replicas[0] as TestNode });
    const { promoted } = await cluster.failover(master, { mode: 'crash' });
    await again;
    await promoted.command('SPUBLISH', channel, 'heard');
    await cluster.when(() => heard.length > 0);
    expect(heard).toEqual(['heard']);
  });

  it('channels of several slots in one command are refused: subscribe to each by itself', async () => {
    const cluster = await start();
    const redis = ioredis(cluster, { shardedSubscribers: true });
    const other = keyForSlot(16_383);
    expect(await rejection(redis.ssubscribe(channel, other))).toContain('same slot');
    expect(await rejection(cluster.nodeForSlot(0).command('SPUBLISH', other, 'x'))).toContain('MOVED 16383');
    await redis.ssubscribe(channel);
    await redis.ssubscribe(other);
    expect(await subscribed(cluster, 'SHARDNUMSUB')).toEqual([cluster.nodeForSlot(0)]);
  });
});
