// A real redis-server in one cluster with our nodes: bus, votes, slots and replication, in both directions. Takes real seconds.
import { expect, it, vi } from 'vitest';
import { keyForNode, keysForSlot, type TestNode } from '../../src/index.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { fieldsOf, masters, nodesOf, replicaOf, startScenario, stateOf } from './scenario.js';

const NODE_TIMEOUT_MS = 1500;
const SLOT = 42;

/** Waits in real time: to fast-forward would leave the real server behind. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 50 });
}

async function realFields(real: RealRedis, ...command: string[]): Promise<Record<string, string>> {
  const text = String(await real.command(...command));
  return Object.fromEntries(text.split('\r\n').map((line) => line.split(/:(.*)/s)));
}

async function realNodes(real: RealRedis): Promise<string[][]> {
  return String(await real.command('CLUSTER', 'NODES'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

async function expectData(
  read: (...command: string[]) => Promise<unknown>,
  string: string,
  hash: string,
  value: string,
): Promise<void> {
  expect(await read('GET', string)).toBe(value);
  expect(await read('HGETALL', hash)).toEqual(['field', value]);
}

describeParity('a real redis-server in our cluster', () => {
  it('is one of its nodes: slots, replication both ways, manual and automatic failover', {
    timeout: 60_000,
  }, async () => {
    const config = { 'repl-diskless-sync-delay': 0 };
    const cluster = await startScenario({
      clock: 'flowing',
      nodeTimeout: NODE_TIMEOUT_MS,
      startTime: Date.now(),
      config,
    });
    await using real = await startRealRedis({
      args: [
        ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
        ...['--repl-diskless-sync-delay', '0'],
      ],
    });
    const [a, b] = masters(cluster);
    const ours = replicaOf(a);
    const realId = String(await real.command('CLUSTER', 'MYID'));

    // They meet, and gossip introduces the real node to everybody.
    expect(await b.command('CLUSTER', 'MEET', '127.0.0.1', real.port)).toBe('OK');
    await eventually(async () => {
      const lines = await realNodes(real);
      expect(lines).toHaveLength(7);
      for (const [, , flags, , , , , link] of lines) {
        expect(flags).toMatch(/^(myself,)?(master|slave)$/);
        expect(link).toBe('connected');
      }
      expect(await realFields(real, 'CLUSTER', 'INFO')).toMatchObject({
        cluster_state: 'ok',
        cluster_size: '3',
      });
      for (const node of cluster.nodes) {
        const line = (await nodesOf(node)).get(realId);
        expect(line).toMatchObject({
          flags: ['master'],
          link: 'connected',
          address: `127.0.0.1:${real.port}@${real.port + 10_000}`,
        });
      }
    });
    const owners = (await realNodes(real))
      .map(([id, , , , , , , , ...slots]) => `${id} ${slots.join(' ')}`)
      .sort();
    const seen = [...(await nodesOf(a)).values()].map(({ id, slots }) => `${id} ${slots.join(' ')}`).sort();
    expect(owners).toEqual(seen);

    // It takes over a slot of ours.
    await real.command('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', a.id);
    await a.command('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', realId);
    await real.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', realId);
    await eventually(() => {
      for (const node of cluster.nodes) expect(stateOf(node).slots.ownerOf(SLOT)?.id).toBe(realId);
    });
    const [string, hash] = keysForSlot(SLOT, 2) as [string, string];
    await expect(a.command('GET', string)).rejects.toThrow(`MOVED ${SLOT} 127.0.0.1:${real.port}`);

    // Our node is a replica of it.
    await real.command('SET', string, 'real');
    await real.command('HSET', hash, 'field', 'real');
    expect(await ours.command('CLUSTER', 'REPLICATE', realId)).toBe('OK');
    await eventually(async () => {
      expect((await fieldsOf(ours, 'INFO', 'replication'))['master_link_status']).toBe('up');
    });
    await ours.command('READONLY');
    await expectData((...command) => ours.command(...command), string, hash, 'real');
    await real.command('SET', string, 'streamed');
    await real.command('HSET', hash, 'field', 'streamed');
    await eventually(() => expectData((...command) => ours.command(...command), string, hash, 'streamed'));

    // The real master hands over to our replica, and becomes its replica.
    await eventually(async () => {
      const line = (await realNodes(real)).find(([id]) => id === ours.id);
      expect(line?.slice(2, 4)).toEqual(['slave', realId]);
    });
    expect(await ours.command('CLUSTER', 'FAILOVER')).toBe('OK');
    await eventually(async () => {
      expect(ours.role).toBe('master');
      const info = await realFields(real, 'INFO', 'replication');
      expect(info).toMatchObject({ role: 'slave', master_link_status: 'up', master_port: String(ours.port) });
    });
    expect(await ours.command('GET', string)).toBe('streamed');
    await ours.command('SET', string, 'ours');
    await ours.command('HSET', hash, 'field', 'ours');
    const reader = await real.connect();
    await reader.command('READONLY');
    await eventually(() => expectData((...command) => reader.command(...command), string, hash, 'ours'));

    // Our masters vote for it when our node dies.
    await ours.kill();
    await eventually(async () => {
      expect((await realFields(real, 'INFO', 'replication'))['role']).toBe('master');
      expect(await realFields(real, 'CLUSTER', 'INFO')).toMatchObject({ cluster_state: 'ok' });
      for (const node of running(cluster.nodes)) expect(stateOf(node).slots.ownerOf(SLOT)?.id).toBe(realId);
    });
    await expectData((...command) => real.command(...command), string, hash, 'ours');
    expect(await b.command('SET', keyForNode(b), 'value')).toBe('OK');
    await ours.restart();
    await eventually(async () => {
      expect((await fieldsOf(ours, 'INFO', 'replication'))['master_link_status']).toBe('up');
    });
    await ours.command('READONLY');
    await expectData((...command) => ours.command(...command), string, hash, 'ours');
  });
});

function running(nodes: readonly TestNode[]): TestNode[] {
  return nodes.filter(({ isRunning }) => isRunning);
}
