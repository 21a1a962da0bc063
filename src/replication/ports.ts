/** What replication needs of the node around it. It owns no socket, timer, dataset or randomness: all come through here. */
import type { ByteString } from '../resp/byte-string.js';
import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import type { ReplicationEvent } from './events.js';

/** The directives replication reads, by their redis.conf names, always the current value. Seconds and bytes, as in redis.conf. */
export interface ReplicationConfig {
  readonly 'repl-backlog-size': number;
  readonly 'repl-backlog-ttl': number;
  readonly 'repl-timeout': number;
  readonly 'repl-ping-replica-period': number;
  readonly 'repl-diskless-sync': boolean;
  readonly 'repl-diskless-sync-delay': number;
  readonly 'repl-diskless-sync-max-replicas': number;
  readonly 'repl-diskless-load': 'disabled' | 'on-empty-db' | 'swapdb';
  readonly 'min-replicas-to-write': number;
  readonly 'min-replicas-max-lag': number;
  /** Empty = none. */
  readonly masterauth: string;
  readonly masteruser: string;
  readonly 'replica-announce-ip': string;
  readonly 'replica-announce-port': number;
  readonly 'replica-priority': number;
  readonly 'replica-read-only': boolean;
  readonly 'replica-announced': boolean;
  readonly appendonly: boolean;
}

/** Counters of INFO stats that replication raises. */
export interface ReplicationStats {
  syncFull: number;
  syncPartialOk: number;
  syncPartialError: number;
}

/** The connection to the master, once it was asked for. */
export interface ByteStream {
  write(bytes: ByteString | Uint8Array): void;
  /** Closes without a call of onClose. */
  close(): void;
}

export interface ByteStreamHandlers {
  onConnected(): void;
  onData(chunk: Uint8Array): void;
  /** The other end closed, the connection broke, or it could not be opened. */
  onClose(reason?: string): void;
}

/** What replication uses of a client's session (see commands/session.ts). */
export interface ReplicaSession {
  readonly id: number;
  /** `ip:port` of the other end. */
  readonly address: string;
  readonly lastInteractionMs: number;
  isReplica: boolean;
  closeAfterReply: boolean;
  /** Bytes of the stream that the backlog keeps for it until it is ready: they count as output that waits. */
  heldBytes: number;
  /** @param isBuffered false: a part of a snapshot, which is not subject to the limits of output buffers. */
  sendRaw(bytes: ByteString | Uint8Array, isBuffered?: boolean): void;
  close(reason: string): void;
}

/** What a snapshot for replicas has to contain. */
export interface SnapshotRequest {
  /** The database that the replication stream has selected at this moment (AUX field repl-stream-db). */
  readonly streamDbIndex: number;
  readonly replicationId: string;
  readonly replicationOffset: number;
  /** REPLCONF rdb-filter-only left the keys out. */
  readonly excludeData: boolean;
  /** REPLCONF rdb-filter-only left the functions out. */
  readonly excludeFunctions: boolean;
}

export type SnapshotTarget = 'disk' | 'sockets';

export interface SnapshotOutcome {
  /** The signal that ended the child; 0 = none. */
  readonly signal: number;
  readonly failed: boolean;
}

/** Hears of the child that makes a snapshot. */
export interface SnapshotWatcher {
  /** @param part that is made by now, from 0 to 1. */
  onProgress(part: number): void;
  onEnd(outcome: SnapshotOutcome): void;
}

/** The child processes of the node, one at a time. */
export interface SnapshotSaver {
  /** What the child that runs writes: an RDB file, a snapshot for replicas, something else. Null: none runs. */
  readonly running: SnapshotTarget | 'other' | null;
  /** The child ends at once when its work takes no time. @param target disk: there it is the RDB file of the node. */
  start(rdb: Uint8Array, target: SnapshotTarget, watcher: SnapshotWatcher): void;
  /** No replica waits any more: the child ends, unless it saves for the node as well. */
  abandon(): void;
}

export interface LoadedSnapshot {
  /** AUX field repl-stream-db: what the stream has selected where it goes on; null when the snapshot did not tell. */
  readonly streamDbIndex: number | null;
  readonly keys: number;
}

/** Loading takes time, in which the node serves nothing, or its old data. */
export interface LoadingState {
  /** Virtual time that it takes for each key. */
  readonly keyDelayMs: number;
  /** @param isAsync the old data are served meanwhile. @param totalBytes 0 = not known. */
  begin(isAsync: boolean, totalBytes: number): void;
  end(): void;
}

export interface ReplicationHost {
  /** The release the node behaves as; 7.2 by default. */
  readonly version?: '7.0' | '7.2';
  readonly clock: Clock;
  readonly random: Random;
  readonly config: ReplicationConfig;
  readonly stats: ReplicationStats;
  /** Opens a connection to a master's client port; the handlers are called later, never before this returns. Null = failed on the spot. */
  connect(host: string, port: number, handlers: ByteStreamHandlers): ByteStream | null;
  /** An RDB file of the dataset as it is now. Null = a snapshot cannot be made. */
  createSnapshot(request: SnapshotRequest): Uint8Array | null;
  /** Absent: a snapshot is made in no time. */
  readonly saver?: SnapshotSaver;
  isDatasetEmpty(): boolean;
  /** The dataset is about to be replaced: nothing may save the old one any more. */
  beforeLoad?(): void;
  /** Absent: loading takes no time. */
  readonly loading?: LoadingState;
  /** Keys that a snapshot holds. Throws RdbFormatError when it is malformed. */
  countKeys(rdb: Uint8Array): number;
  /** Replaces the whole dataset. Throws RdbFormatError when the file is malformed; the dataset is then empty. */
  loadSnapshot(rdb: Uint8Array): LoadedSnapshot;
  /** The snapshot is loaded and the link is live: what persistence is on begins anew with it. */
  onInSync?(rdb: Uint8Array): void;
  /** The node is no replica any more. */
  onPromoted?(): void;
  /**
   * The master link's session starts anew: an open MULTI is forgotten.
   * @param dbIndex the selected database; null keeps the one it had (a partial resynchronization).
   */
  resetMasterSession(dbIndex: number | null): void;
  /** Executes a command of the master's stream as the master link's session; no reply is written. */
  applyFromMaster(argv: readonly ByteString[]): void;
  /** The database that the master link's session has selected. */
  masterSessionDbIndex(): number;
  /**
   * The replication offset up to which the AOF is durable; null when there is no AOF, or the release does not tell it to
   * others (before 7.2). A node without it counts as one without AOF.
   */
  fsyncedOffset?(): number | null;
  /** The port that clients of this node connect to, as it is announced to a master when replica-announce-port is 0. */
  localListeningPort(): number;
  /** Some CLIENT PAUSE or failover pause is active now: nothing may be added to the stream on our own account. */
  isStreamPaused(): boolean;
  /** A CLUSTER FAILOVER is under way with this node as the old master (mf_end is set). */
  isManualFailoverInProgress(): boolean;
  /** FAILOVER: holds back the writes of clients until endFailoverPause(). */
  pauseWritesForFailover(untilMs: number): void;
  endFailoverPause(): void;
  /** The node becomes a replica: clients blocked in BLPOP, WAIT and the like get UNBLOCKED and are closed. */
  disconnectBlockedClients(): void;
  log(level: 'debug' | 'verbose' | 'notice' | 'warning', text: string): void;
  emit(event: ReplicationEvent): void;
}
