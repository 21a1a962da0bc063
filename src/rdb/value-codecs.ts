/** Finds the codec of a value, or of an RDB type. */
import type { StoredValue } from '../keyspace/values/stored-value.js';
import { hashCodec } from './codecs/hash-codec.js';
import { listCodec } from './codecs/list-codec.js';
import { setCodec } from './codecs/set-codec.js';
import { sortedSetCodec } from './codecs/sorted-set-codec.js';
import { streamCodec } from './codecs/stream-codec.js';
import { stringCodec } from './codecs/string-codec.js';
import { RdbFormatError } from './rdb-format-error.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';
import type { RdbValueCodec, ValueLimits } from './value-codec.js';

const CODECS: readonly RdbValueCodec[] = [
  stringCodec,
  listCodec,
  setCodec,
  hashCodec,
  sortedSetCodec,
  streamCodec,
];

const BY_TYPE: ReadonlyMap<number, RdbValueCodec> = new Map(
  CODECS.flatMap((codec) => codec.types.map((type) => [type, codec] as const)),
);

/** Reads a value of that RDB type. Null: an empty collection. Throws RdbFormatError. */
export function readValue(type: number, reader: RdbReader, limits: ValueLimits): StoredValue | null {
  const codec = BY_TYPE.get(type);
  if (codec === undefined) throw new RdbFormatError(`Unknown RDB encoding type ${type}`);
  return codec.read(type, reader, limits);
}

/** A value that is ready to be written: its RDB type comes first, in a file even before the key. */
export interface WritableValue {
  readonly type: number;
  write(writer: RdbWriter): void;
}

export function writableValue(value: StoredValue, rdbVersion: number): WritableValue {
  const codec = CODECS.find((candidate) => candidate.handles(value));
  if (codec === undefined) throw new TypeError('a value of this type has no RDB codec');
  return {
    type: codec.typeOf(value, rdbVersion),
    write: (writer) => codec.write(value, writer, rdbVersion),
  };
}
