/** Hashes in RDB data: types 4 (fields and values) and 16 (listpack), and the older 13 (ziplist) and 9 (zipmap). */
import { type HashLimits, HashValue } from '../../keyspace/values/hash-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { decodeListpack, encodeListpack } from '../listpack.js';
import { RdbFormatError } from '../rdb-format-error.js';
import type { RdbReader } from '../rdb-reader.js';
import type { RdbWriter } from '../rdb-writer.js';
import { RDB_TYPE, type RdbValueCodec, type ValueLimits } from '../value-codec.js';
import { decodeZiplist, decodeZipmap } from '../ziplist.js';

export const hashCodec: RdbValueCodec = {
  types: [RDB_TYPE.hash, RDB_TYPE.hashListpack, RDB_TYPE.hashZiplist, RDB_TYPE.hashZipmap],

  handles: (value: StoredValue): boolean => value instanceof HashValue,

  read(type: number, reader: RdbReader, limits: ValueLimits): StoredValue | null {
    switch (type) {
      case RDB_TYPE.hash:
        return readFields(reader, limits.hash);
      case RDB_TYPE.hashListpack:
        return fromPairs(
          decodeListpack(reader.blob(), 'Hash'),
          'Hash listpack integrity check failed.',
          limits.hash,
        );
      case RDB_TYPE.hashZiplist:
        return fromPairs(
          decodeZiplist(reader.blob(), 'Hash'),
          'Hash ziplist integrity check failed.',
          limits.hash,
        );
      default:
        return fromPairs(
          decodeZipmap(reader.blob()),
          'Hash zipmap with dup elements, or big length',
          limits.hash,
        );
    }
  },

  typeOf: (value: StoredValue): number =>
    (value as HashValue).encoding === 'listpack' ? RDB_TYPE.hashListpack : RDB_TYPE.hash,

  write(value: StoredValue, writer: RdbWriter): void {
    const hash = value as HashValue;
    if (hash.encoding === 'listpack') {
      writer.blob(encodeListpack([...hash.entries()].flat()));
      return;
    }
    writer.len(hash.size);
    for (const [field, fieldValue] of hash.entries()) {
      writer.string(field);
      writer.string(fieldValue);
    }
  },
};

function readFields(reader: RdbReader, limits: HashLimits): HashValue | null {
  const count = reader.count(2);
  if (count === 0) return null;
  const hash = new HashValue(count > limits.maxListpackEntries ? 'hashtable' : 'listpack');
  for (let index = 0; index < count; index++) {
    const field = reader.string();
    if (!hash.set(field, reader.string(), limits)) throw new RdbFormatError('Duplicate hash fields detected');
  }
  return hash;
}

function fromPairs(pairs: readonly ByteString[], broken: string, limits: HashLimits): HashValue | null {
  if (pairs.length === 0) return null;
  if (pairs.length % 2 === 1) throw new RdbFormatError(broken);
  const hash = new HashValue();
  for (let index = 0; index < pairs.length; index += 2) {
    if (!hash.set(pairs[index]!, pairs[index + 1]!, limits)) throw new RdbFormatError(broken);
  }
  return hash;
}
