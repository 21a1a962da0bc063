/** Reads a whole RDB file (rdbLoadRioWithLoadingCtx in rdb.c) and hands its contents over one by one. */
import type { StoredValue } from '../keyspace/values/stored-value.js';
import { asBuffer, type ByteString } from '../resp/byte-string.js';
import { parseSafeInteger } from '../resp/integer.js';
import { crc64 } from './crc64.js';
import { FIRST_VERSION_WITH_CHECKSUM, MAGIC, OPCODE } from './rdb-file.js';
import { DuplicateKeyError, RdbFormatError } from './rdb-format-error.js';
import { RdbReader, shortRead } from './rdb-reader.js';
import type { ValueLimits } from './value-codec.js';
import { readValue } from './value-codecs.js';

const HEADER_LENGTH = 9;
const CHECKSUM_LENGTH = 8;

/** Takes what a file holds, in the order of the file. */
export interface RdbSink {
  /** A key; Unix ms, null = no expiry. Keys that expired are handed over too. @returns false when it was there already. */
  onKey(dbIndex: number, key: ByteString, value: StoredValue, expiresAtMs: bigint | number | null): boolean;
  /** Code of a function library. */
  onFunction?(code: ByteString): void;
}

export interface ReadRdbOptions {
  /** The newest version that is accepted. */
  readonly rdbVersion: number;
  /** The `databases` directive. */
  readonly databaseCount: number;
  readonly limits: ValueLimits;
  /** Directive rdbchecksum; yes by default. */
  readonly checksum?: boolean;
}

export interface RdbInfo {
  readonly rdbVersion: number;
  /** The AUX fields by their names, in the order of the file. */
  readonly aux: ReadonlyMap<ByteString, ByteString>;
  readonly keys: number;
  /** Where the RDB ends: what follows in the file is no part of it. */
  readonly bytes: number;
  /** Empty collections, which Redis leaves out. */
  readonly emptyKeysSkipped: number;
  /** From repl-stream-db, repl-id and repl-offset; null where the file does not tell. */
  readonly streamDbIndex: number | null;
  readonly replicationId: string | null;
  readonly replicationOffset: number | null;
}

/** Throws RdbFormatError when the file is malformed; the sink may have got a part of it by then. */
export function readRdb(file: Uint8Array, sink: RdbSink, options: ReadRdbOptions): RdbInfo {
  const reader = new RdbReader(file);
  const rdbVersion = readHeader(reader, options.rdbVersion);
  const aux = new Map<ByteString, ByteString>();
  let dbIndex = 0;
  let keys = 0;
  let emptyKeysSkipped = 0;
  let expiresAtMs: bigint | number | null = null;
  for (let opcode = reader.byte(); opcode !== OPCODE.end; opcode = reader.byte()) {
    switch (opcode) {
      case OPCODE.expireTimeMs:
        expiresAtMs = expiry(reader.int64LE());
        break;
      case OPCODE.expireTimeSeconds:
        expiresAtMs = reader.int32LE() * 1000;
        break;
      case OPCODE.frequency:
        reader.byte();
        break;
      case OPCODE.idle:
        reader.len();
        break;
      case OPCODE.selectDatabase:
        dbIndex = reader.len();
        if (dbIndex >= options.databaseCount) throw tooManyDatabases(options.databaseCount);
        break;
      case OPCODE.resizeDatabase:
        reader.len();
        reader.len();
        break;
      case OPCODE.aux:
        aux.set(reader.string(), reader.string());
        break;
      case OPCODE.function: {
        const code = reader.string();
        sink.onFunction?.(code);
        break;
      }
      case OPCODE.functionPreview:
        throw new RdbFormatError('Pre-release function format not supported.');
      case OPCODE.moduleAux:
        throw new RdbFormatError("The RDB file contains AUX module data I can't load: no matching module");
      default: {
        const key = reader.string();
        const value = readValue(opcode, reader, options.limits);
        if (value === null) emptyKeysSkipped++;
        else if (sink.onKey(dbIndex, key, value, expiresAtMs)) keys++;
        else throw new DuplicateKeyError(`RDB has duplicated key '${key}' in DB ${dbIndex}`);
        expiresAtMs = null;
      }
    }
  }
  if (rdbVersion >= FIRST_VERSION_WITH_CHECKSUM) verifyChecksum(file, reader, options.checksum ?? true);
  const replicationId = aux.get('repl-id');
  return {
    rdbVersion,
    aux,
    keys,
    bytes: reader.position,
    emptyKeysSkipped,
    streamDbIndex: parseSafeInteger(aux.get('repl-stream-db') ?? ''),
    replicationId: replicationId?.length === 40 ? replicationId : null,
    replicationOffset: parseSafeInteger(aux.get('repl-offset') ?? ''),
  };
}

function readHeader(reader: RdbReader, newestVersion: number): number {
  if (reader.remaining < HEADER_LENGTH) throw shortRead();
  if (reader.rawString(MAGIC.length) !== MAGIC) {
    throw new RdbFormatError('Wrong signature trying to load DB from file');
  }
  const text = reader.rawString(HEADER_LENGTH - MAGIC.length);
  // As C's atoi: the digits at the beginning, none is 0.
  const version = Number(/^\d*/.exec(text)?.[0] ?? 0);
  if (version < 1 || version > newestVersion)
    throw new RdbFormatError(`Can't handle RDB format version ${version}`);
  return version;
}

/** -1 is how Redis marks a key without expiry. */
function expiry(atMs: bigint | number): bigint | number | null {
  return atMs === -1 ? null : atMs;
}

function verifyChecksum(file: Uint8Array, reader: RdbReader, wanted: boolean): void {
  const end = reader.position;
  const buffer = asBuffer(reader.bytes(CHECKSUM_LENGTH));
  const low = buffer.readUInt32LE(0);
  const high = buffer.readUInt32LE(4);
  if (!wanted || (low === 0 && high === 0)) return;
  const sum = crc64(file, 0, end);
  if (sum.low !== low || sum.high !== high) throw new RdbFormatError('RDB CRC error');
}

function tooManyDatabases(count: number): RdbFormatError {
  return new RdbFormatError(
    `FATAL: Data file was created with a Redis server configured to handle more than ${count} databases. Exiting`,
  );
}
