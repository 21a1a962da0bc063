/** stop() and what comes after it. */
import { describe, expect, it } from 'vitest';
import { type Cluster, startCluster, type TestNode } from '../../src/index.js';
import { failure, isListening, startFor, startStill } from './testkit.js';

describe('stop()', () => {
  it('closes every port and can be called again', async () => {
    const cluster = await startStill();
    const ports = cluster.nodes.flatMap(({ port, busPort }) => [port, busPort]);
    await Promise.all([cluster.stop(), cluster.stop()]);
    await cluster.stop();
    expect(await Promise.all(ports.map((port) => isListening(port)))).not.toContain(true);
    expect(cluster.masters).toEqual([]);
  });

  it.each<[call: string, run: (cluster: Cluster, node: TestNode) => unknown]>([
    ['advance()', (cluster) => cluster.advance('1s')],
    ['waitFor()', (cluster) => cluster.waitFor('ok')],
    ['flush()', (cluster) => cluster.flush()],
    ['command()', (_cluster, node) => node.command('PING')],
    ['kill()', (_cluster, node) => node.kill()],
    ['restart()', (_cluster, node) => node.restart()],
  ])('makes %s reject', async (_call, run) => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await cluster.stop();
    await expect(run(cluster, node!)).rejects.toMatchObject(
      failure('STOPPED', 'this cluster was stopped; start another one'),
    );
  });

  it.each<[call: string, run: (cluster: Cluster, node: TestNode) => unknown]>([
    ['pause()', (_cluster, node) => node.pause()],
    ['resume()', (_cluster, node) => node.resume()],
    ['partition()', (cluster, node) => cluster.partition([node])],
  ])('makes %s throw', async (_call, run) => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await cluster.stop();
    expect(() => run(cluster, node!)).toThrow(expect.objectContaining(failure('STOPPED')));
  });

  it('keeps what there was to read: ids, addresses, events, time', async () => {
    const cluster = await startStill();
    const ids = cluster.nodes.map(({ id }) => id);
    const roles = cluster.nodes.map(({ role }) => role);
    const time = cluster.now();
    await cluster.stop();
    expect(cluster.nodes.map(({ id }) => id)).toEqual(ids);
    expect(cluster.nodes.map(({ role }) => role)).toEqual(roles);
    expect(cluster.now()).toBe(time);
    expect(cluster.node(ids[0]!)).toBe(cluster.nodes[0]);
    expect(cluster.seeds).toHaveLength(6);
    expect(cluster.timeline().split('\n')).toHaveLength(
      cluster.events.filter(({ atMs }) => atMs >= time).length,
    );
    expect(() => cluster.nodeForSlot(0)).toThrow(expect.objectContaining(failure('NO_SUCH_NODE')));
  });

  it('comes by itself at the end of a block', async () => {
    let node: TestNode;
    {
      await using cluster = await startCluster(1, 0);
      [node] = cluster.nodes as [TestNode];
      expect(await node.command('PING')).toBe('PONG');
    }
    expect(node.state).toBe('stopped');
    expect(await isListening(node.port)).toBe(false);
  });

  it('does not wait for a node that is paused or asleep', async () => {
    const cluster = await startFor({ masters: 3, replicas: 0, config: { 'enable-debug-command': 'yes' } });
    cluster.nodes[0]!.pause();
    const waiting = [cluster.nodes[0]!.command('PING'), cluster.nodes[1]!.command('DEBUG', 'SLEEP', 1000)];
    const ended = Promise.allSettled(waiting);
    await cluster.stop();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('ends one cluster, not its neighbours', async () => {
    const [one, other] = await Promise.all([
      startFor({ masters: 1, replicas: 0 }),
      startFor({ masters: 1, replicas: 0 }),
    ]);
    await one.stop();
    expect(await other.nodes[0]!.command('PING')).toBe('PONG');
    const before = other.now();
    await other.advance('1s');
    expect(other.now() - before).toBeGreaterThanOrEqual(1000);
  });
});
