/** The nodes of a cluster, and how to find the one that is meant. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { slotForKey } from '../../fixtures/keys.js';
import type { ClusterNode } from '../cluster/cluster-node.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { SLOT_COUNT } from '../cluster/constants.js';
import type { Identity } from '../io/certificate.js';
import type { TcpConnector } from '../io/outside-connector.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { MemoryStorage } from '../network/memory-storage.js';
import type { Network } from '../network/network.js';
import type { NodeProcess } from '../network/node-process.js';
import type { Counters } from './counters.js';
import type { EventLog } from './event-log.js';
import type { ClientFaults } from './faults/client-faults.js';
import type { LinkFaults } from './faults/link-faults.js';
import type { KitEvent } from './kit-events.js';
import type { NodePorts } from './node-ports.js';
import { ShownCluster } from './shown.js';
import { type NodeOwner, noSuchNode, type TestNode } from './test-node.js';

/** A process that does not run yet, and the ports that are bound for it. */
export interface ProcessWithPorts {
  readonly process: NodeProcess;
  readonly ports: NodePorts;
}

/** What startCluster hands over to the cluster it made. */
export interface ClusterParts {
  readonly seed: number;
  readonly pump: RealTimePump;
  readonly network: Network;
  readonly connector: TcpConnector;
  readonly log: EventLog;
  readonly ports: readonly NodePorts[];
  /** Null without TLS. */
  readonly identity: Identity | null;
  /** Another process on ports of its own. @param disk default: an empty one. */
  addProcess(disk?: MemoryStorage): Promise<ProcessWithPorts>;
}

/** What a TLS client of the cluster may be given; PEM texts. */
export interface TlsMaterial {
  /** Who vouches for the nodes. */
  readonly ca: string;
  /** A certificate that the nodes accept, with its key. */
  readonly cert: string;
  readonly key: string;
}

export abstract class ClusterNodes extends ShownCluster implements NodeOwner {
  /** All nodes, running or not: the first masters, then their replicas, then those that were added, in an order that never changes. */
  readonly nodes: readonly TestNode[];
  /** The same list, for those who add and remove nodes. */
  protected readonly members: TestNode[];
  /** The seed of everything random in this cluster: give it to startCluster to get the same run. */
  readonly seed: number;
  readonly pump: RealTimePump;
  protected readonly parts: ClusterParts;
  protected isStopped = false;

  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    super();
    this.parts = parts;
    this.seed = parts.seed;
    this.pump = parts.pump;
    this.members = [...makeNodes(this)];
    this.nodes = this.members;
  }

  /** Running nodes that are masters by their own view, in the order of `nodes`. */
  get masters(): TestNode[] {
    return this.nodes.filter((node) => node.isRunning && node.role === 'master');
  }

  /** Running nodes that are replicas by their own view. */
  get replicas(): TestNode[] {
    return this.nodes.filter((node) => node.isRunning && node.role === 'replica');
  }

  /**
   * For clients of a cluster that speaks TLS: `redisOptions: { tls: { ca: cluster.tls.ca } }` of ioredis,
   * `defaults: { socket: { tls: true, ca: cluster.tls.ca } }` of node-redis. Null without the option `tls`. Where
   * `config` names files of your own, those are what clients need.
   */
  get tls(): TlsMaterial | null {
    const { identity } = this.parts;
    return identity === null ? null : { ca: identity.cert, cert: identity.cert, key: identity.key };
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
    if (!this.isStopped) return;
    throw new RedisTestClusterError('STOPPED', 'this cluster was stopped; start another one');
  }

  /** The test kit did something to a node. */
  recordEvent(node: TestNode, event: KitEvent): void {
    this.parts.log.record({ atMs: this.pump.clock.nowMs(), node: node.name, event });
  }

  abstract settle(): Promise<void>;
  abstract readonly clients: ClientFaults;
  abstract readonly links: LinkFaults;
  abstract countersOf(node: TestNode): Counters;
}

function stateOf(node: TestNode): ClusterState | null {
  return node.process.isRunning ? (node.process.node.cluster?.state ?? null) : null;
}
