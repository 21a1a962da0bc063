/** failover(): every mode, what becomes of the old master, and what clients had in flight. */
import { describe, expect, it } from 'vitest';
import { type FailoverOptions, keyForSlot } from '../../src/index.js';
import { failure, openSocket, read, startStill } from './testkit.js';

const key = keyForSlot(0);

describe.each<[FailoverOptions, { dead?: boolean; cut?: boolean }]>([
  [{}, {}],
  [{ mode: 'graceful', oldMaster: 'dead' }, { dead: true }],
  [{ mode: 'force' }, {}],
  [{ mode: 'force', oldMaster: 'dead' }, { dead: true }],
  [{ mode: 'force', oldMaster: 'partitioned' }, { cut: true }],
  [{ mode: 'takeover' }, {}],
  [{ mode: 'takeover', oldMaster: 'dead' }, { dead: true }],
  [{ mode: 'takeover', oldMaster: 'partitioned' }, { cut: true }],
  [{ mode: 'crash' }, { dead: true }],
  [{ mode: 'crash', oldMaster: 'replica' }, {}],
  [{ mode: 'crash', oldMaster: 'partitioned' }, { cut: true }],
])('failover %j', (options, { dead = false, cut = false }) => {
  it('makes the replica the master for all who can see it, and the old one what was asked for', async () => {
    const cluster = await startStill({ nodeTimeout: '5s' });
    const old = cluster.nodeForSlot(0);
    const [replica] = old.replicas;
    await old.command('SET', key, 'value');
    await cluster.waitFor('in-sync');
    const startedAt = cluster.now();
    const result = await cluster.failover(old, options);
    expect(result.promoted).toBe(replica);
    expect(result.demoted).toBe(old);
    expect(result.ms).toBe(cluster.now() - startedAt);
    expect(result.ms > 5000).toBe(options.mode === 'crash');
    expect(old.isRunning).toBe(!dead);
    for (const viewer of cluster.nodes) {
      if (!viewer.isRunning || (cut && viewer === old)) continue;
      expect(viewer.process.node.cluster?.state.slots.ownerOf(0)?.id).toBe(replica!.id);
    }
    expect(await replica!.command('GET', key)).toBe('value');
    expect(result.partition?.isActive ?? false).toBe(cut);
    if (!dead) expect(old.role).toBe(cut ? 'master' : 'replica');
    result.partition?.heal();
    if (dead) await old.restart();
    await cluster.waitFor('ok');
    expect(old.master).toBe(replica);
  });
});

it('promotes the replica that was named, also by an election', async () => {
  const cluster = await startStill({ masters: 3, replicas: 2, nodeTimeout: '5s' });
  const old = cluster.nodeForSlot(0);
  for (const mode of ['graceful', 'crash'] as const) {
    const master = cluster.nodeForSlot(0);
    const chosen = master.replicas.at(-1)!;
    const { promoted } = await cluster.failover(chosen, { mode, oldMaster: 'replica' });
    expect(promoted).toBe(chosen);
    await cluster.waitFor('ok');
  }
  for (const node of cluster.nodes)
    expect(await node.command('CONFIG', 'GET', 'cluster-replica-no-failover')).toContain('no');
  expect(old.isRunning).toBe(true);
});

describe('in the middle of a pipeline', () => {
  it('a crash after 37 commands: those were executed, and not one more', async () => {
    const cluster = await startStill({ nodeTimeout: '5s' });
    const old = cluster.nodeForSlot(0);
    const [replica] = old.replicas;
    const socket = await openSocket(old.port);
    let replies = '';
    socket.on('data', (chunk) => {
      replies += chunk.toString();
    });
    socket.on('error', () => undefined);
    const failedOver = cluster.failover(old, { mode: 'crash', after: { commands: 37 } });
    socket.write(`INCR ${key}\r\n`.repeat(100));
    await failedOver;
    expect(await replica!.command('GET', key)).toBe('37');
    expect(replies.split('\r\n').length - 1).toBe(37);
  });

  it('forced: what was sent behind waits and is sent on by MOVED; graceful: nothing is lost', async () => {
    const cluster = await startStill({ nodeTimeout: '5s' });
    for (const mode of ['force', 'graceful'] as const) {
      const old = cluster.nodeForSlot(0);
      const [replica] = old.replicas;
      await old.command('DEL', key);
      const socket = await openSocket(old.port);
      const failedOver = cluster.failover(old, { mode, after: { commands: 2, command: 'INCR' } });
      const moved = `-MOVED 0 ${replica!.name}\r\n`;
      const answers = read(socket, `+PONG\r\n:1\r\n:2\r\n${moved}`.length);
      socket.write(`PING\r\n${`INCR ${key}\r\n`.repeat(3)}`);
      expect((await failedOver).promoted).toBe(replica);
      expect(await answers).toBe(`+PONG\r\n:1\r\n:2\r\n${moved}`);
      expect(await replica!.command('GET', key)).toBe('2');
      expect(cluster.faults).toEqual([]);
      await cluster.waitFor('ok');
    }
  });

  it('commands that never come are an error, and leave nothing behind', async () => {
    const cluster = await startStill();
    const old = cluster.nodeForSlot(0);
    await expect(cluster.failover(old, { after: { commands: 1, timeoutMs: 20 } })).rejects.toMatchObject(
      failure('TIMEOUT', `1 command(s) at ${old.name} before its failover, saw 0`),
    );
    expect(cluster.faults).toEqual([]);
    expect(old.role).toBe('master');
  });
});

it('is told what is wrong', async () => {
  const cluster = await startStill();
  const [master] = cluster.masters;
  const [replica] = master!.replicas;
  const refuses = (words: string): object => failure('INVALID_ARGUMENT', words);
  const bad = (node: unknown, options: object = {}): Promise<unknown> =>
    cluster.failover(node as never, options as never);
  await expect(bad('a')).rejects.toMatchObject(refuses('takes a node of this cluster'));
  await expect(bad(master, { mode: 'nice' })).rejects.toMatchObject(refuses('mode must be'));
  await expect(bad(master, { oldMaster: 'gone' })).rejects.toMatchObject(refuses('oldMaster must be'));
  await expect(bad(master, { how: 1 })).rejects.toMatchObject(refuses('unknown option how'));
  await expect(bad(master, { after: { commands: 0 } })).rejects.toMatchObject(refuses('after.commands'));
  await expect(bad(master, { oldMaster: 'partitioned' })).rejects.toMatchObject(
    refuses("take mode: 'force'"),
  );
  await replica!.kill();
  await expect(bad(master)).rejects.toMatchObject(refuses('has no running replica'));
  await expect(bad(replica)).rejects.toMatchObject(refuses('has no running replica'));
  await master!.kill();
  await expect(bad(master)).rejects.toMatchObject(refuses('does not run'));
});
