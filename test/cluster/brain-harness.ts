// A small deterministic cluster of ClusterBrains: one virtual clock, links in memory that keep the order of messages,
// cuts, kills and restarts, and fakes for the data, the replication and the clients of each node.
import { ClusterBrain } from '../../src/cluster/brain.js';
import type { BusLink } from '../../src/cluster/bus-link.js';
import type { ClusterNode } from '../../src/cluster/cluster-node.js';
import type { ClusterState } from '../../src/cluster/cluster-state.js';
import { CRON_PERIOD_MS, SLOT_COUNT } from '../../src/cluster/constants.js';
import type { ClusterEvent } from '../../src/cluster/events.js';
import type { BusMessage } from '../../src/cluster/message.js';
import type { ClusterConfig, ClusterHost } from '../../src/cluster/ports.js';
import { Random } from '../../src/time/random.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type TestConfig = Mutable<ClusterConfig>;

const START_MS = 1_700_000_000_000;
const REPLICATION_STEP_MS = 20;
const BUS_PORT_OFFSET = 10000;

/** So that tests may take nodes out by position; none takes more than it asked for. */
export type Nodes = [TestNode, TestNode, TestNode, TestNode, TestNode, TestNode, TestNode, ...TestNode[]];

export interface HarnessOptions {
  readonly seed?: number;
  readonly nodeTimeoutMs?: number;
  /** Messages take 1 to this many milliseconds; those of one connection stay in order. Default 1. */
  readonly maxLatencyMs?: number;
  /** Changes to the configuration of every node. */
  readonly config?: Partial<TestConfig>;
}

/** An event with the node that emitted it and the virtual time. */
export type RecordedEvent = { readonly seenBy: TestNode; readonly atMs: number } & ClusterEvent;

/** One end of a connection. */
class TestLink implements BusLink {
  node: ClusterNode | null = null;
  readonly inbound: boolean;
  readonly createdAtMs: number;
  readonly owner: TestNode;
  readonly remote: TestNode;
  peer: TestLink | null = null;
  connected = false;
  closed = false;
  /** Sent during the current input of the owner, or before the connect. */
  readonly outbox: BusMessage[] = [];
  /** What a cut holds back, in order. */
  readonly stalled: (() => void)[] = [];
  /** When the last message sent so far arrives. */
  lastDueMs = 0;
  sendBufferBytes = 0;

  constructor(owner: TestNode, remote: TestNode, inbound: boolean, createdAtMs: number) {
    this.owner = owner;
    this.remote = remote;
    this.inbound = inbound;
    this.createdAtMs = createdAtMs;
  }

  get peerIp(): string {
    return this.remote.ip;
  }

  get localIp(): string {
    return this.owner.ip;
  }

  send(message: BusMessage): void {
    if (this.closed) return;
    this.outbox.push(message);
    this.owner.pendingLinks.add(this);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.outbox.length = 0;
    this.owner.links.delete(this);
    const { peer } = this;
    if (peer !== null) this.owner.cluster.transmit(this, () => peer.remoteClosed());
  }

  remoteClosed(): void {
    if (this.closed) return;
    this.closed = true;
    this.owner.links.delete(this);
    this.owner.input((brain) => brain.onLinkClosed(this));
  }
}

/** What the fakes around a brain saw. */
export interface Seen {
  readonly deliveries: string[];
  readonly droppedChannelSlots: number[];
  pausedUntilMs: number;
  blockedClientsDisconnected: number;
  datasetEmptied: number;
  saves: { readonly text: string; readonly fsync: boolean }[];
}

export class TestNode {
  readonly cluster: BrainCluster;
  readonly name: string;
  readonly ip: string;
  readonly config: TestConfig;
  readonly random: Random;
  readonly links = new Set<TestLink>();
  readonly pendingLinks = new Set<TestLink>();
  readonly logs: string[] = [];
  readonly keys = new Map<number, number>();
  seen: Seen = newSeen();
  alive = true;
  life = 0;
  nodesConf: string | null = null;
  /** Set to make the next saves fail. */
  saveError: string | null = null;
  brain: ClusterBrain;
  /** Replication: offset, and the master this node replicates from. */
  offset = 0;
  masterAddress: { host: string; port: number } | null = null;
  masterLinkUp = false;
  masterLinkDownSinceMs = 0;
  lastMasterInteractionMs = 0;
  replicaOffsetLag = 0;

  constructor(cluster: BrainCluster, index: number, config: TestConfig) {
    this.cluster = cluster;
    this.name = `n${index}`;
    this.ip = `10.0.0.${index + 1}`;
    this.config = config;
    this.random = cluster.random;
    this.brain = this.#boot();
  }

  get state(): ClusterState {
    return this.brain.state;
  }

  get id(): string {
    return this.brain.state.myself.id;
  }

  get isMaster(): boolean {
    return this.brain.state.myself.isMaster;
  }

  /** How this node sees another one. */
  view(other: TestNode): ClusterNode {
    const node = this.state.nodes.get(other.id);
    if (node === undefined) throw new Error(`${this.name} does not know ${other.name}`);
    return node;
  }

  knows(other: TestNode): boolean {
    return this.state.nodes.get(other.id) !== undefined;
  }

  /** Runs one input as the node around the brain does: handle, before-sleep, then let the messages go. */
  input(handle: (brain: ClusterBrain) => void): void {
    if (!this.alive) return;
    handle(this.brain);
    this.brain.beforeSleep();
    this.cluster.afterInput(this);
    for (const link of this.pendingLinks) {
      if (link.connected && !link.closed) this.cluster.flush(link);
    }
    for (const link of this.pendingLinks) {
      if (link.outbox.length === 0 || link.closed) this.pendingLinks.delete(link);
    }
  }

  /** A command of a user. */
  command(handle: (brain: ClusterBrain) => void): void {
    this.input(handle);
  }

  kill(): void {
    this.alive = false;
    for (const link of [...this.links]) link.close();
    this.links.clear();
    this.pendingLinks.clear();
  }

  restart(): void {
    this.life++;
    this.masterAddress = null;
    this.masterLinkUp = false;
    this.masterLinkDownSinceMs = 0;
    this.seen = { ...newSeen(), saves: this.seen.saves };
    this.brain = this.#boot();
    this.alive = true;
  }

  #boot(): ClusterBrain {
    return new ClusterBrain(this.#host(), this.nodesConf);
  }

  #host(): ClusterHost {
    const { cluster } = this;
    const life = this.life;
    return {
      random: this.random,
      config: this.config,
      keys: {
        countKeysInSlot: (slot) => this.keys.get(slot) ?? 0,
        keysInSlot: () => [],
        deleteKeysInSlot: (slot) => {
          const count = this.keys.get(slot) ?? 0;
          this.keys.delete(slot);
          return count;
        },
        totalKeys: () => [...this.keys.values()].reduce((sum, count) => sum + count, 0),
        keyExists: () => false,
        emptyDataset: () => {
          this.keys.clear();
          this.seen.datasetEmptied++;
        },
      },
      replication: {
        offset: () => this.offset,
        masterAddress: () => this.masterAddress,
        isMasterLinkUp: () => this.masterLinkUp,
        lastMasterInteractionMs: () => this.lastMasterInteractionMs,
        masterLinkDownSinceMs: () => this.masterLinkDownSinceMs,
        replicateFrom: (host, port) => {
          if (this.masterLinkUp) this.masterLinkDownSinceMs = cluster.nowMs;
          this.masterLinkUp = false;
          this.masterAddress = { host, port };
        },
        stopReplicating: () => {
          this.masterLinkUp = false;
          this.masterAddress = null;
        },
      },
      clients: {
        pauseWritesForFailover: (untilMs) => {
          this.seen.pausedUntilMs = untilMs;
        },
        endFailoverPause: () => {
          this.seen.pausedUntilMs = 0;
        },
        deliverPublish: (channel, payload, sharded) => {
          this.seen.deliveries.push(`${sharded ? 'sharded ' : ''}${channel}=${payload}`);
        },
        dropShardChannels: (slot) => {
          this.seen.droppedChannelSlots.push(slot);
        },
        disconnectBlockedClients: () => {
          this.seen.blockedClientsDisconnected++;
        },
      },
      nowMs: () => cluster.nowMs,
      connect: (ip, busPort) => cluster.connect(this, ip, busPort),
      saveNodesConf: (write, fsync) => {
        if (this.saveError !== null) throw new Error(this.saveError);
        const text = write();
        this.nodesConf = text;
        this.seen.saves.push({ text, fsync });
      },
      log: (_level, text) => {
        this.logs.push(text);
      },
      emit: (event) => {
        if (life === this.life) cluster.record(this, event);
      },
    };
  }
}

export class BrainCluster {
  readonly nodes: TestNode[] = [];
  readonly events: RecordedEvent[] = [];
  readonly random: Random;
  nowMs = START_MS;
  /** Called after each input of a node; simulations check their invariants here. */
  onInput: ((node: TestNode) => void) | null = null;
  readonly #due = new Map<number, (() => void)[]>();
  readonly #cuts = new Set<string>();
  readonly #stalledLinks = new Set<TestLink>();
  readonly #options: HarnessOptions;

  constructor(options: HarnessOptions = {}) {
    this.#options = options;
    this.random = new Random(options.seed ?? 1);
    this.#schedule(REPLICATION_STEP_MS, () => this.#stepReplication());
  }

  addNode(config: Partial<TestConfig> = {}): TestNode {
    const index = this.nodes.length;
    const node = new TestNode(this, index, {
      ...defaultConfig(7000 + index),
      'cluster-node-timeout': this.#options.nodeTimeoutMs ?? 1000,
      ...this.#options.config,
      ...config,
    });
    this.nodes.push(node);
    // Nodes tick at different moments, as processes do that did not start together.
    this.#schedule(1 + ((index * 37) % CRON_PERIOD_MS), () => this.#tick(node));
    return node;
  }

  /** Nodes that know each other, without slots. */
  joined(count: number): Nodes {
    const nodes = Array.from({ length: count }, () => this.addNode()) as Nodes;
    this.join(nodes);
    return nodes;
  }

  join(nodes: readonly TestNode[]): void {
    const [first, ...others] = nodes;
    if (first === undefined) return;
    for (const other of others) this.meet(first, other);
    this.runUntil(() => nodes.every((node) => this.isAcquainted(node, nodes)), 20_000);
  }

  isAcquainted(node: TestNode, nodes: readonly TestNode[]): boolean {
    return nodes.every((other) => {
      const view = node.state.nodes.get(other.id);
      return view !== undefined && !view.inHandshake && (other === node || view.link !== null);
    });
  }

  /** A cluster of `masters`, each with `replicas`, all in state ok. Masters come first in the list. */
  formed(masters: number, replicas = 0): Nodes {
    const nodes = this.joined(masters * (1 + replicas));
    for (let index = 0; index < masters; index++) {
      const start = Math.floor((SLOT_COUNT * index) / masters);
      const end = Math.floor((SLOT_COUNT * (index + 1)) / masters);
      this.node(index).command((brain) => brain.addSlots(slotRange(start, end - 1)));
    }
    for (let index = masters; index < nodes.length; index++) {
      const master = this.node(index % masters);
      const replica = this.node(index);
      replica.command((brain) => brain.replicate(replica.view(master)));
    }
    for (const node of nodes) if (node.isMaster) node.offset = 1000;
    this.runUntil(() => this.isConverged(), 30_000);
    return nodes;
  }

  node(index: number): TestNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  meet(from: TestNode, to: TestNode): void {
    from.command((brain) => brain.meet(to.ip, to.config.port, to.config.port + BUS_PORT_OFFSET));
  }

  /** All live nodes are ok and agree on roles, on the owner of every slot, and nobody suspects a live node. */
  isConverged(): boolean {
    const alive = this.nodes.filter((node) => node.alive);
    const [first] = alive;
    if (first === undefined) return false;
    for (const node of alive) {
      if (!node.state.ok) return false;
      for (const other of alive) {
        const view = node.state.nodes.get(other.id);
        if (view === undefined || view.inHandshake || view.isFailing || view.isPossiblyFailing) return false;
        if (view.isMaster !== other.isMaster) return false;
        if (view.replicaOf?.id !== other.state.myself.replicaOf?.id) return false;
        if (view.isMaster && !view.slots.snapshot().equals(other.state.myself.slots.snapshot())) return false;
      }
    }
    return true;
  }

  run(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    while (this.nowMs < endMs) this.#step();
  }

  /** Runs until `reached`; fails when that takes longer than `limitMs`. @returns how long it took. */
  runUntil(reached: () => boolean, limitMs: number): number {
    const startMs = this.nowMs;
    while (!reached()) {
      if (this.nowMs - startMs >= limitMs) {
        throw new Error(
          `not reached in ${limitMs} ms of virtual time (seed ${this.random.seed})\n${this.#dump()}`,
        );
      }
      this.#step();
    }
    return this.nowMs - startMs;
  }

  /** Messages between the two groups wait until `heal`; connections survive as TCP connections do. */
  cut(first: readonly TestNode[], second: readonly TestNode[]): void {
    for (const one of first) {
      for (const other of second) {
        if (one === other) continue;
        this.#cuts.add(`${one.name}>${other.name}`);
        this.#cuts.add(`${other.name}>${one.name}`);
      }
    }
  }

  isolate(node: TestNode): void {
    this.cut([node], this.nodes);
  }

  heal(): void {
    this.#cuts.clear();
    for (const link of this.#stalledLinks) {
      const held = link.stalled.splice(0);
      for (const deliver of held) this.transmit(link, deliver);
    }
    this.#stalledLinks.clear();
  }

  isCut(from: TestNode, to: TestNode): boolean {
    return this.#cuts.has(`${from.name}>${to.name}`);
  }

  eventsOf<K extends ClusterEvent['kind']>(
    kind: K,
    by?: TestNode,
  ): (RecordedEvent & Extract<ClusterEvent, { kind: K }>)[] {
    return this.events.filter(
      (event): event is RecordedEvent & Extract<ClusterEvent, { kind: K }> =>
        event.kind === kind && (by === undefined || event.seenBy === by),
    );
  }

  record(by: TestNode, event: ClusterEvent): void {
    this.events.push({ seenBy: by, atMs: this.nowMs, ...event });
  }

  afterInput(node: TestNode): void {
    this.onInput?.(node);
  }

  connect(from: TestNode, ip: string, busPort: number): BusLink | null {
    const to = this.nodes.find((node) => node.ip === ip && node.config.port + BUS_PORT_OFFSET === busPort);
    if (to === undefined) return null;
    const link = new TestLink(from, to, false, this.nowMs);
    from.links.add(link);
    this.transmit(link, () => this.#accept(link, to));
    return link;
  }

  flush(link: TestLink): void {
    const { peer } = link;
    if (peer === null) return;
    for (const message of link.outbox.splice(0)) {
      this.transmit(link, () => {
        if (!peer.closed) peer.owner.input((brain) => brain.onMessage(peer, message));
      });
    }
  }

  /** Delivers in order on each link; a cut holds everything back. */
  transmit(link: TestLink, deliver: () => void): void {
    const latencyMs = 1 + this.random.below(this.#options.maxLatencyMs ?? 1);
    link.lastDueMs = Math.max(link.lastDueMs, this.nowMs + latencyMs);
    this.#schedule(link.lastDueMs - this.nowMs, () => {
      if (link.stalled.length === 0 && !this.isCut(link.owner, link.remote)) {
        deliver();
        return;
      }
      link.stalled.push(deliver);
      this.#stalledLinks.add(link);
    });
  }

  #accept(link: TestLink, to: TestNode): void {
    if (link.closed) return;
    if (!to.alive) {
      link.remoteClosed();
      return;
    }
    const peer = new TestLink(to, link.owner, true, this.nowMs);
    peer.peer = link;
    peer.connected = true;
    link.peer = peer;
    to.links.add(peer);
    to.input((brain) => brain.onInboundLink(peer));
    this.transmit(peer, () => {
      if (link.closed) return;
      link.connected = true;
      link.owner.input((brain) => brain.onLinkConnected(link));
    });
  }

  #schedule(delayMs: number, run: () => void): void {
    const dueMs = this.nowMs + delayMs;
    const list = this.#due.get(dueMs);
    if (list === undefined) this.#due.set(dueMs, [run]);
    else list.push(run);
  }

  #step(): void {
    this.nowMs++;
    const due = this.#due.get(this.nowMs);
    if (due === undefined) return;
    this.#due.delete(this.nowMs);
    for (const run of due) run();
  }

  #tick(node: TestNode): void {
    this.#schedule(CRON_PERIOD_MS, () => this.#tick(node));
    node.input((brain) => brain.cron());
  }

  #stepReplication(): void {
    this.#schedule(REPLICATION_STEP_MS, () => this.#stepReplication());
    for (const node of this.nodes) {
      if (!node.alive || node.masterAddress === null) continue;
      const { host, port } = node.masterAddress;
      const master = this.nodes.find((other) => other.ip === host && other.config.port === port);
      const reachable =
        master?.alive === true && !this.isCut(node, master) && !this.isCut(master, node) && master !== node;
      if (master !== undefined && reachable) {
        node.masterLinkUp = true;
        node.lastMasterInteractionMs = this.nowMs;
        node.offset = Math.max(0, master.offset - node.replicaOffsetLag);
      } else if (node.masterLinkUp && master?.alive !== true) {
        // A cut connection stays up and only falls silent; a dead process closes it.
        node.masterLinkUp = false;
        node.masterLinkDownSinceMs = this.nowMs;
      }
    }
  }

  #dump(): string {
    const lines: string[] = [];
    for (const node of this.nodes) {
      const { state } = node;
      lines.push(
        `${node.name} ${node.id.slice(0, 6)} ${node.alive ? 'alive' : 'dead'} ${state.ok ? 'ok' : 'fail'} epoch ${state.currentEpoch}/${state.myself.configEpoch}`,
      );
      for (const view of state.nodes.list) {
        lines.push(
          `    ${view.id.slice(0, 6)} flags ${view.flags} slots ${view.slots.count} epoch ${view.configEpoch} of ${view.replicaOf?.id.slice(0, 6) ?? '-'}`,
        );
      }
    }
    for (const event of this.events.slice(-30)) {
      const { seenBy, atMs, ...rest } = event;
      lines.push(`  +${atMs - START_MS} ${seenBy.name} ${JSON.stringify(rest)}`);
    }
    return lines.join('\n');
  }
}

export function slotRange(start: number, end: number): number[] {
  return Array.from({ length: end - start + 1 }, (_, index) => start + index);
}

function newSeen(): Seen {
  return {
    deliveries: [],
    droppedChannelSlots: [],
    pausedUntilMs: 0,
    blockedClientsDisconnected: 0,
    datasetEmptied: 0,
    saves: [],
  };
}

function defaultConfig(port: number): TestConfig {
  return {
    'cluster-node-timeout': 1000,
    'cluster-ping-interval': 0,
    'cluster-announce-ip': '',
    'cluster-announce-port': 0,
    'cluster-announce-tls-port': 0,
    'cluster-announce-bus-port': 0,
    'cluster-announce-hostname': '',
    'cluster-announce-human-nodename': '',
    'cluster-preferred-endpoint-type': 'ip',
    'cluster-require-full-coverage': true,
    'cluster-allow-reads-when-down': false,
    'cluster-allow-pubsubshard-when-down': true,
    'cluster-replica-no-failover': false,
    'cluster-replica-validity-factor': 10,
    'cluster-migration-barrier': 1,
    'cluster-allow-replica-migration': true,
    'cluster-link-sendbuf-limit': 0,
    'tls-cluster': false,
    'tls-replication': false,
    port,
    'tls-port': 0,
    'cluster-port': 0,
    'repl-ping-replica-period': 10,
  };
}
