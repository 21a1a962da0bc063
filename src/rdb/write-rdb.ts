/** Writes a whole RDB file (rdbSaveRio in rdb.c). https://rdb.fnordig.de/file_format.html */
import type { StoredValue } from '../keyspace/values/stored-value.js';
import type { ByteString } from '../resp/byte-string.js';
import { CRC64_START } from './crc64.js';
import { MAGIC, OPCODE, type ReplicationPoint } from './rdb-file.js';
import { RdbWriter } from './rdb-writer.js';
import { writableValue } from './value-codecs.js';

/** A database as the writer sees it; keyspace/database.ts is one. */
export interface WritableDatabase {
  readonly index: number;
  readonly size: number;
  readonly expiringCount: number;
  entries(): Iterable<readonly [ByteString, StoredValue]>;
  /** Unix ms, or null for a key without expiry. */
  exactExpiry(key: ByteString): bigint | number | null;
}

export interface WriteRdbOptions {
  /** 10 or 11: see rdb-file.ts. */
  readonly rdbVersion: number;
  /** Release that the file says it comes from, e.g. 7.2.4. */
  readonly redisVersion: string;
  readonly nowMs: number;
  readonly usedMemoryBytes: number;
  /** Set in snapshots for replicas. */
  readonly replication?: ReplicationPoint | undefined;
  /** The file is the base of an AOF. */
  readonly isAofBase?: boolean;
  /** Code of the function libraries. */
  readonly functions?: Iterable<ByteString>;
  /** Directives rdbcompression and rdbchecksum; both yes by default. */
  readonly compress?: boolean;
  readonly checksum?: boolean;
}

/** An RDB file with the keys of these databases, those that expired included. */
export function writeRdb(databases: Iterable<WritableDatabase>, options: WriteRdbOptions): Uint8Array {
  const writer = new RdbWriter(options.compress ?? true);
  writer.rawString(MAGIC + String(options.rdbVersion).padStart(4, '0'));
  writeAuxFields(writer, options);
  for (const code of options.functions ?? []) {
    writer.byte(OPCODE.function);
    writer.string(code);
  }
  for (const database of databases) {
    if (database.size > 0) writeDatabase(writer, database, options.rdbVersion);
  }
  writer.byte(OPCODE.end);
  if (options.checksum ?? true) writer.checksum();
  else writer.crc(CRC64_START);
  return writer.finish();
}

function writeAuxFields(writer: RdbWriter, options: WriteRdbOptions): void {
  const aux = (name: ByteString, value: ByteString): void => {
    writer.byte(OPCODE.aux);
    writer.string(name);
    writer.string(value);
  };
  aux('redis-ver', options.redisVersion);
  aux('redis-bits', '64');
  aux('ctime', String(Math.floor(options.nowMs / 1000)));
  aux('used-mem', String(options.usedMemoryBytes));
  if (options.replication !== undefined) {
    aux('repl-stream-db', String(options.replication.streamDbIndex));
    aux('repl-id', options.replication.replicationId);
    aux('repl-offset', String(options.replication.replicationOffset));
  }
  aux('aof-base', options.isAofBase === true ? '1' : '0');
}

function writeDatabase(writer: RdbWriter, database: WritableDatabase, rdbVersion: number): void {
  writer.byte(OPCODE.selectDatabase);
  writer.len(database.index);
  writer.byte(OPCODE.resizeDatabase);
  writer.len(database.size);
  writer.len(database.expiringCount);
  for (const [key, value] of database.entries()) {
    const expiresAtMs = database.expiringCount === 0 ? null : database.exactExpiry(key);
    if (expiresAtMs !== null) {
      writer.byte(OPCODE.expireTimeMs);
      writer.int64LE(expiresAtMs);
    }
    const writable = writableValue(value, rdbVersion);
    writer.byte(writable.type);
    writer.string(key);
    writable.write(writer);
  }
}
