// The same seed gives the same run, event for event and to the millisecond, as long as commands come through node.command().
import { describe, expect, it } from 'vitest';
import {
  type Cluster,
  type ClusterOptions,
  checkDeterminism,
  keysForNode,
  type TestNode,
} from '../../src/index.js';
import { atOwner, masters, nodesOf, replicaOf, START_TIME, startScenario } from './scenario.js';

/** Everything that can be told of a run: events, log lines and what the nodes say in the end. Ports are those of the first node, second node... */
interface Record {
  readonly events: string;
  readonly log: string;
  readonly nodes: string;
}

/** How virtual time is moved by so many ms. */
type Advance = (cluster: Cluster, ms: number) => Promise<void>;

const inOneGo: Advance = (cluster, ms) => cluster.advance(ms);

const inSmallSteps: Advance = async (cluster, ms) => {
  for (let step = 0; step < ms / 50; step++) await cluster.advance(50);
};

/** A bit of everything: writes, a manual failover, a cut, a kill, a pause, a restart. Takes 54 s of virtual time. */
async function disturb(cluster: Cluster, advance: Advance): Promise<void> {
  const [a, b, c] = masters(cluster);
  const replicaOfA = replicaOf(a);
  for (const master of [a, b, c]) {
    for (const key of keysForNode(master, 10)) await atOwner(cluster, 'SET', key, 'value');
  }
  await advance(cluster, 5000);
  await replicaOf(c).command('CLUSTER', 'FAILOVER');
  await advance(cluster, 2000);
  const cut = cluster.partition([a, b], [c]);
  await a.kill();
  await advance(cluster, 12_000);
  cut.heal();
  b.pause();
  await advance(cluster, 10_000);
  b.resume();
  await a.restart();
  await advance(cluster, 20_000);
  await replicaOfA.command('CLUSTER', 'BUMPEPOCH');
  await advance(cluster, 5000);
}

async function run(options: ClusterOptions, advance: Advance = inOneGo): Promise<Record> {
  const lines: string[] = [];
  const cluster = await startScenario({
    // Of a bus over sockets the operating system says what arrives first.
    bus: 'memory',
    nodeTimeout: '3s',
    onLog: ({ atMs, node, level, text }) => lines.push(`${atMs} ${node} ${level} ${text}`),
    ...options,
  });
  await disturb(cluster, advance);
  const names = new Map<string, string>();
  for (const [index, node] of cluster.nodes.entries()) {
    names.set(String(node.port), `port-${index}`);
    names.set(String(node.busPort), `bus-port-${index}`);
  }
  const normalized = (text: string): string =>
    text.replace(
      /(127\.0\.0\.1:|@|"port":)(\d+)/g,
      (_match, before: string, port: string) => before + names.get(port),
    );
  const views: string[] = [];
  for (const node of cluster.nodes) views.push(await viewsOf(node));
  const record = {
    events: normalized(cluster.events.map((entry) => JSON.stringify(entry)).join('\n')),
    log: normalized(lines.join('\n')),
    nodes: normalized(views.join('\n')),
  };
  expect(cluster.now()).toBe(START_TIME + 54_000);
  await cluster.stop();
  return record;
}

async function viewsOf(node: TestNode): Promise<string> {
  return JSON.stringify([...(await nodesOf(node)).values()]) + String(await node.command('CLUSTER', 'INFO'));
}

describe('a run with a seed', () => {
  it('is the same each time, event for event', async () => {
    const workload = (sim: { readonly cluster: Cluster }): Promise<void> => disturb(sim.cluster, inOneGo);
    const [run] = await checkDeterminism({ seeds: [7], nodeTimeout: '3s' }, workload);
    expect(run?.virtualMs).toBeGreaterThan(54_000);
  });

  it('is the same over sockets, with every line that the nodes log', async () => {
    const first = await run({ seed: 7 });
    const second = await run({ seed: 7 });
    expect(first.events.split('\n').length).toBeGreaterThan(100);
    expect(first.events).toContain('"promoted"');
    expect(second.events).toBe(first.events);
    expect(second.log).toBe(first.log);
    expect(second.nodes).toBe(first.nodes);
  });

  it('does not depend on the steps in which time is moved', async () => {
    const first = await run({ seed: 7 });
    const second = await run({ seed: 7 }, inSmallSteps);
    expect(second.events).toBe(first.events);
    expect(second.log).toBe(first.log);
  });

  it('is another one with another seed', async () => {
    const first = await run({ seed: 7 });
    const second = await run({ seed: 8 });
    expect(second.events).not.toBe(first.events);
    expect(second.nodes).not.toBe(first.nodes);
  });
});
