/** What the scenarios share: clusters on frozen virtual time with a fixed seed, short ways to look at them, and a client without sockets. */
import { expect, onTestFinished } from 'vitest';
import type { ClusterNode } from '../../src/cluster/cluster-node.js';
import type { ClusterState } from '../../src/cluster/cluster-state.js';
import {
  type Cluster,
  type ClusterLogEntry,
  type ClusterOptions,
  type CommandArgument,
  type CommandReply,
  type NodeEvent,
  startCluster,
  type TestNode,
} from '../../src/index.js';
import { CommandClient } from '../../src/testkit/command-client.js';

/** Virtual time at which a scenario begins. */
export const START_TIME = Date.UTC(2030, 0, 1);
/** Period of the cluster cron: what a node finds out, it finds out at the next one. */
export const CRON_MS = 100;
/** The default of cluster-node-timeout. */
export const NODE_TIMEOUT_MS = 15_000;

/** Every scenario holds for every seed; `SCENARIO_SEED=7 npx vitest run test/scenarios` tries another one. */
const SEED = Number(process.env['SCENARIO_SEED'] ?? 1);
/** And for either bus: `SCENARIO_BUS=tcp npx vitest run test/scenarios` has every link between nodes over a socket. */
const BUS = process.env['SCENARIO_BUS'] === 'tcp' ? 'tcp' : 'memory';
/** Events that a failed scenario shows. */
const SHOWN_EVENTS = 80;
const FOLLOWED_REDIRECTS = 5;

/** Starts a cluster whose time stands still until the scenario moves it; it ends with the test. A failure prints its seed and its last events. */
export async function startScenario(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({
    bus: BUS,
    clock: 'manual',
    seed: SEED,
    startTime: START_TIME,
    ...options,
  });
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${task.name}\n${story(cluster)}\n`);
    await cluster.stop();
  });
  return cluster;
}

/** Seed, virtual time and last events: what one needs to understand a failure. */
export function story(cluster: Cluster): string {
  return `seed ${cluster.seed}, virtual time ${new Date(cluster.now()).toISOString()}; last events:\n${cluster.timeline({ last: SHOWN_EVENTS })}`;
}

/** The masters, which there have to be that many of. */
export function masters(cluster: Cluster): [TestNode, TestNode, TestNode] {
  const [a, b, c] = cluster.masters;
  if (a === undefined || b === undefined || c === undefined)
    throw new Error('the cluster has fewer than three masters');
  return [a, b, c];
}

/** The first replica of a master. */
export function replicaOf(master: TestNode): TestNode {
  const [replica] = master.replicas;
  if (replica === undefined) throw new Error(`${master.name} has no replica`);
  return replica;
}

/** What a node holds about the cluster. */
export function stateOf(node: TestNode): ClusterState {
  const { cluster } = node.process.node;
  if (cluster === null) throw new Error(`${node.name} is not in cluster mode`);
  return cluster.state;
}

/** A node as another one sees it. */
export function viewOf(viewer: TestNode, subject: TestNode): ClusterNode {
  const seen = stateOf(viewer).nodes.get(subject.id);
  if (seen === undefined) throw new Error(`${viewer.name} does not know ${subject.name}`);
  return seen;
}

/** A line of CLUSTER NODES. */
export interface NodesLine {
  readonly id: string;
  readonly address: string;
  readonly flags: readonly string[];
  readonly masterId: string;
  readonly configEpoch: number;
  readonly link: string;
  readonly slots: readonly string[];
}

/** CLUSTER NODES of a node, by node id. */
export async function nodesOf(viewer: TestNode): Promise<Map<string, NodesLine>> {
  const text = String(await viewer.command('CLUSTER', 'NODES'));
  const lines = new Map<string, NodesLine>();
  for (const line of text.trimEnd().split('\n')) {
    const [id = '', address = '', flags = '', masterId = '', , , epoch = '', link = '', ...slots] =
      line.split(' ');
    lines.set(id, {
      id,
      address,
      flags: flags.split(','),
      masterId,
      configEpoch: Number(epoch),
      link,
      slots,
    });
  }
  return lines;
}

/** How CLUSTER NODES of one node shows another. */
export async function lineOf(viewer: TestNode, subject: TestNode): Promise<NodesLine> {
  const line = (await nodesOf(viewer)).get(subject.id);
  if (line === undefined) throw new Error(`${viewer.name} does not list ${subject.name}`);
  return line;
}

/** CLUSTER INFO, INFO and the like: lines of `name:value`. */
export async function fieldsOf(
  node: TestNode,
  ...command: readonly CommandArgument[]
): Promise<Record<string, string>> {
  const text = String(await node.command(...command));
  return Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(/:(.*)/s)),
  );
}

/** What `cluster_state` of CLUSTER INFO says. */
export async function clusterStateOf(node: TestNode): Promise<string> {
  return (await fieldsOf(node, 'CLUSTER', 'INFO'))['cluster_state'] ?? '';
}

/** The text of the error reply that a command gets. */
export async function refusal(reply: Promise<CommandReply>): Promise<string> {
  const outcome = await reply.then(
    (value) => ({ value }),
    (error: Error) => ({ error }),
  );
  if ('error' in outcome) return outcome.error.message;
  expect.fail(`expected an error reply, got ${JSON.stringify(outcome.value)}`);
}

/** One more connection to a node without a socket, beside the one of `node.command()`. */
export function connectionTo(cluster: Cluster, node: TestNode): CommandClient {
  return new CommandClient(node.process, cluster.pump);
}

type EventOf<Kind extends NodeEvent['kind']> = Extract<NodeEvent, { readonly kind: Kind }>;
export type Entry<Kind extends NodeEvent['kind']> = Omit<ClusterLogEntry, 'event'> & {
  readonly event: EventOf<Kind>;
};

/** The events of one kind, oldest first. */
export function eventsOf<Kind extends NodeEvent['kind']>(
  cluster: Cluster,
  kind: Kind,
  { since = 0, by }: { readonly since?: number; readonly by?: TestNode } = {},
): Entry<Kind>[] {
  const found = cluster.events.filter(
    ({ atMs, node, event }) => event.kind === kind && atMs >= since && (by === undefined || node === by.name),
  );
  return found as unknown as Entry<Kind>[];
}

/** When each viewer reported it of a node for the first time, ms after `since`; in the order of the viewers. */
export function reportTimes(
  cluster: Cluster,
  kind: 'pfail' | 'fail' | 'pfail-cleared' | 'fail-cleared',
  subject: TestNode,
  viewers: readonly TestNode[],
  since: number,
): number[] {
  return viewers.map((viewer) => {
    const entry = eventsOf(cluster, kind, { since, by: viewer }).find(
      ({ event }) => event.node === subject.id,
    );
    return entry === undefined ? Number.NaN : entry.atMs - since;
  });
}

/** Runs a command at the owner of a key as a cluster client does: begins at any running node, follows MOVED and ASK. */
export async function atOwner(
  cluster: Cluster,
  ...command: readonly CommandArgument[]
): Promise<CommandReply> {
  let node = cluster.nodes.find(({ state }) => state === 'running');
  let asking = false;
  for (let redirects = 0; node !== undefined; redirects++) {
    if (asking) void node.command('ASKING');
    try {
      return await node.command(...command);
    } catch (error) {
      const [word = '', , address = ''] = (error as Error).message.split(' ');
      if ((word !== 'MOVED' && word !== 'ASK') || redirects === FOLLOWED_REDIRECTS) throw error;
      asking = word === 'ASK';
      node = cluster.node(address);
    }
  }
  throw new Error('no node is running');
}

/** True when all the given nodes agree, about every slot, on its owner, and the owners are running masters. */
export function agreeOnSlots(nodes: readonly TestNode[]): boolean {
  const [first, ...others] = nodes.map(slotMap);
  return others.every((map) => map === first);
}

/** Who owns which slots in the view of a node, as text. */
export function slotMap(viewer: TestNode): string {
  return stateOf(viewer)
    .nodes.list.filter((node) => node.slots.count > 0)
    .map((node) => `${node.id} ${node.slots.ranges.join(' ')}`)
    .sort()
    .join('\n');
}
