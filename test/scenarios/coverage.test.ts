// Section "Availability" of the Redis Cluster specification, and the directives cluster-require-full-coverage and cluster-allow-reads-when-down.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#availability
import { describe, expect, it } from 'vitest';
import { keyForNode, keyForSlot } from '../../src/index.js';
import {
  clusterStateOf,
  fieldsOf,
  masters,
  NODE_TIMEOUT_MS,
  refusal,
  replicaOf,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

const SLOT = 42;

describe('a slot that nobody serves ("Availability")', () => {
  it('takes the whole cluster down, by default', async () => {
    const cluster = await startScenario();
    for (const node of cluster.nodes) await node.command('CLUSTER', 'DELSLOTS', SLOT);
    await cluster.waitFor(() => cluster.nodes.every((node) => !stateOf(node).ok));
    const [a, b] = masters(cluster);
    expect(await refusal(a.command('GET', keyForSlot(SLOT)))).toBe('CLUSTERDOWN Hash slot not served');
    expect(await refusal(b.command('GET', keyForNode(b)))).toBe('CLUSTERDOWN The cluster is down');
    expect(await fieldsOf(a, 'CLUSTER', 'INFO')).toMatchObject({
      cluster_state: 'fail',
      cluster_slots_assigned: '16383',
    });
    await a.command('CLUSTER', 'ADDSLOTS', SLOT);
    await cluster.waitFor('ok');
    expect(await a.command('SET', keyForSlot(SLOT), 'value')).toBe('OK');
  });

  it('is the only one that is missed, with cluster-require-full-coverage no', async () => {
    const cluster = await startScenario({ config: { 'cluster-require-full-coverage': false } });
    for (const node of cluster.nodes) await node.command('CLUSTER', 'DELSLOTS', SLOT);
    await cluster.advance(NODE_TIMEOUT_MS);
    const [a, b] = masters(cluster);
    expect(await clusterStateOf(a)).toBe('ok');
    expect(await refusal(a.command('GET', keyForSlot(SLOT)))).toBe('CLUSTERDOWN Hash slot not served');
    expect(await b.command('SET', keyForNode(b), 'value')).toBe('OK');
  });

  it('is not seen as such by others while its owner alone has dropped it', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    await a.command('CLUSTER', 'DELSLOTS', SLOT);
    await cluster.advance(NODE_TIMEOUT_MS);
    expect(await clusterStateOf(a)).toBe('fail');
    expect(await clusterStateOf(b)).toBe('ok');
    expect(stateOf(b).slots.ownerOf(SLOT)?.id).toBe(a.id);
    expect(await refusal(b.command('GET', keyForSlot(SLOT)))).toBe(`MOVED ${SLOT} ${a.name}`);
    // Whoever adds it owns it, although nobody gave it a new epoch.
    expect(await refusal(b.command('CLUSTER', 'ADDSLOTS', SLOT))).toBe(`ERR Slot ${SLOT} is already busy`);
    await b.command('CLUSTER', 'DELSLOTS', SLOT);
    await b.command('CLUSTER', 'ADDSLOTS', SLOT);
    await cluster.waitFor('ok');
    expect(stateOf(a).slots.ownerOf(SLOT)?.id).toBe(b.id);
  });

  it('lets reads through, and only these, with cluster-allow-reads-when-down', async () => {
    const cluster = await startScenario({ config: { 'cluster-allow-reads-when-down': true } });
    const [a] = masters(cluster);
    const key = keyForNode(a);
    await a.command('SET', key, 'value');
    for (const node of cluster.nodes) await node.command('CLUSTER', 'DELSLOTS', SLOT);
    await cluster.waitFor(() => !stateOf(a).ok);
    expect(await a.command('GET', key)).toBe('value');
    expect(await refusal(a.command('DEL', key))).toBe(
      'CLUSTERDOWN The cluster is down and only accepts read commands',
    );
    // A replica in READONLY mode reads on as well.
    const replica = replicaOf(a);
    await cluster.waitFor(() => !stateOf(replica).ok);
    await replica.command('READONLY');
    expect(await replica.command('GET', key)).toBe('value');
    await a.command('MULTI');
    await a.command('GET', key);
    expect(await a.command('EXEC')).toEqual(['value']);
  });
});

describe('a dead master without a replica ("Availability")', () => {
  it('takes the cluster down until it is back, by default', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 0 });
    const [a, b, c] = masters(cluster);
    await a.kill();
    await cluster.waitFor(() => [b, c].every((node) => viewOf(node, a).isFailing));
    expect(await refusal(b.command('SET', keyForNode(b), 'value'))).toBe('CLUSTERDOWN The cluster is down');
    await a.restart();
    await cluster.waitFor('ok');
  });

  it('leaves the others at work, with cluster-require-full-coverage no', async () => {
    const cluster = await startScenario({
      masters: 3,
      replicas: 0,
      config: { 'cluster-require-full-coverage': false },
    });
    const [a, b, c] = masters(cluster);
    const key = keyForNode(a);
    await a.kill();
    await cluster.waitFor(() => [b, c].every((node) => viewOf(node, a).isFailing));
    expect(await clusterStateOf(b)).toBe('ok');
    expect(await b.command('SET', keyForNode(b), 'value')).toBe('OK');
    expect(await refusal(b.command('GET', key))).toMatch(new RegExp(`^MOVED \\d+ ${a.name}$`));
    const info = await fieldsOf(b, 'CLUSTER', 'INFO');
    expect(Number(info['cluster_slots_fail'])).toBe(5461);
    // Without a majority of the masters it is down all the same.
    await c.kill();
    await cluster.waitFor(() => !stateOf(b).ok);
  });
});

describe('CLUSTER FLUSHSLOTS', () => {
  it('makes a master without keys give up its slots, and others take them under no new epoch', async () => {
    const cluster = await startScenario();
    const [a, b] = masters(cluster);
    await a.command('SET', keyForNode(a), 'value');
    expect(await refusal(a.command('CLUSTER', 'FLUSHSLOTS'))).toBe(
      'ERR DB must be empty to perform CLUSTER FLUSHSLOTS.',
    );
    await a.command('FLUSHALL');
    const slots = a.slots;
    expect(await a.command('CLUSTER', 'FLUSHSLOTS')).toBe('OK');
    expect(a.slots).toEqual([]);
    await cluster.waitFor(() => !stateOf(a).ok);
    for (const [first, last] of slots) {
      await b.command('CLUSTER', 'DELSLOTSRANGE', first, last);
      await b.command('CLUSTER', 'ADDSLOTSRANGE', first, last);
    }
    await cluster.waitFor('ok');
    expect(b.slots).toEqual([[0, 10_922]]);
    expect(a.role).toBe('master');
  });
});
