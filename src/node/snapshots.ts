/** The dataset as an RDB file, for replicas and for the disk: written from the keyspace, read into it. */
import type { NodeContext } from '../commands/context.js';
import { valueLimitsOf } from '../commands/value-limits.js';
import type { ExpiredKey, LoadedRdb, LoadRdbOptions, RdbToWrite } from '../persistence/ports.js';
import { RDB_VERSION_70, RDB_VERSION_72, type ReplicationPoint } from '../rdb/rdb-file.js';
import { type RdbInfo, type RdbSink, readRdb } from '../rdb/read-rdb.js';
import { writeRdb } from '../rdb/write-rdb.js';
import type { SnapshotRequest } from '../replication/ports.js';
import type { Functions } from './functions.js';

export interface SnapshotContext extends NodeContext {
  /** By its role in the cluster: replication may not have begun. */
  readonly isReplica: boolean;
  readonly functions: Functions | null;
}

export class Snapshots {
  readonly #context: SnapshotContext;

  constructor(context: SnapshotContext) {
    this.#context = context;
  }

  /** For replicas. */
  create(request: SnapshotRequest): Uint8Array {
    return this.#write({ ...request, replication: request, isAofBase: false });
  }

  /** For the disk. An RDB file tells where in the replication stream it was made, the base of an AOF does not. */
  createFile({ isAofBase }: RdbToWrite): Uint8Array {
    const replication = isAofBase ? undefined : (this.#context.replication.point ?? undefined);
    return this.#write({ replication, excludeData: false, excludeFunctions: false, isAofBase });
  }

  /** Keys of a snapshot. Throws RdbFormatError. */
  countKeys(rdb: Uint8Array): number {
    return this.#read(rdb, { onKey: () => true }).keys;
  }

  /** Replaces the dataset. Throws RdbFormatError; the dataset is empty then, as after a load that failed in Redis. */
  load(rdb: Uint8Array): RdbInfo {
    const { keyspace, functions } = this.#context;
    keyspace.flush(null);
    functions?.flush();
    try {
      return this.#read(rdb, {
        onKey(dbIndex, key, value, expiresAtMs): boolean {
          const database = keyspace.database(dbIndex);
          if (database.isStored(key)) return false;
          database.load(key, value, expiresAtMs);
          return true;
        },
        onFunction: (code) => functions?.loadFromRdb(code),
      });
    } catch (error) {
      keyspace.flush(null);
      functions?.flush();
      throw error;
    }
  }

  /** Adds a file of the disk to the dataset. Throws RdbFormatError. */
  loadFile(rdb: Uint8Array, { isAofBase, mayReplace }: LoadRdbOptions): LoadedRdb {
    const { keyspace, clock, isReplica, functions } = this.#context;
    const nowMs = clock.nowMs();
    // What a replica's key becomes is for its master to say.
    const dropsExpired = !isAofBase && !isReplica;
    const expired: ExpiredKey[] = [];
    const info = this.#read(rdb, {
      onKey(dbIndex, key, value, expiresAtMs): boolean {
        if (dropsExpired && expiresAtMs !== null && expiresAtMs < nowMs) {
          expired.push({ dbIndex, key });
          return true;
        }
        const database = keyspace.database(dbIndex);
        if (mayReplace !== true && database.isStored(key)) return false;
        database.load(key, value, expiresAtMs);
        return true;
      },
      onFunction: (code) => functions?.loadFromRdb(code, mayReplace),
    });
    return { ...info, keys: info.keys - expired.length, expired };
  }

  #write(what: {
    readonly replication: ReplicationPoint | undefined;
    readonly excludeData: boolean;
    readonly excludeFunctions: boolean;
    readonly isAofBase: boolean;
  }): Uint8Array {
    const { keyspace, config, releaseVersion, clock, functions } = this.#context;
    return writeRdb(what.excludeData ? [] : keyspace.databases, {
      rdbVersion: this.#rdbVersion,
      redisVersion: releaseVersion,
      nowMs: clock.nowMs(),
      usedMemoryBytes: 0,
      replication: what.replication,
      functions: what.excludeFunctions ? [] : (functions?.codes ?? []),
      isAofBase: what.isAofBase,
      compress: config.values.rdbcompression,
      checksum: config.values.rdbchecksum,
    });
  }

  #read(rdb: Uint8Array, sink: RdbSink): ReturnType<typeof readRdb> {
    const { keyspace, config, version } = this.#context;
    return readRdb(rdb, sink, {
      rdbVersion: this.#rdbVersion,
      databaseCount: keyspace.databases.length,
      checksum: config.values.rdbchecksum,
      limits: valueLimitsOf(config, version),
    });
  }

  get #rdbVersion(): number {
    return this.#context.version === '7.0' ? RDB_VERSION_70 : RDB_VERSION_72;
  }
}
