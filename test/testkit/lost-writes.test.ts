/** lostWrites(): which acknowledged writes are gone, and why that was possible. */
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, type TestNode } from '../../src/index.js';
import { START_TIME, startStill } from './testkit.js';

const KEYS = ['a', 'b', 'c'].map((prefix) => keyForSlot(0, { prefix }));

async function start(): Promise<{ cluster: Cluster; master: TestNode; replica: TestNode }> {
  const cluster = await startStill({ nodeTimeout: '2s' });
  const master = cluster.nodeForSlot(0);
  return { cluster, master, replica: master.replicas[0]! };
}

describe('lostWrites()', () => {
  it('is empty when the replica had everything', async () => {
    const { cluster, master, replica } = await start();
    for (const key of KEYS) await master.command('SET', key, 1);
    await cluster.waitFor('in-sync');
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => replica.role === 'master');
    await cluster.waitFor('ok');
    await replica.command('INCR', KEYS[0]!);
    expect(cluster.lostWrites()).toEqual([]);
  });

  it('keeps the beginning of a long value', async () => {
    const { cluster, master, replica } = await start();
    await cluster.waitFor('in-sync');
    replica.pauseReplication();
    await cluster.advance(10);
    await master.command('SET', KEYS[1]!, 'x'.repeat(1_000_000));
    await master.kill();
    await cluster.waitFor(() => replica.role === 'master');
    expect(cluster.lostWrites()).toMatchObject([{ args: [KEYS[1], `${'x'.repeat(256)}...`] }]);
  });

  it('tells of many writes, whatever their bytes', async () => {
    const { cluster, master, replica } = await start();
    await cluster.waitFor('in-sync');
    replica.pauseReplication();
    await cluster.advance(10);
    const values = Array.from({ length: 1100 }, (_, index) => `"\\\0\r\né${index}`);
    for (const value of values) await master.command('SET', KEYS[1]!, value);
    await master.kill();
    await cluster.waitFor(() => replica.role === 'master');
    expect(cluster.lostWrites().map(({ args }) => args[1])).toEqual(values);
  });

  it('names what the replica had not received', async () => {
    const { cluster, master, replica } = await start();
    await master.command('SET', KEYS[0]!, 1);
    await cluster.waitFor('in-sync');
    replica.pauseReplication();
    await cluster.advance(10);
    await master.command('SET', KEYS[1]!, 2);
    await master.kill();
    await cluster.waitFor(() => replica.role === 'master');
    expect(cluster.lostWrites()).toMatchObject([
      {
        command: 'SET',
        args: [KEYS[1], '2'],
        keys: [KEYS[1]],
        slot: 0,
        node: master,
        atMs: START_TIME + 10,
        lostAtMs: cluster.now(),
        reason: 'not-replicated',
        why: expect.stringMatching(
          `^${master.name} executed it at offset \\d+ of its stream; ${replica.name} had got to \\d+ when it was promoted \\(replication is asynchronous\\)$`,
        ),
      },
    ]);
    expect(await replica.command('GET', KEYS[0]!)).toBe('1');
    expect(await replica.command('GET', KEYS[1]!)).toBeNull();
  });

  it('names what a replaced master accepted before it noticed', async () => {
    const { cluster, master, replica } = await start();
    master.pause();
    const writing = master.command('SET', KEYS[0]!, 1);
    await cluster.waitFor(() => replica.role === 'master');
    await cluster.advance(100);
    master.resume();
    expect(await writing).toBe('OK');
    await cluster.waitFor('ok');
    expect(cluster.lostWrites()).toMatchObject([
      {
        keys: [KEYS[0]],
        reason: 'stale-master',
        why: expect.stringMatching(
          `^${master.name} accepted it 1\\d\\d ms after ${replica.name} had been promoted in its place`,
        ),
      },
    ]);
    expect(await replica.command('EXISTS', KEYS[0]!)).toBe(0);
  });

  it('names what a restart lost before anybody took over', async () => {
    const { cluster, master } = await start();
    await master.command('SET', KEYS[0]!, 1);
    await cluster.waitFor('in-sync');
    await master.restart();
    await cluster.waitFor('ok');
    expect(cluster.lostWrites()).toMatchObject([{ keys: [KEYS[0]], reason: 'restarted-empty' }]);
    expect(await cluster.nodeForSlot(0).command('GET', KEYS[0]!)).toBeNull();
  });

  it('knows that a key lives on where its slot moved', async () => {
    const { cluster, master } = await start();
    const key = KEYS[0]!;
    await master.command('SET', key, 1);
    const target = cluster.masters.find((node) => node !== master)!;
    await cluster.migrateSlot({ key, to: target });
    await master.restart();
    await cluster.waitFor('ok');
    expect(cluster.lostWrites()).toEqual([]);
    expect(await target.command('GET', key)).toBe('1');
    await target.restart();
    await cluster.waitFor('ok');
    expect(cluster.lostWrites()).toMatchObject([{ node: target, keys: [key], reason: 'restarted-empty' }]);
  });

  it('forgets what was deleted on purpose', async () => {
    const { cluster, master } = await start();
    await master.command('SET', KEYS[0]!, 1);
    await cluster.flush();
    await master.restart();
    await cluster.waitFor('ok');
    expect(cluster.lostWrites()).toEqual([]);
  });
});
