// A real redis-server in one cluster with our nodes: messages cross the bus in both directions.
import { expect, it, vi } from 'vitest';
import { keysForNode } from '../../src/index.js';
import { describeParity, startRealRedis } from '../support/real-redis.js';
import { Listener } from './listener.js';
import { masters, startScenario } from './scenario.js';

/** Waits in real time: to fast-forward would leave the real server behind. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 50 });
}

describeParity('PUBLISH with a real redis-server in our cluster', () => {
  it('is heard here and there, and SPUBLISH by replicas', { timeout: 60_000 }, async () => {
    await using real = await startRealRedis({ args: ['--cluster-enabled', 'yes'] });
    const cluster = await startScenario({
      version: real.version.startsWith('7.0.') ? '7.0' : '7.2',
      clock: 'flowing',
      startTime: Date.now(),
      config: { 'repl-diskless-sync-delay': 0 },
    });
    const [node, other] = masters(cluster);
    await node.command('CLUSTER', 'MEET', '127.0.0.1', real.port);
    await eventually(async () => {
      const lines = String(await real.command('CLUSTER', 'NODES'))
        .trimEnd()
        .split('\n');
      expect(lines).toHaveLength(7);
      for (const line of lines) expect(line).toMatch(/ connected/);
    });
    await real.command('CLUSTER', 'REPLICATE', node.id);
    await eventually(async () => {
      expect(await real.command('INFO', 'replication')).toContain('master_link_status:up');
      expect(await real.command('CLUSTER', 'INFO')).toContain('cluster_state:ok');
      // Messages of a node that nobody introduced yet are ignored.
      for (const each of cluster.nodes) {
        const nodes = String(await each.command('CLUSTER', 'NODES'));
        expect(nodes).toMatch(new RegExp(`:${real.port}@\\S* slave ${node.id} .* connected`));
      }
    });

    const here = new Listener(cluster, other).send('SUBSCRIBE', 'news');
    here.take();
    const there = await real.connect();
    there.send('SUBSCRIBE', 'news');
    await there.nextPush();

    await real.command('PUBLISH', 'news', 'from the real one');
    await eventually(() => expect(here.heard).toEqual([['message', 'news', 'from the real one']]));
    expect((await there.nextPush()).toString()).toContain('from the real one');
    await other.command('PUBLISH', 'news', 'from ours');
    expect((await there.nextPush()).toString()).toBe(
      '*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$9\r\nfrom ours\r\n',
    );

    const [channel] = keysForNode(node, 1) as [string];
    const atMaster = new Listener(cluster, node).send('SSUBSCRIBE', channel);
    atMaster.take();
    const atReplica = await real.connect();
    atReplica.send('SSUBSCRIBE', channel);
    await atReplica.nextPush();
    await real.command('SPUBLISH', channel, 'up');
    await eventually(() => expect(atMaster.heard).toEqual([['smessage', channel, 'up']]));
    expect((await atReplica.nextPush()).toString()).toContain('up');
    await node.command('SPUBLISH', channel, 'down');
    expect((await atReplica.nextPush()).toString()).toContain('$4\r\ndown\r\n');
  });
});
