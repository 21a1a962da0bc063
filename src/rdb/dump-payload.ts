/** The payload of DUMP, RESTORE and MIGRATE: type, value, RDB version, checksum (createDumpPayload, verifyDumpPayload in cluster.c). */
import type { StoredValue } from '../keyspace/values/stored-value.js';
import { asBuffer } from '../resp/byte-string.js';
import { crc64 } from './crc64.js';
import { RdbFormatError } from './rdb-format-error.js';
import { RdbReader } from './rdb-reader.js';
import { RdbWriter } from './rdb-writer.js';
import type { ValueLimits } from './value-codec.js';
import { readValue, writableValue } from './value-codecs.js';

/** RDB version (2 bytes) and CRC-64 (8 bytes). */
export const FOOTER_LENGTH = 10;

/** The payload that DUMP answers for a value. */
export function createDumpPayload(value: StoredValue, rdbVersion: number, compress = true): Uint8Array {
  const writer = new RdbWriter(compress);
  const writable = writableValue(value, rdbVersion);
  writer.byte(writable.type);
  writable.write(writer);
  writer.uint16LE(rdbVersion);
  writer.checksum();
  return writer.finish();
}

/** True when a node of that RDB version takes the payload: not from a later version, and undamaged. */
export function verifyDumpPayload(payload: Uint8Array, rdbVersion: number, skipChecksum = false): boolean {
  if (payload.length < FOOTER_LENGTH) return false;
  const buffer = asBuffer(payload);
  const footer = payload.length - FOOTER_LENGTH;
  if (buffer.readUInt16LE(footer) > rdbVersion) return false;
  if (skipChecksum) return true;
  const sum = crc64(payload, 0, footer + 2);
  return buffer.readUInt32LE(footer + 2) === sum.low && buffer.readUInt32LE(footer + 6) === sum.high;
}

/** The value in a payload that was verified before. Throws RdbFormatError, which RESTORE answers as "Bad data format". */
export function readDumpPayload(payload: Uint8Array, limits: ValueLimits): StoredValue {
  const reader = new RdbReader(payload, 0, payload.length - FOOTER_LENGTH);
  const value = readValue(reader.byte(), reader, limits);
  if (value === null) throw new RdbFormatError('empty key in a DUMP payload');
  return value;
}
