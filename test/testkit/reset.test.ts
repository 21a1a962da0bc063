/** reset(): a cluster that tests share is as it was at its start, whatever a test did to it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, startCluster } from '../../src/index.js';
import { openSocket, read, startStill } from './testkit.js';

/** What clients can see of the topology; `myself` differs by node. */
async function topology(cluster: Cluster): Promise<unknown> {
  const views = await Promise.all(
    cluster.nodes.map(async (node) => ({
      slots: await node.command('CLUSTER', 'SLOTS'),
      info: ((await node.command('CLUSTER', 'INFO')) as string)
        .split('\r\n')
        .filter((line) => /state|slots|known_nodes|size|epoch/.test(line)),
    })),
  );
  return [cluster.nodes.map(({ id, role, slots, port }) => ({ id, role, slots, port })), views];
}

describe('reset()', () => {
  let cluster: Cluster;
  let before: unknown;

  beforeAll(async () => {
    cluster = await startCluster({ masters: 3, replicas: 1, nodeTimeout: '2s', seed: 3 });
    before = await topology(cluster);
  });
  afterEach(async () => {
    await cluster.reset();
    expect(await topology(cluster)).toEqual(before);
    for (const node of cluster.nodes) expect(await node.command('DBSIZE')).toBe(0);
    expect(cluster.faults).toEqual([]);
    expect(cluster.events.filter(({ event }) => event.kind !== 'state-changed')).toEqual([]);
    expect(cluster.counters.byCommand).toEqual({});
    expect(cluster.lostWrites()).toEqual([]);
    await cluster.nodeForSlot(0).command('SET', keyForSlot(0), 'value');
    await cluster.flush();
  });
  afterAll(() => cluster.stop());

  it('deletes data and scripts, sets back directives, and keeps the clients', async () => {
    const master = cluster.nodeForSlot(0);
    const socket = await openSocket(master.port);
    socket.write(`SET ${keyForSlot(0)} value\r\n`);
    expect(await read(socket, 5)).toBe('+OK\r\n');
    await master.command('CONFIG', 'SET', 'maxmemory', '100mb', 'min-replicas-to-write', 5);
    const digest = (await master.command('SCRIPT', 'LOAD', 'return 1')) as string;
    await master.command('CLIENT', 'PAUSE', 100_000);
    await cluster.reset();
    expect(await master.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '0']);
    expect(await master.command('SCRIPT', 'EXISTS', digest)).toEqual([0]);
    socket.write('PING\r\n');
    expect(await read(socket, 7)).toBe('+PONG\r\n');
  });

  it('restores masters after a failover', async () => {
    const [victim] = cluster.masters;
    await victim!.kill();
    await cluster.waitFor('ok');
    expect(cluster.masters).not.toContain(victim);
  });

  it('ends faults in the middle of an election', async () => {
    const [victim] = cluster.masters;
    cluster.holdMessages({ type: 'FAILOVER_AUTH_ACK' });
    cluster.inject({ error: 'LOADING' });
    cluster.isolate(victim!, { scope: 'all' });
    await cluster.waitFor(() => cluster.inFlight({ type: 'FAILOVER_AUTH_ACK' }).length > 0);
  });

  it('wakes and starts nodes, and takes in those that were forgotten', async () => {
    const [a, b, c] = cluster.masters;
    a!.pause();
    await b!.kill();
    await c!.replicas[0]!.command('CLUSTER', 'RESET', 'HARD');
  });

  it('undoes moved slots, users and epochs', async () => {
    const [a, b] = cluster.masters;
    await b!.command('CLUSTER', 'SETSLOT', 0, 'NODE', b!.id);
    await a!.command('CLUSTER', 'SETSLOT', 0, 'NODE', b!.id);
    await a!.command('CLUSTER', 'BUMPEPOCH');
    await a!.command('ACL', 'SETUSER', 'somebody', 'on', '>secret', '~*', '+@all');
    await cluster.advance('3s');
  });

  it('takes milliseconds', async () => {
    await cluster.masters[0]!.command('SET', keyForSlot(0), 'value');
    const startedAt = performance.now();
    await cluster.reset();
    const warmMs = performance.now() - startedAt;
    await cluster.masters[0]!.kill();
    const killedAt = performance.now();
    await cluster.reset();
    const coldMs = performance.now() - killedAt;
    // Some 10 ms and 60 ms on an idle machine.
    expect(warmMs).toBeLessThan(1000);
    expect(coldMs).toBeLessThan(3000);
  });
});

it('bare nodes are bare again', async () => {
  const cluster = await startStill({ masters: 2, replicas: 0, formed: false });
  const [a, b] = cluster.nodes;
  await a!.command('CLUSTER', 'ADDSLOTS', 1, 2, 3);
  await a!.command('CLUSTER', 'MEET', b!.host, b!.port);
  await cluster.advance('5s');
  expect(await a!.command('CLUSTER', 'COUNT-FAILURE-REPORTS', a!.id)).toBe(0);
  await cluster.reset();
  expect(a!.slots).toEqual([]);
  expect(((await a!.command('CLUSTER', 'NODES')) as string).trim().split('\n')).toHaveLength(1);
});

describe('restart()', () => {
  it('brings back what the node had, when told so', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const master = cluster.nodeForSlot(0);
    await master.command('SET', keyForSlot(0), 'value', 'EX', 100);
    await master.restart();
    expect(await master.command('GET', keyForSlot(0)).catch((error: Error) => error.message)).toMatch(
      /CLUSTERDOWN|null/,
    );
    await cluster.waitFor('ok');
    expect(await master.command('GET', keyForSlot(0))).toBeNull();
    await master.command('SET', keyForSlot(0), 'value', 'EX', 100);
    await master.kill();
    await master.restart({ data: 'kept' });
    await cluster.waitFor('ok');
    expect(await master.command('GET', keyForSlot(0))).toBe('value');
    await master.restart({ data: 'lost' });
    await cluster.waitFor('ok');
    expect(await master.command('GET', keyForSlot(0))).toBeNull();
  });

  it('answers LOADING as long as it is told to', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const master = cluster.nodeForSlot(0);
    const at = cluster.now();
    await master.restart({ loadingFor: '5s' });
    await cluster.advance(4999 - (cluster.now() - at));
    await expect(master.command('PING')).rejects.toThrow('LOADING Redis is loading the dataset in memory');
    await expect(master.command('GET', keyForSlot(0))).rejects.toThrow('CLUSTERDOWN The cluster is down');
    await cluster.advance(1);
    expect(await master.command('PING')).toBe('PONG');
    await cluster.advance('10s');
    expect(await master.command('GET', keyForSlot(0))).toBeNull();
  });
});
