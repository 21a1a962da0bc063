/** What the options of startCluster do. */
import { describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { failure, START_TIME, startFor, startStill } from './testkit.js';

const ids = (cluster: Cluster): string[] => cluster.nodes.map(({ id }) => id);

/** Resolves after so much real time, measured by the runtime's own clock while its event loop turns. */
async function realTime(ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
}

describe('formed: false', () => {
  it('starts nodes that know nobody and serve nothing', async () => {
    const cluster = await startStill({ masters: 2, replicas: 1, formed: false });
    expect(cluster.nodes).toHaveLength(4);
    expect(cluster.masters).toHaveLength(4);
    for (const node of cluster.nodes) {
      expect(node.slots).toEqual([]);
      const lines = String(await node.command('CLUSTER', 'NODES'))
        .trimEnd()
        .split('\n');
      expect(lines).toEqual([expect.stringMatching(/ myself,master - 0 0 0 connected$/)]);
      expect(await node.command('CLUSTER', 'INFO')).toMatch(
        /^cluster_state:fail\r\ncluster_slots_assigned:0\r\n/,
      );
    }
    expect(() => cluster.nodeForSlot(0)).toThrow(expect.objectContaining({ code: 'NO_SUCH_NODE' }));
  });

  it('leaves it to CLUSTER MEET and ADDSLOTS to make a cluster of them', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0, formed: false });
    const [first, second, third] = cluster.nodes;
    for (const node of [second!, third!])
      await first!.command('CLUSTER', 'MEET', node.host, node.port, node.busPort);
    await first!.command('CLUSTER', 'ADDSLOTSRANGE', 0, 5000);
    await second!.command('CLUSTER', 'ADDSLOTSRANGE', 5001, 10_000);
    await third!.command('CLUSTER', 'ADDSLOTSRANGE', 10_001, 16_383);
    expect(await cluster.waitFor('ok')).toBeGreaterThan(0);
    expect(cluster.nodeForSlot(5001)).toBe(second);
  });
});

describe('version', () => {
  it.each([
    ['7.0', '7.0.15'],
    ['7.2', '7.2.4'],
  ] as const)('%s makes the nodes behave as that release', async (version, release) => {
    const cluster = await startStill({ masters: 1, replicas: 0, version });
    const [node] = cluster.nodes;
    expect(await node!.command('INFO', 'server')).toContain(`redis_version:${release}`);
    const answer = node!.command('CLIENT', 'SETINFO', 'LIB-NAME', 'x').then(String, String);
    expect(await answer).toBe(
      version === '7.2' ? 'OK' : "RedisTestClusterError: ERR unknown subcommand 'SETINFO'. Try CLIENT HELP.",
    );
  });

  it('is 7.2 unless said otherwise', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    expect(await cluster.nodes[0]!.command('INFO', 'server')).toContain('redis_version:7.2.4');
  });
});

describe('config', () => {
  it('sets directives on all nodes', async () => {
    const cluster = await startStill({
      masters: 1,
      replicas: 1,
      config: { 'maxmemory-policy': 'allkeys-lru', hz: 20 },
    });
    for (const node of cluster.nodes) {
      expect(await node.command('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
        'maxmemory-policy',
        'allkeys-lru',
      ]);
      expect(await node.command('CONFIG', 'GET', 'hz')).toEqual(['hz', '20']);
    }
  });

  it('outlives a restart, unlike CONFIG SET', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0, config: { hz: 20 } });
    const [node] = cluster.nodes;
    await node!.command('CONFIG', 'SET', 'hz', 30);
    await node!.restart();
    expect(await node!.command('CONFIG', 'GET', 'hz')).toEqual(['hz', '20']);
  });

  it('may name the file of the cluster configuration', async () => {
    const cluster = await startStill({ config: { 'cluster-config-file': 'other.conf' } });
    const before = ids(cluster);
    await cluster.nodes[0]!.restart();
    expect(ids(cluster)).toEqual(before);
  });

  it('takes a password, which the nodes use among themselves', async () => {
    const cluster = await startStill({ config: { requirepass: 'secret', masterauth: 'secret' } });
    const [master] = cluster.masters;
    await master!.kill();
    await cluster.waitFor('ok');
    await cluster.flush();
  });

  it('says what is missing when the replicas may not log in', async () => {
    for (const config of [{ requirepass: 'secret' }, { RequirePass: 'secret', masterauth: 'other' }]) {
      await expect(startCluster({ config })).rejects.toMatchObject(
        failure('INVALID_ARGUMENT', 'config must give masterauth the value of requirepass'),
      );
    }
    await startStill({ masters: 1, replicas: 0, config: { requirepass: 'secret' } });
  });

  it('says why a cluster does not become ready', async () => {
    const start = startCluster({
      seed: 3,
      config: {
        'cluster-replica-no-failover': 'yes',
        'min-replicas-to-write': 2,
        masteruser: 'nobody',
        masterauth: 'x',
      },
    });
    await expect(start).rejects.toMatchObject(
      failure(
        'START_FAILED',
        /^the cluster did not form \(seed 3\): waited 60000 ms .* is not in sync with its master\nlast events \(seed 3\):\n/,
      ),
    );
  });

  it('nodeTimeout is cluster-node-timeout', async () => {
    for (const [nodeTimeout, ms] of [
      ['5s', '5000'],
      [2500, '2500'],
    ] as const) {
      const cluster = await startStill({ masters: 1, replicas: 0, nodeTimeout });
      expect(await cluster.nodes[0]!.command('CONFIG', 'GET', 'cluster-node-timeout')).toEqual([
        'cluster-node-timeout',
        ms,
      ]);
    }
  });

  it('a shorter nodeTimeout makes failovers faster', async () => {
    const took = async (nodeTimeout: string): Promise<number> => {
      const cluster = await startStill({ nodeTimeout });
      await cluster.masters[0]!.kill();
      return await cluster.waitFor('ok');
    };
    expect(await took('1s')).toBeLessThan(6000);
    expect(await took('30s')).toBeGreaterThan(30_000);
  });
});

describe('seed', () => {
  it('repeats every id and everything that happens', async () => {
    const run = async (seed: number): Promise<{ ids: string[]; timeline: string[] }> => {
      const cluster = await startStill({ seed });
      await cluster.masters[0]!.kill();
      await cluster.waitFor('ok');
      const names = new Map(cluster.nodes.map(({ name }, index) => [name, `node ${index}`]));
      const lines = cluster.timeline().split('\n');
      await cluster.stop();
      return {
        ids: ids(cluster),
        timeline: lines.map((line) => line.replace(/127\.0\.0\.1:\d+/g, (name) => names.get(name) ?? name)),
      };
    };
    const first = await run(5);
    expect(await run(5)).toEqual(first);
    expect((await run(6)).ids).not.toEqual(first.ids);
  });

  it('is a random one otherwise, and can be asked for', async () => {
    const one = await startFor({ masters: 1, replicas: 0 });
    const other = await startFor({ masters: 1, replicas: 0 });
    expect(one.seed).not.toBe(other.seed);
    const again = await startFor({ masters: 1, replicas: 0, seed: one.seed });
    expect(ids(again)).toEqual(ids(one));
  });
});

describe('startTime', () => {
  it.each([START_TIME, new Date(START_TIME)])(
    '%s is the virtual time at which the cluster is ready',
    async (startTime) => {
      const cluster = await startStill({ startTime });
      expect(cluster.now()).toBe(START_TIME);
      const [seconds] = (await cluster.nodes[0]!.command('TIME')) as string[];
      expect(Number(seconds)).toBe(START_TIME / 1000);
    },
  );

  it('is the time of the day unless said otherwise', async () => {
    const cluster = await startFor({ masters: 1, replicas: 0 });
    // The system may set its clock at any time, by some milliseconds.
    expect(Math.abs(cluster.now() - Date.now())).toBeLessThan(1000);
  });

  it('does not depend on how long the forming takes', async () => {
    const cluster = await startStill({ nodeTimeout: '20s', formed: true });
    expect(cluster.now()).toBe(START_TIME);
  });
});

describe('clock', () => {
  it("'manual' stands still while real time passes", async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.command('SET', 'key', 'value', 'PX', 5);
    await realTime(30);
    expect(cluster.now()).toBe(START_TIME);
    expect(await node!.command('PTTL', 'key')).toBe(5);
    await cluster.advance(4);
    expect(await node!.command('GET', 'key')).toBe('value');
    await cluster.advance(1);
    expect(await node!.command('GET', 'key')).toBeNull();
    expect(cluster.now()).toBe(START_TIME + 5);
  });

  it("'flowing' goes with real time", async () => {
    const cluster = await startFor({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.command('SET', 'key', 'value', 'PX', 20);
    const virtual = cluster.now();
    const real = performance.now();
    await realTime(30);
    const passed = performance.now() - real;
    expect(cluster.now() - virtual).toBeGreaterThan(28);
    expect(cluster.now() - virtual).toBeLessThan(performance.now() - real + 2);
    expect(passed).toBeGreaterThanOrEqual(30);
    expect(await node!.command('GET', 'key')).toBeNull();
  });

  it("'flowing' fires timers by itself", async () => {
    const cluster = await startFor({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    // WAIT for more replicas than there are ends by its timeout, and nothing but real time brings that about here.
    expect(await node!.command('WAIT', 1, 20)).toBe(0);
  });

  it("'flowing' goes on from where advance() left it", async () => {
    const cluster = await startFor({ masters: 1, replicas: 0 });
    const before = cluster.now();
    await cluster.advance('1h');
    expect(cluster.now() - before).toBeGreaterThanOrEqual(3_600_000);
    expect(cluster.now() - before).toBeLessThan(3_700_000);
    const after = cluster.now();
    await realTime(20);
    expect(cluster.now() - after).toBeGreaterThan(18);
  });
});

describe('bus: tcp', () => {
  it('fails over as the bus in memory does', async () => {
    const cluster = await startStill({ bus: 'tcp' });
    const victim = cluster.nodeForSlot(0);
    await victim.kill();
    await cluster.waitFor('ok');
    expect(cluster.nodeForSlot(0)).not.toBe(victim);
  });
});

describe('sizes', () => {
  it('five masters with two replicas each', async () => {
    const cluster = await startStill({ masters: 5, replicas: 2 });
    for (const [index, master] of cluster.masters.entries()) {
      expect(master.replicas).toEqual([cluster.nodes[5 + index], cluster.nodes[10 + index]]);
    }
    const [victim] = cluster.masters;
    await victim!.kill();
    await cluster.waitFor('ok');
    expect(cluster.masters).toHaveLength(5);
    expect(cluster.replicas).toHaveLength(9);
  });

  it('one master with a replica, which cannot take over alone', async () => {
    const cluster = await startStill({ masters: 1, replicas: 1 });
    const [master] = cluster.masters;
    await master!.kill();
    await expect(cluster.waitFor('ok')).rejects.toMatchObject({ code: 'TIMEOUT' });
    await cluster.replicas[0]!.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await cluster.waitFor('ok');
    expect(cluster.nodeForSlot(0)).toBe(cluster.nodes[1]);
  });
});
