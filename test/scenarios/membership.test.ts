// Sections "Node handshake", "Removing a node" and "Node reset" of the Redis Cluster specification: nodes come and go by commands.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#node-handshake
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, type TestNode } from '../../src/index.js';
import {
  agreeOnSlots,
  atOwner,
  CRON_MS,
  clusterStateOf,
  eventsOf,
  fieldsOf,
  lineOf,
  masters,
  NODE_TIMEOUT_MS,
  nodesOf,
  refusal,
  replicaOf,
  startScenario,
  stateOf,
} from './scenario.js';

/** How long a forgotten node may not come back by gossip. */
const BLACKLIST_MS = 60_000;

async function knownNodes(node: TestNode): Promise<number> {
  return Number((await fieldsOf(node, 'CLUSTER', 'INFO'))['cluster_known_nodes']);
}

function meet(node: TestNode, other: TestNode): Promise<unknown> {
  return node.command('CLUSTER', 'MEET', other.host, other.port, other.busPort);
}

/** What redis-cli waits for before it goes on: all nodes print the same ids with the same slots. */
async function signatures(cluster: Cluster): Promise<Set<string>> {
  const texts = new Set<string>();
  for (const node of cluster.nodes) {
    const lines = [...(await nodesOf(node)).values()].filter(({ slots }) => slots.length > 0);
    texts.add(
      lines
        .map(({ id, slots }) => `${id}:${slots.join(',')}`)
        .sort()
        .join('|'),
    );
  }
  return texts;
}

describe('fresh nodes ("Node handshake")', () => {
  it('form a cluster by the commands that redis-cli --cluster create sends', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 1, formed: false });
    for (const node of cluster.nodes) {
      expect(await fieldsOf(node, 'CLUSTER', 'INFO')).toMatchObject({
        cluster_state: 'fail',
        cluster_known_nodes: '1',
        cluster_slots_assigned: '0',
      });
    }
    const [a, b, c, ...others] = cluster.nodes as [TestNode, TestNode, TestNode, ...TestNode[]];
    for (const [node, first, last] of [
      [a, 0, 5460],
      [b, 5461, 10_922],
      [c, 10_923, 16_383],
    ] as const) {
      const slots = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      expect(await node.command('CLUSTER', 'ADDSLOTS', ...slots)).toBe('OK');
    }
    for (const [index, node] of cluster.nodes.entries()) {
      expect(await node.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)).toBe('OK');
    }
    for (const node of cluster.nodes.slice(1)) expect(await meet(node, a)).toBe('OK');
    await cluster.advance('1s');
    await cluster.waitFor(async () => (await signatures(cluster)).size === 1);
    for (const [index, master] of [a, b, c].entries()) {
      const replica = others[index]!;
      expect(await replica.command('CLUSTER', 'REPLICATE', master.id)).toBe('OK');
    }
    await cluster.waitFor('ok');
    for (const node of cluster.nodes) {
      expect(await fieldsOf(node, 'CLUSTER', 'INFO')).toMatchObject({
        cluster_state: 'ok',
        cluster_known_nodes: '6',
        cluster_size: '3',
        cluster_slots_ok: '16384',
        cluster_current_epoch: '6',
      });
    }
    const key = keyForNode(b);
    await b.command('SET', key, 'value');
    const replica = replicaOf(b);
    await replica.command('READONLY');
    expect(await replica.command('GET', key)).toBe('value');
    await b.kill();
    await cluster.waitFor('ok');
    expect(replica.role).toBe('master');
  });

  it('know each other after the handshake of the two, and everybody by gossip', async () => {
    const cluster = await startScenario({ masters: 6, replicas: 0, formed: false });
    // A chain: each node meets only the next one.
    for (const [index, node] of cluster.nodes.slice(1).entries()) await meet(cluster.nodes[index]!, node);
    await cluster.waitFor(() =>
      cluster.nodes.every(
        (node) => stateOf(node).nodes.list.filter((known) => !known.inHandshake).length === 6,
      ),
    );
    for (const node of cluster.nodes) {
      for (const other of cluster.nodes) expect((await lineOf(node, other)).flags).toContain('master');
    }
  });

  it('stop looking for an address where nobody is after the node timeout', async () => {
    const cluster = await startScenario({ masters: 2, replicas: 0, formed: false });
    const [a, b] = cluster.nodes as [TestNode, TestNode];
    await b.kill();
    expect(await meet(a, b)).toBe('OK');
    expect(await meet(a, b)).toBe('OK');
    const [, handshake] = [...(await nodesOf(a)).values()];
    expect(handshake?.flags).toEqual(['handshake']);
    expect(await knownNodes(a)).toBe(2);
    await cluster.advance(NODE_TIMEOUT_MS);
    expect(await knownNodes(a)).toBe(2);
    await cluster.advance(2 * CRON_MS);
    expect(await knownNodes(a)).toBe(1);
  });

  it('join a running cluster, first as a master without slots, then as a replica', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const fresh = replicaOf(a);
    await fresh.command('CLUSTER', 'RESET', 'HARD');
    await cluster.advance('1s');
    await forgetEverywhereById(cluster, a, fresh);
    await meet(fresh, b);
    await cluster.waitFor(() =>
      cluster.nodes.every((node) => stateOf(node).nodes.get(fresh.id) !== undefined),
    );
    expect((await lineOf(a, fresh)).flags).toEqual(['master']);
    expect(await refusal(fresh.command('GET', keyForNode(a)))).toMatch(/^(CLUSTERDOWN|MOVED)/);
    await fresh.command('CLUSTER', 'REPLICATE', a.id);
    await cluster.waitFor('ok');
    expect(replicaOf(a)).toBe(fresh);
  });
});

/** Forgets the id that the node had before its reset. */
async function forgetEverywhereById(cluster: Cluster, viewer: TestNode, node: TestNode): Promise<void> {
  const ids = new Set(cluster.nodes.map(({ id }) => id));
  const old = [...(await nodesOf(viewer)).values()].find(
    ({ id, address }) => !ids.has(id) && !address.startsWith(node.name),
  );
  expect(old?.flags).toContain('noaddr');
  for (const other of cluster.nodes) {
    if (other !== node) await other.command('CLUSTER', 'FORGET', old!.id);
  }
}

describe('CLUSTER FORGET ("Removing a node")', () => {
  it('on one node makes all of them forget it, since 7.2', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const gone = replicaOf(masters(cluster)[1]);
    await gone.kill();
    const others = cluster.nodes.filter((node) => node !== gone);
    expect(await a.command('CLUSTER', 'FORGET', gone.id)).toBe('OK');
    await cluster.waitFor(() => others.every((node) => stateOf(node).nodes.get(gone.id) === undefined));
    for (const node of others) expect(await knownNodes(node)).toBe(5);
    // It is not an error to say so again where it is known already.
    for (const node of others) expect(await node.command('CLUSTER', 'FORGET', gone.id)).toBe('OK');
    await cluster.advance(5 * BLACKLIST_MS);
    for (const node of others) expect(await knownNodes(node)).toBe(5);
    expect(await refusal(a.command('CLUSTER', 'FORGET', gone.id))).toBe(`ERR Unknown node ${gone.id}`);
  });

  it('in 7.0 has to be said to every node within a minute: gossip brings the node back otherwise', async () => {
    const cluster = await startScenario({ version: '7.0' });
    const [a, b] = masters(cluster);
    const gone = replicaOf(b);
    await gone.kill();
    await a.command('CLUSTER', 'FORGET', gone.id);
    await cluster.advance(BLACKLIST_MS - 1000);
    expect(stateOf(a).nodes.get(gone.id)).toBeUndefined();
    expect(stateOf(b).nodes.get(gone.id)).toBeDefined();
    await cluster.waitFor(() => stateOf(a).nodes.get(gone.id) !== undefined);

    const others = cluster.nodes.filter((node) => node !== gone);
    for (const node of others) await node.command('CLUSTER', 'FORGET', gone.id);
    await cluster.advance(5 * BLACKLIST_MS);
    for (const node of others) expect(await knownNodes(node)).toBe(5);
  });

  it('does not end a node that lives: CLUSTER MEET brings it back, for good once the minute is over', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const exile = replicaOf(b);
    const others = cluster.nodes.filter((node) => node !== exile);
    for (const node of others) await node.command('CLUSTER', 'FORGET', exile.id);
    await cluster.advance('5s');
    for (const node of others) expect(stateOf(node).nodes.get(exile.id)).toBeUndefined();
    // Nobody told the exile, and it goes on following its master.
    expect(await knownNodes(exile)).toBe(6);
    expect(exile.role).toBe('replica');

    await meet(a, exile);
    await cluster.waitFor(() => stateOf(a).nodes.get(exile.id)?.inHandshake === false);
    // The others still say in their pings that they forgot it.
    await cluster.waitFor(() => stateOf(a).nodes.get(exile.id) === undefined);

    await cluster.advance(BLACKLIST_MS);
    await meet(a, exile);
    await cluster.waitFor('ok');
    expect(exile.master).toBe(b);
    await cluster.advance(2 * BLACKLIST_MS);
    await cluster.waitFor('ok', { timeout: 0 });
  });

  it('refuses the node itself, its master, and what nobody knows', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const replica = replicaOf(a);
    expect(await refusal(a.command('CLUSTER', 'FORGET', a.id))).toBe(
      "ERR I tried hard but I can't forget myself...",
    );
    expect(await refusal(replica.command('CLUSTER', 'FORGET', a.id))).toBe("ERR Can't forget my master!");
    const nobody = 'f'.repeat(40);
    expect(await refusal(a.command('CLUSTER', 'FORGET', nobody))).toBe(`ERR Unknown node ${nobody}`);
  });

  it('of a dead master leaves its slots to nobody', async () => {
    const cluster = await startScenario({ masters: 4, replicas: 0 });
    const [a, b] = masters(cluster);
    const [[first]] = b.slots as [[number, number]];
    await b.kill();
    await a.command('CLUSTER', 'FORGET', b.id);
    await cluster.waitFor(() => stateOf(a).nodes.list.length === 3);
    expect((await fieldsOf(a, 'CLUSTER', 'INFO'))['cluster_slots_assigned']).toBe('12288');
    const key = keyForNode({ slots: [[first, first]] });
    expect(await refusal(a.command('GET', key))).toBe('CLUSTERDOWN Hash slot not served');
  });
});

describe('CLUSTER RESET ("Node reset")', () => {
  it('SOFT of a replica makes it an empty master that knows nobody and keeps its id', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const replica = replicaOf(a);
    await a.command('SET', keyForNode(a), 'value');
    const { id } = replica;
    const { currentEpoch } = stateOf(replica);
    expect(await replica.command('CLUSTER', 'RESET')).toBe('OK');
    expect(replica.id).toBe(id);
    expect(stateOf(replica).currentEpoch).toBe(currentEpoch);
    expect(await knownNodes(replica)).toBe(1);
    expect(await replica.command('DBSIZE')).toBe(0);
    expect((await lineOf(replica, replica)).flags).toEqual(['myself', 'master']);
    // The others go on talking to it, and hear that it is a master without slots now.
    await cluster.advance(NODE_TIMEOUT_MS);
    expect((await lineOf(a, replica)).flags).toEqual(['master']);
    expect(await clusterStateOf(a)).toBe('ok');
  });

  it('HARD gives a new id and epoch 0; the old id has no address any more', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const replica = replicaOf(a);
    const { id } = replica;
    const shardId = await replica.command('CLUSTER', 'MYSHARDID');
    await replica.command('CLUSTER', 'RESET', 'HARD');
    expect(replica.id).not.toBe(id);
    expect(await replica.command('CLUSTER', 'MYSHARDID')).not.toBe(shardId);
    expect(stateOf(replica).currentEpoch).toBe(0);
    await cluster.advance(NODE_TIMEOUT_MS);
    const old = (await nodesOf(a)).get(id);
    expect(old?.flags).toEqual(['slave', 'noaddr']);
    expect(old?.address).toBe(':0@0');
  });

  it('of a master is refused while it has keys', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    const key = keyForNode(a);
    await a.command('SET', key, 'value');
    for (const kind of ['SOFT', 'HARD']) {
      expect(await refusal(a.command('CLUSTER', 'RESET', kind))).toBe(
        "ERR CLUSTER RESET can't be called with master nodes containing keys",
      );
    }
    await a.command('DEL', key);
    expect(await a.command('CLUSTER', 'RESET', 'SOFT')).toBe('OK');
    expect(a.slots).toEqual([]);
    expect(await refusal(a.command('GET', key))).toBe('CLUSTERDOWN Hash slot not served');
  });

  it('of all nodes lets the same nodes form another cluster', async () => {
    const cluster = await startScenario();
    await cluster.flush();
    for (const node of cluster.replicas) await node.command('CLUSTER', 'RESET', 'HARD');
    for (const node of cluster.nodes) await node.command('CLUSTER', 'RESET', 'HARD');
    const [a, b, c, ...others] = cluster.nodes as [TestNode, TestNode, TestNode, ...TestNode[]];
    // This time the last ones are the masters.
    for (const node of cluster.nodes.slice(1)) await meet(node, a);
    const [d, e, f] = others as [TestNode, TestNode, TestNode];
    await d.command('CLUSTER', 'ADDSLOTSRANGE', 0, 5000);
    await e.command('CLUSTER', 'ADDSLOTSRANGE', 5001, 10_000);
    await f.command('CLUSTER', 'ADDSLOTSRANGE', 10_001, 16_383);
    await cluster.waitFor(() =>
      cluster.nodes.every((node) => stateOf(node).nodes.list.length === 6 && stateOf(node).ok),
    );
    await a.command('CLUSTER', 'REPLICATE', d.id);
    await b.command('CLUSTER', 'REPLICATE', e.id);
    await c.command('CLUSTER', 'REPLICATE', f.id);
    await cluster.waitFor('ok');
    expect(cluster.masters).toEqual([d, e, f]);
    expect(agreeOnSlots(cluster.nodes)).toBe(true);
    expect(await atOwner(cluster, 'SET', 'key', 'value')).toBe('OK');
  });
});

describe('CLUSTER REPLICATE', () => {
  it('moves a replica to another master, with its data', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replica = replicaOf(a);
    await a.command('SET', keyForNode(a), 'of a');
    await b.command('SET', keyForNode(b), 'of b');
    expect(await replica.command('CLUSTER', 'REPLICATE', b.id)).toBe('OK');
    await cluster.waitFor('ok');
    expect(replica.master).toBe(b);
    await replica.command('READONLY');
    expect(await replica.command('GET', keyForNode(b))).toBe('of b');
    expect(await replica.command('DBSIZE')).toBe(1);
    expect(await refusal(replica.command('GET', keyForNode(a)))).toMatch(/^MOVED /);
    // Its shard is another one now.
    expect(await replica.command('CLUSTER', 'MYSHARDID')).toBe(await b.command('CLUSTER', 'MYSHARDID'));
  });

  it('refuses itself, a replica as a master, and a master with slots', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replica = replicaOf(a);
    expect(await refusal(replica.command('CLUSTER', 'REPLICATE', replica.id))).toBe(
      "ERR Can't replicate myself",
    );
    expect(await refusal(replica.command('CLUSTER', 'REPLICATE', replicaOf(b).id))).toBe(
      'ERR I can only replicate a master, not a replica.',
    );
    expect(await refusal(a.command('CLUSTER', 'REPLICATE', b.id))).toBe(
      'ERR To set a master the node must be empty and without assigned slots.',
    );
  });
});

describe('a node that announces another name or port ("Heartbeat packet content")', () => {
  it('is known by its hostname everywhere, and clients are sent there when the cluster prefers names', async () => {
    const cluster = await startScenario({ config: { 'cluster-preferred-endpoint-type': 'hostname' } });
    const [a, b] = masters(cluster);
    const key = keyForNode(a);
    expect(await refusal(b.command('GET', key))).toMatch(/^MOVED \d+ \?:\d+$/);
    await a.command('CONFIG', 'SET', 'cluster-announce-hostname', 'node-a.example');
    await cluster.waitFor(() =>
      cluster.nodes.every((node) => stateOf(node).nodes.get(a.id)?.hostname === 'node-a.example'),
    );
    expect(await refusal(b.command('GET', key))).toMatch(new RegExp(`^MOVED \\d+ node-a.example:${a.port}$`));
    expect((await lineOf(b, a)).address).toBe(`${a.name}@${a.busPort},node-a.example`);
    await a.command('CONFIG', 'SET', 'cluster-announce-hostname', '');
    await cluster.waitFor(() =>
      cluster.nodes.every((node) => stateOf(node).nodes.get(a.id)?.hostname === ''),
    );
  });

  it('is looked for at its new port, by its replica as well', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const replica = replicaOf(a);
    const since = cluster.now();
    await a.command('CONFIG', 'SET', 'cluster-announce-port', 7777);
    await cluster.waitFor(() => cluster.nodes.every((node) => stateOf(node).nodes.get(a.id)?.port === 7777));
    expect(await refusal(b.command('GET', keyForNode(a)))).toMatch(/^MOVED \d+ 127\.0\.0\.1:7777$/);
    expect(eventsOf(cluster, 'sync-started', { since, by: replica })[0]?.event.port).toBe(7777);
    await a.command('CONFIG', 'SET', 'cluster-announce-port', 0);
    await cluster.waitFor(() =>
      cluster.nodes.every((node) => stateOf(node).nodes.get(a.id)?.port === a.port),
    );
    await cluster.waitFor('ok');
    expect(await refusal(b.command('GET', keyForNode(a)))).toMatch(new RegExp(`^MOVED \\d+ ${a.name}$`));
  });
});
