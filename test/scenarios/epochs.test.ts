// Sections "Cluster current epoch", "Configuration epoch" and "Configuration epoch conflicts resolution algorithm" of the Redis Cluster specification.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#configuration-epoch-conflicts-resolution-algorithm
import { describe, expect, it } from 'vitest';
import type { Cluster, TestNode } from '../../src/index.js';
import {
  CRON_MS,
  eventsOf,
  fieldsOf,
  lineOf,
  masters,
  NODE_TIMEOUT_MS,
  refusal,
  replicaOf,
  startScenario,
  stateOf,
} from './scenario.js';

function configEpochs(cluster: Cluster): number[] {
  return cluster.masters.map((node) => stateOf(node).myself.configEpoch);
}

async function meetAll(cluster: Cluster): Promise<void> {
  const [first, ...others] = cluster.nodes as [TestNode, ...TestNode[]];
  for (const node of others) await node.command('CLUSTER', 'MEET', first.host, first.port, first.busPort);
  await cluster.waitFor(() =>
    cluster.nodes.every((node) => stateOf(node).nodes.list.length === cluster.nodes.length),
  );
}

describe('masters with the same config epoch ("Configuration epoch conflicts resolution algorithm")', () => {
  it('get different ones within a few heartbeats after they met, the greatest id keeping its own', async () => {
    const cluster = await startScenario({ masters: 5, replicas: 0, formed: false });
    for (const node of cluster.nodes) await node.command('CLUSTER', 'SET-CONFIG-EPOCH', 4);
    const greatest = cluster.nodes.toSorted((one, other) => (one.id < other.id ? 1 : -1))[0]!;
    await meetAll(cluster);
    await cluster.waitFor(() => new Set(configEpochs(cluster)).size === 5);
    expect(stateOf(greatest).myself.configEpoch).toBe(4);
    const changes = eventsOf(cluster, 'config-epoch-changed').filter(
      ({ event }) => event.reason === 'collision',
    );
    expect(changes.length).toBeGreaterThanOrEqual(4);
    // All agree on the greatest one in the end.
    await cluster.advance(NODE_TIMEOUT_MS);
    const highest = Math.max(...configEpochs(cluster));
    for (const node of cluster.nodes) {
      expect((await fieldsOf(node, 'CLUSTER', 'INFO'))['cluster_current_epoch']).toBe(String(highest));
    }
  });

  it('which all nodes start with (0), too', async () => {
    const cluster = await startScenario({ masters: 4, replicas: 0, formed: false });
    expect(configEpochs(cluster)).toEqual([0, 0, 0, 0]);
    await meetAll(cluster);
    await cluster.waitFor(() => new Set(configEpochs(cluster)).size === 4);
  });

  it('which two takeovers on both sides of a cut gave them, when it heals', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const [replicaOfA, replicaOfB] = [replicaOf(a), replicaOf(b)];
    const cut = cluster.partition([replicaOfA], [replicaOfB]);
    const others = cluster.partition([replicaOfA, replicaOfB]);
    await replicaOfA.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await replicaOfB.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    expect(stateOf(replicaOfA).myself.configEpoch).toBe(stateOf(replicaOfB).myself.configEpoch);
    others.heal();
    cut.heal();
    await cluster.waitFor(
      () => stateOf(replicaOfA).myself.configEpoch !== stateOf(replicaOfB).myself.configEpoch,
    );
    const loser = replicaOfA.id < replicaOfB.id ? replicaOfA : replicaOfB;
    expect(eventsOf(cluster, 'config-epoch-changed').at(-1)?.node).toBe(loser.name);
    await cluster.waitFor('ok');
    expect(a.master).toBe(replicaOfA);
    expect(b.master).toBe(replicaOfB);
  });
});

describe('CLUSTER BUMPEPOCH ("Configuration epoch")', () => {
  it('gives the node the greatest epoch, unless it has that already, and the others learn of it', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    expect(await a.command('CLUSTER', 'BUMPEPOCH')).toBe('BUMPED 7');
    expect(await a.command('CLUSTER', 'BUMPEPOCH')).toBe('STILL 7');
    await cluster.waitFor(() => cluster.nodes.every((node) => stateOf(node).currentEpoch === 7));
    expect(await b.command('CLUSTER', 'BUMPEPOCH')).toBe('BUMPED 8');
    await cluster.advance(NODE_TIMEOUT_MS);
    expect((await lineOf(b, a)).configEpoch).toBe(7);
    expect((await lineOf(a, b)).configEpoch).toBe(8);
    expect(await a.command('CLUSTER', 'BUMPEPOCH')).toBe('BUMPED 9');
  });

  it('survives a restart', async () => {
    const cluster = await startScenario();
    const [a] = masters(cluster);
    await a.command('CLUSTER', 'BUMPEPOCH');
    await a.restart();
    expect(stateOf(a).myself.configEpoch).toBe(7);
    expect(stateOf(a).currentEpoch).toBe(7);
  });

  it('at the same time on two nodes ends in two epochs', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const cut = cluster.partition([a]);
    expect(await a.command('CLUSTER', 'BUMPEPOCH')).toBe('BUMPED 7');
    expect(await b.command('CLUSTER', 'BUMPEPOCH')).toBe('BUMPED 7');
    cut.heal();
    await cluster.waitFor(() => new Set(configEpochs(cluster)).size === 3);
    await cluster.waitFor('ok');
  });
});

describe('CLUSTER SET-CONFIG-EPOCH ("Configuration epoch")', () => {
  it('works once, on a node that knows no other', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0, formed: false });
    const [a, b] = masters(cluster);
    expect(await refusal(a.command('CLUSTER', 'SET-CONFIG-EPOCH', -1))).toBe(
      'ERR Invalid config epoch specified: -1',
    );
    expect(await a.command('CLUSTER', 'SET-CONFIG-EPOCH', 3)).toBe('OK');
    expect((await lineOf(a, a)).configEpoch).toBe(3);
    expect((await fieldsOf(a, 'CLUSTER', 'INFO'))['cluster_current_epoch']).toBe('3');
    expect(await refusal(a.command('CLUSTER', 'SET-CONFIG-EPOCH', 4))).toBe(
      'ERR Node config epoch is already non-zero',
    );
    await meetAll(cluster);
    expect(await refusal(b.command('CLUSTER', 'SET-CONFIG-EPOCH', 5))).toBe(
      'ERR The user can assign a config epoch only when the node does not know any other node.',
    );
  });
});

describe('the current epoch ("Cluster current epoch")', () => {
  it('of a node that was away is raised by the first one it hears', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    const away = replicaOf(b);
    await away.kill();
    for (let bump = 0; bump < 5; bump++) {
      const node = bump % 2 === 0 ? a : b;
      await node.command('CLUSTER', 'BUMPEPOCH');
      await cluster.advance('20s');
    }
    await away.restart();
    expect(stateOf(away).currentEpoch).toBe(6);
    await cluster.advance(3 * CRON_MS);
    expect(stateOf(away).currentEpoch).toBe(11);
  });
});
