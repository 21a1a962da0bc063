/** What a value type brings to RDB files and DUMP payloads. A new type is one file in codecs/ and one line in value-codecs.ts. */
import type { HashLimits } from '../keyspace/values/hash-value.js';
import type { ListLimits } from '../keyspace/values/list-value.js';
import type { SetLimits } from '../keyspace/values/set-value.js';
import type { SortedSetLimits } from '../keyspace/values/sorted-set-value.js';
import type { StoredValue } from '../keyspace/values/stored-value.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';

/** RDB type numbers (rdb.h). */
export const RDB_TYPE = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
  streamListpacks: 15,
  streamListpacks2: 19,
  setListpack: 20,
  streamListpacks3: 21,
} as const;

/** The directives that decide which encoding a value gets when it is loaded. */
export interface ValueLimits {
  readonly hash: HashLimits;
  readonly zset: SortedSetLimits;
  readonly list: ListLimits;
  readonly set: SetLimits;
}

export interface RdbValueCodec {
  /** The RDB types this codec reads. */
  readonly types: readonly number[];
  /** True for the values this codec writes. */
  handles(value: StoredValue): boolean;
  /** @param type one of `types`. @returns null for an empty collection, which Redis skips. Throws RdbFormatError. */
  read(type: number, reader: RdbReader, limits: ValueLimits): StoredValue | null;
  /** The RDB type a value is written as. @param rdbVersion what the reader has to understand at least. */
  typeOf(value: StoredValue, rdbVersion: number): number;
  /** Writes the value without its type. */
  write(value: StoredValue, writer: RdbWriter, rdbVersion: number): void;
}
