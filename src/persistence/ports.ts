/** What persistence needs of the node around it. It owns no file, timer or dataset: all come through here. */
import type { SavePoint } from '../config/list-directives.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import type { RdbInfo } from '../rdb/read-rdb.js';
import type { ByteString } from '../resp/byte-string.js';
import type { Clock } from '../time/clock.js';
import type { Storage } from './storage.js';

/** The directives persistence reads, by their redis.conf names, always the current value. */
export interface PersistenceConfig {
  readonly save: readonly SavePoint[];
  readonly dbfilename: ByteString;
  readonly 'rdb-del-sync-files': boolean;
  readonly 'repl-diskless-load': 'disabled' | 'on-empty-db' | 'swapdb';
  readonly 'rdb-key-save-delay': number;
  readonly 'key-load-delay': number;
  readonly 'stop-writes-on-bgsave-error': boolean;
  readonly appendonly: boolean;
  readonly appendfilename: ByteString;
  readonly appenddirname: ByteString;
  readonly appendfsync: 'always' | 'everysec' | 'no';
  readonly 'no-appendfsync-on-rewrite': boolean;
  readonly 'auto-aof-rewrite-percentage': number;
  readonly 'auto-aof-rewrite-min-size': number;
  readonly 'aof-load-truncated': boolean;
  readonly 'aof-use-rdb-preamble': boolean;
  readonly 'aof-timestamp-enabled': boolean;
  readonly 'aof-disable-auto-gc': boolean;
}

export interface RdbToWrite {
  /** The file is the base of an AOF. */
  readonly isAofBase: boolean;
}

export interface ExpiredKey {
  readonly dbIndex: number;
  readonly key: ByteString;
}

/** What an RDB file held, and what of it was taken. */
export interface LoadedRdb extends RdbInfo {
  /** Keys that had expired, which a master leaves out, and its replicas delete. */
  readonly expired: readonly ExpiredKey[];
}

export interface LoadRdbOptions {
  /** The base of an AOF: expired keys stay, for the commands that follow count on them. */
  readonly isAofBase: boolean;
  /** Keys that are there already are replaced, instead of being an error (DEBUG RELOAD NOFLUSH MERGE). */
  readonly mayReplace?: boolean;
}

/** A process of the system that stands for a child which saves. */
export interface ChildProcess {
  readonly pid: number;
  end(): void;
}

export interface PersistenceHost {
  readonly version: '7.0' | '7.2';
  readonly clock: Clock;
  readonly config: PersistenceConfig;
  readonly storage: Storage;
  readonly keyspace: Keyspace;
  /** Of this process. */
  readonly processId: number;
  readonly isReplica: boolean;
  /** EXEC runs: what would fork waits. */
  readonly isInTransaction: boolean;
  /** master_repl_offset */
  readonly streamOffset: number;
  writeRdb(what: RdbToWrite): Uint8Array;
  /** Adds what the file holds to the dataset. Throws RdbFormatError. */
  loadRdb(file: Uint8Array, options: LoadRdbOptions): LoadedRdb;
  /** Removes every key and every function library. */
  emptyDataset(): void;
  /** Code of the function libraries. */
  functions(): Iterable<ByteString>;
  /** Runs a command of the AOF, without checks, replies, statistics or propagation. @returns false when there is no such command. */
  replay(argv: readonly ByteString[]): boolean;
  /** The snapshot tells which stream it belongs to: a replica may go on from there. */
  adoptReplicationPoint(info: LoadedRdb): void;
  /** For a node that is a process: who watches it sees its children, and may kill them. Null: there are none. */
  spawnChild?(onKilled: (signal: number) => void): ChildProcess | null;
  /** The AOF cannot keep its promise any more: the process ends. */
  exit(code: number): void;
  log(level: 'debug' | 'verbose' | 'notice' | 'warning', text: string): void;
}
