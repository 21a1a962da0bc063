/** Strings in RDB data: type 0. */
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { isStringValue } from '../../keyspace/values/stored-value.js';
import type { RdbReader } from '../rdb-reader.js';
import type { RdbWriter } from '../rdb-writer.js';
import { RDB_TYPE, type RdbValueCodec } from '../value-codec.js';

export const stringCodec: RdbValueCodec = {
  types: [RDB_TYPE.string],
  handles: isStringValue,
  read: (_type: number, reader: RdbReader): StoredValue => reader.string(),
  typeOf: () => RDB_TYPE.string,
  write: (value: StoredValue, writer: RdbWriter): void => writer.string(value.toString()),
};
