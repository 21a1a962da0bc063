/** Pub/sub by ioredis and node-redis as they are: subscriptions of the cluster, sharded ones, and what becomes of them. */
import { once } from 'node:events';
import { type ClusterOptions, Cluster as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, keyForSlot, keysForNode, startCluster } from '../../src/index.js';
import { moveEmptySlot, otherMaster } from './slot-moves.js';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster(3, 1);
});
afterAll(() => cluster.stop());

/** Publishes again and again until it is heard: a client may still be busy to subscribe elsewhere. */
async function untilHeard(publish: () => Promise<unknown>, heard: Promise<unknown>): Promise<void> {
  let isHeard = false;
  const end = heard.then(() => {
    isHeard = true;
  });
  while (!isHeard) await publish();
  await end;
}

describe.each([2, 3] as const)('ioredis with RESP%i', (protocol) => {
  function connect(options: ClusterOptions = {}): IoRedis {
    const redis = new IoRedis(cluster.seeds, { ...options, redisOptions: { protocol } });
    redis.on('error', () => undefined);
    onTestFinished(() => redis.disconnect());
    return redis;
  }

  it('hears what is published at any node', async () => {
    const subscriber = connect();
    expect(await subscriber.subscribe('news')).toBe(1);
    expect(await subscriber.psubscribe('n*s')).toBe(2);
    for (const node of cluster.nodes) {
      const message = once(subscriber, 'message');
      const patternMessage = once(subscriber, 'pmessage');
      await node.command('PUBLISH', 'news', node.name);
      expect(await message).toEqual(['news', node.name]);
      expect(await patternMessage).toEqual(['n*s', 'news', node.name]);
    }
    expect(await subscriber.unsubscribe('news')).toBe(1);
  });

  it('publishes as well', async () => {
    const subscriber = connect();
    const publisher = connect();
    await subscriber.subscribe('other');
    const message = once(subscriber, 'message');
    await publisher.publish('other', 'hello');
    expect(await message).toEqual(['other', 'hello']);
  });

  it('hears sharded channels of every shard', async () => {
    const subscriber = connect({ shardedSubscribers: true });
    const publisher = connect();
    for (const master of cluster.masters) {
      const [channel] = keysForNode(master, 1) as [string];
      await subscriber.ssubscribe(channel);
      const message = once(subscriber, 'smessage');
      await publisher.spublish(channel, master.name);
      expect((await message).slice(0, 2)).toEqual([channel, master.name]);
    }
  });
});

describe.each([2, 3] as const)('node-redis with RESP%i', (protocol) => {
  async function connect() {
    const redis = createCluster({ rootNodes: cluster.rootNodes, RESP: protocol });
    redis.on('error', () => undefined);
    await redis.connect();
    onTestFinished(() => redis.destroy());
    return redis;
  }

  it('hears what is published at any node', async () => {
    const redis = await connect();
    const heard: string[] = [];
    let onHeard = (): void => undefined;
    const hear = (message: string, channel: string): void => {
      heard.push(`${channel} ${message}`);
      onHeard();
    };
    await redis.subscribe('news', hear);
    await redis.pSubscribe('n*s', hear);
    for (const node of cluster.nodes) {
      const both = new Promise<void>((resolve) => {
        onHeard = () => {
          if (heard.length === 2) resolve();
        };
      });
      await node.command('PUBLISH', 'news', node.name);
      await both;
      expect(heard.splice(0)).toEqual([`news ${node.name}`, `news ${node.name}`]);
    }
    await redis.unsubscribe('news');
    await redis.pUnsubscribe('n*s');
  });

  it('hears sharded channels, and subscribes anew where their slot goes', async () => {
    const redis = await connect();
    const slot = 4321 + protocol;
    const channel = keyForSlot(slot);
    let onHeard: (message: string) => void = () => undefined;
    const next = (): Promise<string> =>
      new Promise((resolve) => {
        onHeard = resolve;
      });
    await redis.sSubscribe(channel, (message) => onHeard(message));
    const first = next();
    await redis.sPublish(channel, 'before');
    expect(await first).toBe('before');

    await moveEmptySlot(cluster, slot, otherMaster(cluster, slot));
    const second = next();
    await untilHeard(() => redis.sPublish(channel, 'after'), second);
    expect(await second).toBe('after');
  });
});
