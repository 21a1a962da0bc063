// A ClusterHost without anything behind it, for tests of single functions on a state made by hand.
import { hashSlotOfBytes } from '../../fixtures/index.js';
import type { BusLink } from '../../src/cluster/bus-link.js';
import { ClusterNode } from '../../src/cluster/cluster-node.js';
import { ClusterState } from '../../src/cluster/cluster-state.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import type { ClusterConfig, ClusterHost } from '../../src/cluster/ports.js';
import { addReplica } from '../../src/cluster/replica-list.js';
import { joinShard } from '../../src/cluster/shards.js';
import { Random } from '../../src/time/random.js';

export const NOW_MS = 1_700_000_000_000;

export type FakeConfig = { -readonly [Name in keyof ClusterConfig]: ClusterConfig[Name] };

export class FakeHost implements ClusterHost {
  readonly random = new Random(1);
  /** Names of the keys that exist. */
  readonly keyNames = new Set<string>();
  readonly logs: string[] = [];
  saved: { text: string; fsync: boolean }[] = [];
  saveError: string | null = null;
  ownOffset = 0;
  now = NOW_MS;
  readonly config: FakeConfig;

  constructor(config: Partial<FakeConfig> = {}) {
    this.config = { ...DEFAULTS, ...config };
  }

  readonly keys: ClusterHost['keys'] = {
    countKeysInSlot: (slot) => this.#inSlot(slot).length,
    keysInSlot: (slot, count) => this.#inSlot(slot).slice(0, count),
    deleteKeysInSlot: () => 0,
    totalKeys: () => this.keyNames.size,
    keyExists: (key) => this.keyNames.has(key),
    emptyDataset: () => this.keyNames.clear(),
  };

  readonly replication: ClusterHost['replication'] = {
    offset: () => this.ownOffset,
    masterAddress: () => null,
    isMasterLinkUp: () => false,
    lastMasterInteractionMs: () => 0,
    masterLinkDownSinceMs: () => 0,
    replicateFrom: () => {},
    stopReplicating: () => {},
  };

  readonly clients: ClusterHost['clients'] = {
    pauseWritesForFailover: () => {},
    endFailoverPause: () => {},
    deliverPublish: () => {},
    dropShardChannels: () => {},
    disconnectBlockedClients: () => {},
  };

  nowMs(): number {
    return this.now;
  }

  connect(): null {
    return null;
  }

  saveNodesConf(write: () => string, fsync: boolean): void {
    if (this.saveError !== null) throw new Error(this.saveError);
    this.saved.push({ text: write(), fsync });
  }

  log(_level: string, text: string): void {
    this.logs.push(text);
  }

  emit(): void {}

  #inSlot(slot: number): string[] {
    return [...this.keyNames].filter((key) => hashSlotOfBytes(key) === slot);
  }
}

/** A state whose own node is a master at 127.0.0.1:7000. Ids are one digit, repeated. */
export function fakeState(host: FakeHost = new FakeHost()): ClusterState {
  const myself = new ClusterNode('0'.repeat(40), 'a'.repeat(40), NodeFlag.MYSELF | NodeFlag.MASTER, NOW_MS);
  setAddress(myself, 7000);
  const state = new ClusterState(host, myself);
  joinShard(state, myself);
  return state;
}

/** Another node: `digit` is its id (repeated) and the end of its port. */
export function addNode(state: ClusterState, digit: number, master: ClusterNode | null = null): ClusterNode {
  const role = master === null ? NodeFlag.MASTER : NodeFlag.REPLICA;
  const shardId = master?.shardId ?? String.fromCharCode('a'.charCodeAt(0) + digit).repeat(40);
  const node = new ClusterNode(String(digit).repeat(40), shardId, role, NOW_MS);
  setAddress(node, 7000 + digit);
  state.nodes.add(node);
  joinShard(state, node);
  if (master !== null) {
    node.replicaOf = master;
    addReplica(master, node);
  }
  return node;
}

/** Turns the own node of a fresh state into a replica. */
export function becomeReplicaOf(state: ClusterState, master: ClusterNode): void {
  state.myself.flags = NodeFlag.MYSELF | NodeFlag.REPLICA;
  state.myself.replicaOf = master;
  state.myself.shardId = master.shardId;
  addReplica(master, state.myself);
  joinShard(state, state.myself);
}

export function assignRange(state: ClusterState, node: ClusterNode, first: number, last: number): void {
  for (let slot = first; slot <= last; slot++) state.slots.assign(slot, node);
}

export function fakeLink(node: ClusterNode, inbound: boolean, sendBufferBytes = 0): BusLink {
  return {
    node,
    inbound,
    createdAtMs: NOW_MS,
    peerIp: '127.0.0.1',
    localIp: '127.0.0.1',
    sendBufferBytes,
    send: () => {},
    close: () => {},
  };
}

function setAddress(node: ClusterNode, port: number): void {
  node.ip = '127.0.0.1';
  node.port = port;
  node.busPort = port + 10000;
}

const DEFAULTS: FakeConfig = {
  'cluster-node-timeout': 15000,
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
  port: 7000,
  'tls-port': 0,
  'cluster-port': 0,
  'repl-ping-replica-period': 10,
};
