/** The dataset as an RDB file, for replicas: written from the keyspace, read into it. */
import type { NodeContext } from '../commands/context.js';
import { valueLimitsOf } from '../commands/value-limits.js';
import { RDB_VERSION_70, RDB_VERSION_72 } from '../rdb/rdb-file.js';
import { readRdb } from '../rdb/read-rdb.js';
import { writeRdb } from '../rdb/write-rdb.js';
import type { LoadedSnapshot, SnapshotRequest } from '../replication/ports.js';

export class Snapshots {
  readonly #context: NodeContext;

  constructor(context: NodeContext) {
    this.#context = context;
  }

  create(request: SnapshotRequest): Uint8Array {
    const { keyspace, config, releaseVersion, clock } = this.#context;
    return writeRdb(request.excludeData ? [] : keyspace.databases, {
      rdbVersion: this.#rdbVersion,
      redisVersion: releaseVersion,
      nowMs: clock.nowMs(),
      usedMemoryBytes: 0,
      replication: request,
      compress: config.values.rdbcompression,
      checksum: config.values.rdbchecksum,
    });
  }

  /** Replaces the dataset. Throws RdbFormatError; the dataset is empty then, as after a load that failed in Redis. */
  load(rdb: Uint8Array): LoadedSnapshot {
    const { keyspace, config } = this.#context;
    keyspace.flush(null);
    try {
      return readRdb(
        rdb,
        {
          onKey(dbIndex, key, value, expiresAtMs): boolean {
            const database = keyspace.database(dbIndex);
            if (database.isStored(key)) return false;
            database.load(key, value, expiresAtMs);
            return true;
          },
        },
        {
          rdbVersion: this.#rdbVersion,
          databaseCount: keyspace.databases.length,
          checksum: config.values.rdbchecksum,
          limits: valueLimitsOf(config, this.#context.version),
        },
      );
    } catch (error) {
      keyspace.flush(null);
      throw error;
    }
  }

  get #rdbVersion(): number {
    return this.#context.version === '7.0' ? RDB_VERSION_70 : RDB_VERSION_72;
  }
}
