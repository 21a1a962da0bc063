// Pub/sub in a cluster: https://redis.io/docs/latest/develop/interact/pubsub/ and "Pub/Sub" of the Redis Cluster specification.
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, keysForNode, type TestNode } from '../../src/index.js';
import { Listener } from './listener.js';
import { masters, replicaOf, startScenario } from './scenario.js';

/** Lets what is on its way over the bus arrive. */
const ARRIVAL_MS = 100;

/** One listener at each node, with the subscription confirmed. */
function listenEverywhere(cluster: Cluster, ...subscription: readonly string[]): Map<TestNode, Listener> {
  return new Map(
    cluster.nodes.map((node) => {
      const listener = new Listener(cluster, node).send(...subscription);
      listener.take();
      return [node, listener];
    }),
  );
}

describe.each(['memory', 'tcp'] as const)('PUBLISH with the bus over %s', (bus) => {
  it('reaches subscribers of every node, whichever node it is sent to', async () => {
    const cluster = await startScenario({ bus });
    const listeners = listenEverywhere(cluster, 'SUBSCRIBE', 'news');
    for (const sender of [masters(cluster)[1], replicaOf(masters(cluster)[0])]) {
      expect(await sender.command('PUBLISH', 'news', sender.name)).toBe(1);
      await cluster.advance(ARRIVAL_MS);
      for (const listener of listeners.values())
        expect(listener.take()).toEqual([['message', 'news', sender.name]]);
    }
  });

  it('stays in the shard when it is SPUBLISH', async () => {
    const cluster = await startScenario({ bus });
    const [node] = masters(cluster);
    const [channel] = keysForNode(node, 1) as [string];
    const atReplica = new Listener(cluster, replicaOf(node)).send('SSUBSCRIBE', channel);
    atReplica.take();
    await node.command('SPUBLISH', channel, 'x');
    await cluster.advance(ARRIVAL_MS);
    expect(atReplica.take()).toEqual([['smessage', channel, 'x']]);
  });
});

describe('PUBLISH', () => {
  it('reaches patterns elsewhere, and leaves shard channels of the same name alone', async () => {
    const cluster = await startScenario();
    const [node, other] = masters(cluster);
    const [channel] = keysForNode(node, 1) as [string];
    const pattern = new Listener(cluster, other).send('PSUBSCRIBE', '*');
    const shard = new Listener(cluster, node).send('SSUBSCRIBE', channel);
    pattern.take();
    expect(shard.take()).toEqual([['ssubscribe', channel, 1]]);
    expect(await node.command('PUBLISH', channel, 'x')).toBe(0);
    await cluster.advance(ARRIVAL_MS);
    expect(pattern.take()).toEqual([['pmessage', '*', channel, 'x']]);
    expect(shard.take()).toEqual([]);
  });

  it('does not reach a node that is cut off, and does not come later', async () => {
    const cluster = await startScenario();
    const [first, second] = masters(cluster);
    const listeners = listenEverywhere(cluster, 'SUBSCRIBE', 'news');
    second.pause();
    await first.command('PUBLISH', 'news', 'x');
    await cluster.advance(ARRIVAL_MS);
    expect(listeners.get(second)?.take()).toEqual([]);
    expect(listeners.get(first)?.take()).toEqual([['message', 'news', 'x']]);
  });
});

describe('SPUBLISH', () => {
  it('stays in the shard: its master and its replicas hear it', async () => {
    const cluster = await startScenario();
    const [node, other] = masters(cluster);
    const replica = replicaOf(node);
    const [channel] = keysForNode(node, 1) as [string];
    const atMaster = new Listener(cluster, node).send('SSUBSCRIBE', channel);
    const atReplica = new Listener(cluster, replica).send('SSUBSCRIBE', channel);
    const elsewhere = new Listener(cluster, other).send('SSUBSCRIBE', channel);
    expect(elsewhere.take()).toEqual([expect.stringMatching(/^MOVED /)]);
    for (const sender of [node, replica]) {
      atMaster.take();
      atReplica.take();
      expect(await sender.command('SPUBLISH', channel, 'x')).toBe(1);
      await cluster.advance(ARRIVAL_MS);
      expect(atMaster.take()).toEqual([['smessage', channel, 'x']]);
      expect(atReplica.take()).toEqual([['smessage', channel, 'x']]);
    }
    await expect(other.command('SPUBLISH', channel, 'x')).rejects.toThrow(/^MOVED /);
  });

  it('goes on while the slot is being moved, and ends with the slot', async () => {
    const cluster = await startScenario();
    const [source, target] = masters(cluster);
    const slot = source.slots[0]![0];
    const channels = [keyForSlot(slot), `{${keyForSlot(slot)}}other`].sort();
    const listener = new Listener(cluster, source);
    for (const channel of channels) listener.send('SSUBSCRIBE', channel);
    listener.send('SUBSCRIBE', 'news');
    await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
    await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
    listener.take();
    expect(await source.command('SPUBLISH', channels[0]!, 'still here')).toBe(1);
    for (const node of [target, source]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
    expect(listener.take()).toEqual([
      ['smessage', channels[0], 'still here'],
      ['sunsubscribe', channels[0], 1],
      ['sunsubscribe', channels[1], 0],
    ]);
    await cluster.advance(1000);
    const again = new Listener(cluster, target).send('SSUBSCRIBE', channels[0]!);
    again.take();
    expect(await target.command('SPUBLISH', channels[0]!, 'here now')).toBe(1);
    expect(again.take()).toEqual([['smessage', channels[0], 'here now']]);
    expect(listener.take()).toEqual([]);
    // Other subscriptions of the connection live on.
    await target.command('PUBLISH', 'news', 'x');
    await cluster.advance(ARRIVAL_MS);
    expect(listener.take()).toEqual([['message', 'news', 'x']]);
  });
});

describe('a failover', () => {
  it('ends the shard subscriptions of the shard, as its slots change hands, and no other', async () => {
    const cluster = await startScenario();
    const [master, other] = masters(cluster);
    const replica = replicaOf(master);
    const [channel] = keysForNode(master, 1) as [string];
    const [otherChannel] = keysForNode(other, 1) as [string];
    const atReplica = new Listener(cluster, replica).send('SSUBSCRIBE', channel).send('SUBSCRIBE', 'news');
    const atOther = new Listener(cluster, other).send('SSUBSCRIBE', otherChannel);
    atReplica.take();
    atOther.take();
    await master.kill();
    await cluster.waitFor(() => replica.role === 'master');
    await cluster.waitFor('ok');
    expect(atReplica.take()).toEqual([['sunsubscribe', channel, 0]]);
    expect(atOther.take()).toEqual([]);
    await other.command('PUBLISH', 'news', 'x');
    await cluster.advance(ARRIVAL_MS);
    expect(atReplica.take()).toEqual([['message', 'news', 'x']]);
    atReplica.send('SSUBSCRIBE', channel);
    await replica.command('SPUBLISH', channel, 'back');
    expect(atReplica.take()).toEqual([
      ['ssubscribe', channel, 1],
      ['smessage', channel, 'back'],
    ]);
  });

  it('leaves the channels of an old master that becomes a replica', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const replica = replicaOf(master);
    const listener = new Listener(cluster, master).send('SUBSCRIBE', 'news');
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => replica.role === 'master' && master.role === 'replica');
    await cluster.waitFor('ok');
    listener.take();
    await replica.command('PUBLISH', 'news', 'x');
    await cluster.advance(ARRIVAL_MS);
    expect(listener.isClosed).toBe(false);
    expect(listener.take()).toEqual([['message', 'news', 'x']]);
  });
});

describe('keyspace events', () => {
  it('stay at the node where they happen; its replica has events of its own', async () => {
    const cluster = await startScenario({ config: { 'notify-keyspace-events': 'KEA' } });
    const [node, other] = masters(cluster);
    const [key] = keysForNode(node, 1) as [string];
    const listeners = listenEverywhere(cluster, 'PSUBSCRIBE', '__keyevent@0__:*');
    await node.command('SET', key, 'v', 'PX', 5000);
    await cluster.advance(ARRIVAL_MS);
    const events = [
      ['pmessage', '__keyevent@0__:*', '__keyevent@0__:set', key],
      ['pmessage', '__keyevent@0__:*', '__keyevent@0__:expire', key],
    ];
    expect(listeners.get(node)?.take()).toEqual(events);
    expect(listeners.get(replicaOf(node))?.take()).toEqual(events);
    expect(listeners.get(other)?.take()).toEqual([]);
  });

  it('tell on the virtual clock that a key expired; for the replica it is a deletion', async () => {
    const cluster = await startScenario({ config: { 'notify-keyspace-events': 'Exg' } });
    const [node] = masters(cluster);
    const [key] = keysForNode(node, 1) as [string];
    await node.command('SET', key, 'v', 'PX', 5000);
    const atMaster = new Listener(cluster, node).send('PSUBSCRIBE', '*');
    const atReplica = new Listener(cluster, replicaOf(node)).send('PSUBSCRIBE', '*');
    await cluster.advance(4900);
    atMaster.take();
    atReplica.take();
    await cluster.advance(300);
    expect(atMaster.take()).toEqual([['pmessage', '*', '__keyevent@0__:expired', key]]);
    expect(atReplica.take()).toEqual([['pmessage', '*', '__keyevent@0__:del', key]]);
  });
});
