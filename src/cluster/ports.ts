/** What the cluster brain needs of the node around it. The brain owns no socket, timer, file, clock or randomness: all come through here. */
import type { ByteString } from '../resp/byte-string.js';
import type { Random } from '../time/random.js';
import type { BusLink } from './bus-link.js';
import type { ClusterEvent } from './events.js';

/** The directives the brain reads, by their redis.conf names, always the current value. Times and sizes in the directive's own unit. */
export interface ClusterConfig {
  readonly 'cluster-node-timeout': number;
  readonly 'cluster-ping-interval': number;
  readonly 'cluster-announce-ip': string;
  readonly 'cluster-announce-port': number;
  readonly 'cluster-announce-tls-port': number;
  readonly 'cluster-announce-bus-port': number;
  readonly 'cluster-announce-hostname': string;
  readonly 'cluster-announce-human-nodename': string;
  readonly 'cluster-preferred-endpoint-type': 'ip' | 'hostname' | 'unknown-endpoint';
  readonly 'cluster-require-full-coverage': boolean;
  readonly 'cluster-allow-reads-when-down': boolean;
  readonly 'cluster-allow-pubsubshard-when-down': boolean;
  readonly 'cluster-replica-no-failover': boolean;
  readonly 'cluster-replica-validity-factor': number;
  readonly 'cluster-migration-barrier': number;
  readonly 'cluster-allow-replica-migration': boolean;
  readonly 'cluster-link-sendbuf-limit': number;
  readonly 'tls-cluster': boolean;
  readonly 'tls-replication': boolean;
  readonly port: number;
  readonly 'tls-port': number;
  readonly 'cluster-port': number;
  readonly 'repl-ping-replica-period': number;
}

/** The data of the node, by slot. */
export interface SlotKeys {
  countKeysInSlot(slot: number): number;
  /** Up to `count` keys of the slot, oldest first. */
  keysInSlot(slot: number, count: number): ByteString[];
  /** Deletes every key of a slot that this node lost, and propagates the deletions as Redis does. */
  deleteKeysInSlot(slot: number): number;
  /** Keys in the whole dataset (DB 0). */
  totalKeys(): number;
  /** True when the key exists and has not expired; touches nothing. */
  keyExists(key: ByteString): boolean;
  /** Removes the whole dataset without propagating (CLUSTER RESET of a replica). */
  emptyDataset(): void;
}

/** The replication of the node. Offsets in bytes. */
export interface ReplicationPort {
  /** Offset to announce: a master's master_repl_offset, a replica's processed offset (0 when it has neither link nor cached master). */
  offset(): number;
  /** Where this node replicates from now, or null. */
  masterAddress(): { readonly host: string; readonly port: number } | null;
  /** True when the link to the master is up (state connected). */
  isMasterLinkUp(): boolean;
  /** Unix ms of the last byte from the master; meaningful while the link is up. */
  lastMasterInteractionMs(): number;
  /** Unix ms since when the link is down; 0 = it was never up. */
  masterLinkDownSinceMs(): number;
  /** Starts (or moves) replication to that address. */
  replicateFrom(host: string, port: number): void;
  /** Stops being a replica: the replication id changes, the old one is kept as second id. */
  stopReplicating(): void;
}

/** The clients of the node. */
export interface ClientsPort {
  /** Manual failover: holds back writes of clients, expiry, eviction and additions to the replication stream until that time. */
  pauseWritesForFailover(untilMs: number): void;
  endFailoverPause(): void;
  /** Delivers a message that came over the bus to local subscribers. */
  deliverPublish(channel: ByteString, payload: ByteString, sharded: boolean): void;
  /** The slot left this shard: its shard-channel subscribers get sunsubscribe pushes. */
  dropShardChannels(slot: number): void;
  /** The node turned from master to replica: blocked clients are sent away. */
  disconnectBlockedClients(): void;
}

export interface ClusterHost {
  /** The release the node behaves as; 7.2 by default. Decides the form of nodes.conf. */
  readonly version?: '7.0' | '7.2';
  readonly random: Random;
  readonly config: ClusterConfig;
  readonly keys: SlotKeys;
  readonly replication: ReplicationPort;
  readonly clients: ClientsPort;
  /** Unix milliseconds, constant while the node handles one input. */
  nowMs(): number;
  /** Opens a bus link to that address. The object exists at once, the connect happens later; null = it failed on the spot. */
  connect(ip: string, busPort: number): BusLink | null;
  /**
   * Stores nodes.conf; must be durable on return when `fsync` is set. Throws when it cannot be written.
   * @param write makes the text: that of a big cluster is long, and may be replaced before anybody reads it.
   */
  saveNodesConf(write: () => string, fsync: boolean): void;
  log(level: 'debug' | 'verbose' | 'notice' | 'warning', text: string): void;
  /** Reports something a user may want to see in the timeline. */
  emit(event: ClusterEvent): void;
}
