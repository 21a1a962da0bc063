/** Sets in RDB data: types 2 (members), 11 (intset) and, since 7.2, 20 (listpack). */
import { intsetLimit, type SetLimits, SetValue } from '../../keyspace/values/set-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { decodeIntset, encodeIntset } from '../intset.js';
import { decodeListpack, encodeListpack } from '../listpack.js';
import { RdbFormatError } from '../rdb-format-error.js';
import type { RdbReader } from '../rdb-reader.js';
import type { RdbWriter } from '../rdb-writer.js';
import { RDB_TYPE, type RdbValueCodec, type ValueLimits } from '../value-codec.js';

/** The RDB version of Redis 7.2. */
const FIRST_WITH_LISTPACKS = 11;

export const setCodec: RdbValueCodec = {
  types: [RDB_TYPE.set, RDB_TYPE.setIntset, RDB_TYPE.setListpack],

  handles: (value: StoredValue): boolean => value instanceof SetValue,

  read(type: number, reader: RdbReader, { set: limits }: ValueLimits): StoredValue | null {
    if (type === RDB_TYPE.set) return readMembers(reader, limits);
    if (type === RDB_TYPE.setListpack) return readListpack(reader, limits);
    const set = SetValue.fromIntSet(decodeIntset(reader.blob()));
    if (set.size > limits.maxIntsetEntries) set.convertToHashtable();
    return set;
  },

  typeOf(value: StoredValue, rdbVersion: number): number {
    const { encoding } = value as SetValue;
    if (encoding === 'intset') return RDB_TYPE.setIntset;
    return encoding === 'listpack' && rdbVersion >= FIRST_WITH_LISTPACKS
      ? RDB_TYPE.setListpack
      : RDB_TYPE.set;
  },

  write(value: StoredValue, writer: RdbWriter, rdbVersion: number): void {
    const set = value as SetValue;
    if (set.intWidth !== null) {
      writer.blob(encodeIntset(set.numbered(), set.intWidth));
    } else if (set.encoding === 'listpack' && rdbVersion >= FIRST_WITH_LISTPACKS) {
      writer.blob(encodeListpack(set.members()));
    } else {
      writer.len(set.size);
      for (const member of set.members()) writer.string(member);
    }
  },
};

function readMembers(reader: RdbReader, limits: SetLimits): SetValue | null {
  const count = reader.count(1);
  if (count === 0) return null;
  const set = SetValue.withEncoding(count > intsetLimit(limits) ? 'hashtable' : 'intset');
  for (let left = count; left > 0; left--) {
    if (!set.add(reader.string(), limits)) throw new RdbFormatError('Duplicate set members detected');
  }
  return set;
}

function readListpack(reader: RdbReader, limits: SetLimits): SetValue | null {
  if (!limits.hasListpacks) throw new RdbFormatError(`Unknown RDB encoding type ${RDB_TYPE.setListpack}`);
  const members = decodeListpack(reader.blob(), 'Set');
  if (members.length === 0) return null;
  const set = SetValue.fromListpack(members);
  if (set.size !== members.length) throw new RdbFormatError('Set listpack integrity check failed.');
  if (set.size > limits.maxListpackEntries) set.convertToHashtable();
  return set;
}
