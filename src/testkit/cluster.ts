/** A running test cluster: what startCluster() gives. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { slotForKey } from '../../fixtures/keys.js';
import type { ClusterNode } from '../cluster/cluster-node.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { SLOT_COUNT } from '../cluster/constants.js';
import type { TcpConnector } from '../io/outside-connector.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { Network } from '../network/network.js';
import { CommandClient } from './command-client.js';
import { type Duration, toMilliseconds } from './duration.js';
import type { ClusterLogEntry, EventLog } from './event-log.js';
import type { NodePorts } from './node-ports.js';
import { checkGroups, type Partition, partitionNetwork } from './partition.js';
import { isReady, readinessProblem } from './readiness.js';
import { type NodeOwner, noSuchNode, type TestNode } from './test-node.js';
import { TimeControl } from './time-control.js';
import { formatTimeline } from './timeline.js';

/** What startCluster hands over to the cluster it made. */
export interface ClusterParts {
  readonly seed: number;
  readonly pump: RealTimePump;
  readonly network: Network;
  readonly connector: TcpConnector;
  readonly log: EventLog;
  readonly ports: readonly NodePorts[];
}

/** A condition of waitFor: 'ok' is explained there. */
export type WaitCondition = 'ok' | ((cluster: Cluster) => boolean | Promise<boolean>);

export interface WaitOptions {
  /** Virtual time after which it gives up. Default '120s'. */
  readonly timeout?: Duration;
  /** What is waited for, for the error message. */
  readonly what?: string;
}

const DEFAULT_WAIT_MS = 120_000;
/** Events that an error of waitFor shows. */
const SHOWN_EVENTS = 25;

export class Cluster implements NodeOwner, AsyncDisposable {
  /** All nodes, running or not: the first masters, then their replicas, in an order that never changes. */
  readonly nodes: readonly TestNode[];
  /** The seed of everything random in this cluster: give it to startCluster to get the same run. */
  readonly seed: number;
  readonly pump: RealTimePump;
  readonly #parts: ClusterParts;
  readonly #time: TimeControl;
  /** Zero of the timeline. */
  #timelineStartMs: number;
  #stopping: Promise<void> | null = null;

  /** Made by startCluster(). */
  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    this.#parts = parts;
    this.seed = parts.seed;
    this.pump = parts.pump;
    this.#timelineStartMs = parts.pump.clock.nowMs();
    this.#time = new TimeControl(parts.pump);
    this.nodes = makeNodes(this);
  }

  /** The cluster is ready: its timeline counts from now. */
  beginTimeline(): void {
    this.#timelineStartMs = this.#time.nowMs;
  }

  /** Running nodes that are masters by their own view, in the order of `nodes`. */
  get masters(): TestNode[] {
    return this.nodes.filter((node) => node.isRunning && node.role === 'master');
  }

  /** Running nodes that are replicas by their own view. */
  get replicas(): TestNode[] {
    return this.nodes.filter((node) => node.isRunning && node.role === 'replica');
  }

  /** `[{ host, port }]` of all nodes: takes the place of start-up nodes in ioredis, iovalkey and valkey-glide. */
  get seeds(): { host: string; port: number }[] {
    return this.nodes.map(({ host, port }) => ({ host, port }));
  }

  /** `[{ url }]` of all nodes, for createCluster() of node-redis. */
  get rootNodes(): { url: string }[] {
    return this.nodes.map(({ uri }) => ({ url: uri }));
  }

  /** The running master that serves the slot; when there is none, the node that the others still hold for its owner. Throws NO_SUCH_NODE for an unassigned slot, INVALID_SLOT for no slot. */
  nodeForSlot(slot: number): TestNode {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOT_COUNT) {
      throw new RedisTestClusterError(
        'INVALID_SLOT',
        `a hash slot is an integer from 0 to 16383, got ${slot}`,
      );
    }
    let owner: TestNode | null = null;
    let ownerEpoch = -1;
    for (const node of this.nodes) {
      const state = stateOf(node);
      if (state === null || state.slots.ownerOf(slot) !== state.myself) continue;
      if (state.myself.configEpoch > ownerEpoch) {
        owner = node;
        ownerEpoch = state.myself.configEpoch;
      }
    }
    if (owner !== null) return owner;
    for (const node of this.nodes) {
      const id = stateOf(node)?.slots.ownerOf(slot)?.id;
      const seen = id === undefined ? undefined : this.nodes.find((candidate) => candidate.id === id);
      if (seen !== undefined) return seen;
    }
    return noSuchNode(`no node serves slot ${slot}`);
  }

  /** The node that serves the key's slot: see nodeForSlot. */
  nodeForKey(key: string | Uint8Array): TestNode {
    return this.nodeForSlot(slotForKey(key));
  }

  /** The node with that id, `host:port` or port. Throws NO_SUCH_NODE. */
  node(which: string | number): TestNode {
    const found = this.nodes.find(({ id, name, port }) => which === id || which === name || which === port);
    return (
      found ??
      noSuchNode(`this cluster has no node ${which}; it has ${this.nodes.map(({ name }) => name).join(', ')}`)
    );
  }

  /** Virtual time, Unix milliseconds: what TIME and every expiry of the nodes go by. */
  now(): number {
    this.pump.sync();
    return this.#time.nowMs;
  }

  /**
   * Moves virtual time forward. Every timer on the way fires in order; wherever bytes moved on a client's socket, they
   * are let through before time goes on. Waits first for what clients have sent already.
   * @param duration milliseconds, or a text such as '15s'.
   * @throws RedisTestClusterError INVALID_ARGUMENT, STOPPED.
   * @example
   * await cluster.advance('20s');
   */
  async advance(duration: Duration): Promise<void> {
    this.assertRunning();
    await this.#time.advanceBy(toMilliseconds(duration, 'advance(duration)'));
    this.assertRunning();
  }

  /**
   * Fast-forwards until a condition holds. It is tried before, and after every instant at which something happened.
   * `'ok'`: every running node says cluster_state:ok, every slot is served by a running master, and every running
   * replica is in sync with its master.
   * @returns the virtual time that it took, ms.
   * @throws RedisTestClusterError TIMEOUT with the cluster's last events; STOPPED; INVALID_ARGUMENT.
   * @example
   * await master.kill();
   * await cluster.waitFor(() => replica.role === 'master');
   */
  async waitFor(condition: WaitCondition, options: WaitOptions = {}): Promise<number> {
    this.assertRunning();
    const limitMs =
      options.timeout === undefined ? DEFAULT_WAIT_MS : toMilliseconds(options.timeout, 'timeout');
    if (condition !== 'ok' && typeof condition !== 'function') {
      const got = typeof condition === 'string' ? `'${condition}'` : String(condition);
      throw new RedisTestClusterError('INVALID_ARGUMENT', `waitFor() takes 'ok' or a function, got ${got}`);
    }
    const test = condition === 'ok' ? () => isReady(this.nodes) : () => condition(this);
    const startedAtMs = this.#time.nowMs;
    if (await this.#time.advanceUntil(test, limitMs)) return this.#time.nowMs - startedAtMs;
    this.assertRunning();
    const what = options.what ?? (condition === 'ok' ? 'the cluster to be ok' : 'a condition');
    const problem = condition === 'ok' ? `: ${readinessProblem(this.nodes) ?? ''}` : '';
    throw new RedisTestClusterError(
      'TIMEOUT',
      `waited ${limitMs} ms of virtual time for ${what}${problem}\nlast events (seed ${this.seed}):\n${this.timeline({ last: SHOWN_EVENTS })}`,
    );
  }

  /** Everything the nodes reported, oldest first: failure detection, elections, roles, slots, replication. */
  get events(): readonly ClusterLogEntry[] {
    return this.#parts.log.entries;
  }

  /**
   * The events as text, a line each with virtual times.
   * @param options `since`: only events at or after that virtual time (Unix ms), which then counts as zero; `last`: only that many.
   */
  timeline(options: { readonly since?: number; readonly last?: number } = {}): string {
    const since = options.since ?? this.#timelineStartMs;
    let entries = this.events.filter(({ atMs }) => atMs >= since);
    if (options.last !== undefined) entries = entries.slice(Math.max(0, entries.length - options.last));
    return formatTimeline(
      entries,
      since,
      (id) => this.nodes.find((node) => node.id === id)?.name ?? id.slice(0, 8),
    );
  }

  /**
   * Cuts the bus and the replication links between two groups of nodes, both ways; clients still reach every node.
   * What was sent waits, as on a cable that is pulled out, and arrives when the cut heals, unless TCP gave up first.
   * @param others the nodes on the other side; all that are not in the group unless given.
   * @returns a handle: heal() or dispose it.
   * @throws RedisTestClusterError INVALID_ARGUMENT unless both are groups of this cluster's nodes; STOPPED.
   */
  partition(group: readonly TestNode[], others?: readonly TestNode[]): Partition {
    this.assertRunning();
    checkGroups(this.nodes, group, others);
    const rest = others ?? this.nodes.filter((node) => !group.includes(node));
    return partitionNetwork(this.#parts.network, this.pump, group, rest);
  }

  /**
   * Deletes all data on every running master (FLUSHALL), and with that on their replicas.
   * @throws RedisTestClusterError COMMAND_FAILED when a master is paused or refuses; STOPPED.
   */
  async flush(): Promise<void> {
    this.assertRunning();
    await Promise.all(this.masters.map((node) => this.#flush(node)));
    await this.settle();
  }

  /** Ends every node and closes every port and socket. Nothing of the cluster stays behind. Calling it again does nothing more. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // What nodes need of their cluster

  seenByOthers(node: TestNode): ClusterNode | null {
    const { id } = node;
    for (const other of this.nodes) {
      if (other === node) continue;
      const state = stateOf(other);
      const seen = state?.nodes.get(id);
      if (seen !== undefined && state?.ok === true) return seen;
    }
    return null;
  }

  assertRunning(): void {
    if (this.#stopping === null) return;
    throw new RedisTestClusterError('STOPPED', 'this cluster was stopped; start another one');
  }

  async settle(): Promise<void> {
    await this.#time.settle();
  }

  /** On a connection of its own: that of command() may be in the middle of something. */
  async #flush(node: TestNode): Promise<void> {
    if (node.state === 'paused')
      throw new RedisTestClusterError('COMMAND_FAILED', `${node.name} is paused; resume() it before flush()`);
    const client = new CommandClient(node.process, this.pump);
    try {
      await client.run(['FLUSHALL']);
    } finally {
      client.close();
    }
  }

  async #stop(): Promise<void> {
    const { ports, connector } = this.#parts;
    for (const node of this.nodes) node.process.kill();
    this.pump.stop();
    await connector.closeStreams();
    await Promise.all(ports.map((port) => port.close()));
  }
}

function stateOf(node: TestNode): ClusterState | null {
  return node.process.isRunning ? (node.process.node.cluster?.state ?? null) : null;
}
