/** Sorted sets in RDB data: types 5 (members and scores) and 17 (listpack), and the older 3 (scores as text) and 12 (ziplist). */
import { type SortedSetLimits, SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { parseLooseDouble } from '../../resp/double.js';
import { formatDoubleOrInteger } from '../../resp/number-format.js';
import { decodeListpack, encodeListpack } from '../listpack.js';
import { RDB_VERSION_70 } from '../rdb-file.js';
import { RdbFormatError } from '../rdb-format-error.js';
import type { RdbReader } from '../rdb-reader.js';
import type { RdbWriter } from '../rdb-writer.js';
import { RDB_TYPE, type RdbValueCodec, type ValueLimits } from '../value-codec.js';
import { decodeZiplist } from '../ziplist.js';

export const sortedSetCodec: RdbValueCodec = {
  types: [RDB_TYPE.zset, RDB_TYPE.zset2, RDB_TYPE.zsetListpack, RDB_TYPE.zsetZiplist],

  handles: (value: StoredValue): boolean => value instanceof SortedSetValue,

  read(type: number, reader: RdbReader, { zset }: ValueLimits): StoredValue | null {
    switch (type) {
      case RDB_TYPE.zset:
        return readMembers(reader, () => textScore(reader), zset);
      case RDB_TYPE.zset2:
        return readMembers(reader, () => reader.doubleLE(), zset);
      case RDB_TYPE.zsetListpack:
        return fromPairs(
          decodeListpack(reader.blob(), 'Zset'),
          'Zset listpack integrity check failed.',
          zset,
        );
      default:
        return fromPairs(decodeZiplist(reader.blob(), 'Zset'), 'Zset ziplist integrity check failed.', zset);
    }
  },

  typeOf: (value: StoredValue): number =>
    (value as SortedSetValue).encoding === 'listpack' ? RDB_TYPE.zsetListpack : RDB_TYPE.zset2,

  write(value: StoredValue, writer: RdbWriter, rdbVersion: number): void {
    const set = value as SortedSetValue;
    if (set.encoding === 'listpack') {
      const style = rdbVersion <= RDB_VERSION_70 ? '7.0' : '7.2';
      const elements: ByteString[] = [];
      for (const { member, score } of set.entries()) {
        elements.push(member, formatDoubleOrInteger(score, style));
      }
      writer.blob(encodeListpack(elements));
      return;
    }
    writer.len(set.size);
    // The greatest score first, so that whoever loads it inserts at the head.
    for (const { member, score } of set.slice(0, set.size).reverse()) {
      writer.string(member);
      writer.doubleLE(score);
    }
  },
};

/** A member takes a byte at least, and a score too. */
const MIN_BYTES_OF_MEMBER = 2;

function readMembers(
  reader: RdbReader,
  readScore: () => number,
  limits: SortedSetLimits,
): SortedSetValue | null {
  const count = reader.count(MIN_BYTES_OF_MEMBER);
  if (count === 0) return null;
  const set = new SortedSetValue('skiplist');
  for (let index = 0; index < count; index++) {
    const member = reader.string();
    const score = readScore();
    if (Number.isNaN(score)) throw new RdbFormatError('Zset with NAN score detected');
    if (set.has(member)) throw new RdbFormatError('Duplicate zset fields detected');
    set.add(member, score);
  }
  set.convertToListpackIfSmall(limits);
  return set;
}

const NAN = 253;
const POSITIVE_INFINITY = 254;
const NEGATIVE_INFINITY = 255;

function textScore(reader: RdbReader): number {
  const length = reader.byte();
  if (length === NAN) return Number.NaN;
  if (length === POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (length === NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const score = parseLooseDouble(reader.rawString(length));
  if (score === null) throw new RdbFormatError('Zset with a score that is no number');
  return score;
}

/** Only the number of members decides whether it stays a listpack. */
function fromPairs(
  pairs: readonly ByteString[],
  broken: string,
  { maxListpackEntries }: SortedSetLimits,
): SortedSetValue | null {
  if (pairs.length === 0) return null;
  if (pairs.length % 2 === 1) throw new RdbFormatError(broken);
  const set = new SortedSetValue('listpack');
  for (let index = 0; index < pairs.length; index += 2) {
    const member = pairs[index]!;
    if (set.has(member)) throw new RdbFormatError(broken);
    // What does not begin as a number counts as 0, as strtod has it.
    set.add(member, parseLooseDouble(pairs[index + 1]!) ?? 0);
  }
  if (set.size > maxListpackEntries) set.convertToSkiplist();
  return set;
}
