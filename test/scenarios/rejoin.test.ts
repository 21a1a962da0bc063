// Section "Node resynchronization / Rejoining the cluster" of the Redis Cluster specification: what a node finds when it comes back.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-slots-configuration-propagation
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, keysForNode, type TestNode } from '../../src/index.js';
import {
  agreeOnSlots,
  atOwner,
  CRON_MS,
  clusterStateOf,
  eventsOf,
  fieldsOf,
  lineOf,
  masters,
  nodesOf,
  replicaOf,
  slotMap,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

/** A master that has just started accepts no writes for this long. */
const WRITABLE_DELAY_MS = 2000;

async function expectSameData(master: TestNode, replica: TestNode, keys: readonly string[]): Promise<void> {
  await replica.command('READONLY');
  expect(await replica.command('DBSIZE')).toBe(await master.command('DBSIZE'));
  for (const key of keys) expect(await replica.command('GET', key)).toBe(await master.command('GET', key));
  await replica.command('READWRITE');
}

/** Kills a master and waits until its replica has taken over. */
async function failOver(cluster: Cluster, master: TestNode): Promise<TestNode> {
  const replica = replicaOf(master);
  await master.kill();
  await cluster.waitFor('ok');
  expect(replica.role).toBe('master');
  return replica;
}

describe('a killed master that starts again ("Rejoining the cluster")', () => {
  it('becomes a replica of the node that took its slots, and gets its data', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const keys = keysForNode(old, 20);
    for (const key of keys) await old.command('SET', key, 'before');
    const successor = await failOver(cluster, old);
    for (const key of keys.slice(0, 10)) await successor.command('SET', key, 'after');

    await old.restart();
    await cluster.waitFor('ok');
    expect(old.role).toBe('replica');
    expect(old.master).toBe(successor);
    expect(eventsOf(cluster, 'full-resync', { by: old })).toHaveLength(1);
    await expectSameData(successor, old, keys);
    for (const node of cluster.nodes) {
      const { flags, masterId } = await lineOf(node, old);
      expect(flags).toEqual(node === old ? ['myself', 'slave'] : ['slave']);
      expect(masterId).toBe(successor.id);
    }
  });

  it('takes no write with its old slots before it learns who has them now', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const key = keyForNode(old);
    await failOver(cluster, old);
    await old.restart();
    const replies: string[] = [];
    while (replies.at(-1)?.startsWith('MOVED') !== true) {
      replies.push(await old.command('SET', key, 'stale').then(String, (error: Error) => error.message));
      await cluster.advance(10);
    }
    expect(new Set(replies.slice(0, -1))).toEqual(new Set(['CLUSTERDOWN The cluster is down']));
  });

  it('finds the right master even after two changes', async () => {
    // No replica of another shard may come along and win the second election.
    const cluster = await startScenario({ replicas: 2, config: { 'cluster-allow-replica-migration': 'no' } });
    const [first] = masters(cluster);
    const [b, c] = first.replicas as [TestNode, TestNode];
    await first.kill();
    await cluster.waitFor('ok');
    const second = b.role === 'master' ? b : c;
    const third = second === b ? c : b;
    await second.kill();
    await cluster.waitFor('ok');
    expect(third.role).toBe('master');
    await first.restart();
    await second.restart();
    await cluster.waitFor('ok');
    expect(first.master).toBe(third);
    expect(second.master).toBe(third);
  });

  it('is a master again when nobody noticed; its memory is lost, and its replica loses what it lost', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const replica = replicaOf(master);
    for (const key of keysForNode(master, 10)) await master.command('SET', key, 'gone');
    expect(await replica.command('DBSIZE')).toBe(10);
    await master.restart();
    await cluster.waitFor('ok');
    expect(master.role).toBe('master');
    expect(eventsOf(cluster, 'promoted')).toEqual([]);
    expect(await master.command('DBSIZE')).toBe(0);
    expect(await replica.command('DBSIZE')).toBe(0);
  });

  it('takes the role back when its successor dies in turn', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const key = keyForNode(old);
    const successor = await failOver(cluster, old);
    await successor.command('SET', key, 'kept');
    await old.restart();
    await cluster.waitFor('ok');
    await successor.kill();
    await cluster.waitFor('ok');
    expect(old.role).toBe('master');
    expect(await old.command('GET', key)).toBe('kept');
    expect(stateOf(old).myself.configEpoch).toBe(
      Math.max(...cluster.masters.map((node) => stateOf(node).myself.configEpoch)),
    );
  });
});

describe('a killed replica that starts again ("Rejoining the cluster")', () => {
  it('copies the data of its master anew and changes nothing else', async () => {
    const cluster = await startScenario();
    const [master] = masters(cluster);
    const replica = replicaOf(master);
    const keys = keysForNode(master, 20);
    for (const key of keys.slice(0, 10)) await master.command('SET', key, 'before');
    await replica.kill();
    for (const key of keys.slice(10)) await master.command('SET', key, 'after');
    await cluster.advance('1m');
    const before = slotMap(master);
    await replica.restart();
    await cluster.waitFor('ok');
    expect(replica.master).toBe(master);
    await expectSameData(master, replica, keys);
    expect(slotMap(master)).toBe(before);
    expect(eventsOf(cluster, 'promoted')).toEqual([]);
  });

  it('follows the successor of its master, when that changed meanwhile', async () => {
    const cluster = await startScenario({ replicas: 2 });
    const [master] = masters(cluster);
    const [away, successor] = master.replicas as [TestNode, TestNode];
    await away.kill();
    await master.kill();
    await cluster.waitFor('ok');
    expect(successor.role).toBe('master');
    await away.restart();
    await cluster.waitFor('ok');
    expect(away.master).toBe(successor);
  });

  it('does not save a shard whose master is dead, since it has no data; the master does', async () => {
    const cluster = await startScenario();
    const [master, b] = masters(cluster);
    const replica = replicaOf(master);
    await replica.kill();
    await master.kill();
    await replica.restart();
    await cluster.waitFor(() => viewOf(b, master).isFailing);
    await cluster.advance('1m');
    expect(await clusterStateOf(b)).toBe('fail');
    await master.restart();
    await cluster.waitFor('ok');
    expect(master.role).toBe('master');
    expect(replica.master).toBe(master);
  });
});

describe('a whole cluster that was down', () => {
  it('comes back with the roles, slots, epochs and ids that it had', async () => {
    const cluster = await startScenario();
    const [first] = masters(cluster);
    await failOver(cluster, first);
    await first.restart();
    await cluster.waitFor('ok');
    const before = await summary(cluster);
    for (const node of cluster.nodes) await node.kill();
    await cluster.advance('1h');
    for (const node of cluster.nodes) await node.restart();
    const restartedAtMs = cluster.now();
    await cluster.waitFor('ok');
    expect(await summary(cluster)).toEqual(before);
    expect(agreeOnSlots(cluster.nodes)).toBe(true);
    for (const master of cluster.masters) {
      const [ok] = eventsOf(cluster, 'state-changed', { since: restartedAtMs, by: master });
      expect(ok!.atMs - restartedAtMs).toBeGreaterThanOrEqual(WRITABLE_DELAY_MS);
      expect(ok!.atMs - restartedAtMs).toBeLessThanOrEqual(WRITABLE_DELAY_MS + 5 * CRON_MS);
    }
  });

  it('serves again, and fails over again', async () => {
    const cluster = await startScenario();
    for (const node of cluster.nodes) await node.restart();
    await cluster.waitFor('ok');
    const [a, b, c] = masters(cluster);
    for (const key of [a, b, c].map((node) => keyForNode(node))) await atOwner(cluster, 'SET', key, 'value');
    await failOver(cluster, a);
  });

  it('keeps what each node voted: lastVoteEpoch survives', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    await failOver(cluster, a);
    const { lastVoteEpoch, currentEpoch } = stateOf(b);
    expect(lastVoteEpoch).toBe(currentEpoch);
    await b.restart();
    expect(stateOf(b).lastVoteEpoch).toBe(lastVoteEpoch);
    expect(stateOf(b).currentEpoch).toBe(currentEpoch);
  });

  it('can be restarted one node at a time without losing a key, with a failover before each master', async () => {
    const cluster = await startScenario();
    const keys = cluster.masters.flatMap((master) => keysForNode(master, 5));
    for (const key of keys) await atOwner(cluster, 'SET', key, `value of ${key}`);
    for (const node of cluster.nodes) {
      if (node.role === 'master') {
        await replicaOf(node).command('CLUSTER', 'FAILOVER');
        await cluster.waitFor(() => node.role === 'replica');
        await cluster.waitFor('ok');
      }
      await node.restart();
      await cluster.waitFor('ok');
    }
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);
  });
});

/** What has to survive: of each node its own line of CLUSTER NODES, and the current epoch. */
async function summary(cluster: Cluster): Promise<unknown[]> {
  const summaries: unknown[] = [];
  for (const node of cluster.nodes) {
    const { id, address, masterId, configEpoch, slots, flags } = (await nodesOf(node)).get(node.id)!;
    const { cluster_current_epoch: currentEpoch } = await fieldsOf(node, 'CLUSTER', 'INFO');
    summaries.push({ id, address, masterId, configEpoch, slots, flags, currentEpoch });
  }
  return summaries;
}
