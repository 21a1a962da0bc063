/** partition() and flush(). */
import { describe, expect, it } from 'vitest';
import { keyForNode, keyForSlot, keysForNode } from '../../src/index.js';
import { failure, openSocket, read, START_TIME, startStill } from './testkit.js';

describe('partition()', () => {
  it('makes the majority replace a master on the other side; clients still reach it', async () => {
    const cluster = await startStill();
    const victim = cluster.nodeForSlot(0);
    const socket = await openSocket(victim.port);
    const cut = cluster.partition([victim]);
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== victim);
    socket.write(`GET ${keyForSlot(0)}\r\n`);
    expect(await read(socket, 10)).toMatch(/^-CLUSTERDOWN /);
    cut.heal();
    await cluster.waitFor('ok');
    expect(victim.role).toBe('replica');
  });

  it('changes nothing when it is healed in time', async () => {
    const cluster = await startStill();
    const before = cluster.now();
    const cut = cluster.partition([cluster.nodes[0]!]);
    await cluster.advance('5s');
    cut.heal();
    await cluster.advance('1m');
    expect(cluster.eventsWith({ since: before, match: ({ event }) => event.kind !== 'fault' })).toEqual([]);
    expect(cluster.masters).toEqual(cluster.nodes.slice(0, 3));
  });

  it('delivers what was sent meanwhile when it heals', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    const [replica] = master.replicas;
    const key = keyForSlot(0);
    await replica!.command('READONLY');
    const cut = cluster.partition([master], [replica!]);
    await master.command('SET', key, 'value');
    await cluster.advance('1s');
    expect(await replica!.command('GET', key)).toBeNull();
    cut.heal();
    expect(await replica!.command('GET', key)).toBe('value');
  });

  it('cuts only between the two groups that are named', async () => {
    const cluster = await startStill();
    const [a, b, c] = cluster.masters;
    cluster.partition([a!], [b!]);
    await cluster.advance('40s');
    // Each of the two hears from the others that the other one lives, and c is no majority.
    expect(cluster.events.some(({ event }) => event.kind === 'fail')).toBe(false);
    const pfails = cluster.events.filter(({ event }) => event.kind === 'pfail').map(({ node }) => node);
    expect(new Set(pfails)).toEqual(new Set([a!.name, b!.name]));
    expect(pfails).not.toContain(c!.name);
  });

  it('adds to another one, and each is healed by itself', async () => {
    const cluster = await startStill();
    const [a, b, c] = cluster.masters;
    const cuts = [cluster.partition([a!], [b!]), cluster.partition([a!], [b!, c!])];
    const quiet = (): boolean => cluster.events.every(({ event }) => event.kind !== 'pfail-cleared');
    await cluster.advance('30s');
    cuts[1]!.heal();
    await cluster.waitFor(() => !quiet());
    const cleared = new Set(
      cluster.events.filter(({ event }) => event.kind === 'pfail-cleared').map(({ node }) => node),
    );
    expect(cleared).not.toContain(b!.name);
    cuts[0]!.heal();
    await cluster.waitFor('ok');
  });

  it('ends with the block that holds it', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    {
      using _cut = cluster.partition([master]);
      await cluster.advance('5s');
    }
    await cluster.advance('1m');
    expect(cluster.nodeForSlot(0)).toBe(master);
  });

  it('can be healed twice, and after the cluster was stopped', async () => {
    const cluster = await startStill();
    const cut = cluster.partition([cluster.nodes[0]!]);
    const other = cluster.partition([cluster.nodes[1]!]);
    cut.heal();
    cut.heal();
    await cluster.stop();
    other.heal();
    other[Symbol.dispose]();
    expect(() => cluster.partition([cluster.nodes[0]!])).toThrow(expect.objectContaining(failure('STOPPED')));
  });

  it.each<
    [what: string, groups: (own: readonly unknown[], foreign: readonly unknown[]) => unknown[], words: string]
  >([
    ['an empty group', () => [[]], 'partition(): needs at least one node on each side'],
    ['all nodes in one group', (own) => [own], 'partition(): needs at least one node on each side'],
    ['a node on both sides', (own) => [own.slice(0, 2), own.slice(1)], 'is on both sides'],
    ['a node of another cluster', (_own, foreign) => [foreign], 'partition(): takes nodes of this cluster'],
    ['a node without a list', (own) => [own[0]], 'partition(): takes lists of nodes'],
    ['something else', () => [['127.0.0.1:7000']], 'partition(): takes nodes of this cluster'],
  ])('refuses %s', async (_what, groups, words) => {
    const cluster = await startStill();
    const foreign = await startStill({ masters: 1, replicas: 0 });
    const args = groups(cluster.nodes, foreign.nodes) as Parameters<typeof cluster.partition>;
    expect(() => cluster.partition(...args)).toThrow(
      expect.objectContaining(failure('INVALID_ARGUMENT', words)),
    );
  });
});

describe('flush()', () => {
  it('deletes everything, on the replicas too, and takes no virtual time', async () => {
    const cluster = await startStill();
    for (const master of cluster.masters) {
      for (const key of keysForNode(master, 3)) await master.command('SET', key, 'value');
    }
    await cluster.flush();
    for (const node of cluster.nodes) expect(await node.command('DBSIZE')).toBe(0);
    expect(cluster.now()).toBe(START_TIME);
  });

  it('does not care what the connection of command() is at', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0, config: { requirepass: 'secret' } });
    const [node] = cluster.nodes;
    const key = keyForNode(node!);
    await node!.command('SET', key, 'value');
    await node!.command('MULTI');
    await node!.command('SET', key, 'later');
    await cluster.flush();
    expect(await node!.command('EXEC')).toEqual(['OK']);
    await node!.command('RESET');
    await cluster.flush();
    await node!.command('AUTH', 'secret');
    expect(await node!.command('DBSIZE')).toBe(0);
    expect(node!.process.node.sessions.size).toBe(1);
  });

  it('leaves out what does not run', async () => {
    const cluster = await startStill();
    const [victim, master] = cluster.masters;
    await master!.command('SET', keyForNode(master!), 'value');
    await victim!.kill();
    await cluster.flush();
    expect(await master!.command('DBSIZE')).toBe(0);
  });

  it('says which master keeps it from doing so', async () => {
    const cluster = await startStill();
    const [node] = cluster.masters;
    node!.pause();
    await expect(cluster.flush()).rejects.toMatchObject(
      failure('COMMAND_FAILED', `${node!.name} is paused; resume() it before flush()`),
    );
    node!.resume();
    await node!.command('CONFIG', 'SET', 'min-replicas-to-write', 5);
    await expect(cluster.flush()).rejects.toMatchObject(
      failure('COMMAND_FAILED', 'NOREPLICAS Not enough good replicas to write.'),
    );
    expect(node!.process.node.sessions.size).toBeLessThanOrEqual(2);
  });
});
