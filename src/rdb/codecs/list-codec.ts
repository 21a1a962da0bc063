/** Lists in RDB data: type 18 (nodes), and the older 14 (nodes that are ziplists), 10 (one ziplist) and 1 (elements). */
import { ListValue } from '../../keyspace/values/list-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { bytesToByteString } from '../../resp/byte-string.js';
import { compressedNodeOf } from '../list-compression.js';
import { decodeListpack, encodeListpack } from '../listpack.js';
import { RdbFormatError } from '../rdb-format-error.js';
import type { RdbReader } from '../rdb-reader.js';
import type { RdbWriter } from '../rdb-writer.js';
import { RDB_TYPE, type RdbValueCodec, type ValueLimits } from '../value-codec.js';
import { decodeZiplist } from '../ziplist.js';

/** How a node is stored: one large element as it is, or a listpack. */
const PLAIN = 1;
const PACKED = 2;

export const listCodec: RdbValueCodec = {
  types: [RDB_TYPE.list, RDB_TYPE.listZiplist, RDB_TYPE.listQuicklist, RDB_TYPE.listQuicklist2],

  handles: (value: StoredValue): boolean => value instanceof ListValue,

  read(type: number, reader: RdbReader, { list: limits }: ValueLimits): StoredValue | null {
    const list = ListValue.emptyQuicklist(limits);
    if (type === RDB_TYPE.list) readElements(reader, list);
    else if (type === RDB_TYPE.listZiplist) pushAll(list, decodeZiplist(reader.blob(), 'List'));
    else readNodes(reader, list, type);
    if (list.size === 0) return null;
    // A list of that oldest form stays a quicklist, however small it is.
    if (type !== RDB_TYPE.listZiplist) list.afterLoading(limits);
    return list;
  },

  typeOf: () => RDB_TYPE.listQuicklist2,

  write(value: StoredValue, writer: RdbWriter): void {
    const list = value as ListValue;
    writer.len(list.nodeCount);
    for (let index = 0; index < list.nodeCount; index++) {
      writer.len(PACKED);
      const compressed = compressedNodeOf(list, index);
      if (compressed === null) writer.blob(encodeListpack(list.node(index).toArray()));
      else writer.compressed(compressed, list.node(index).bytes);
    }
  },
};

function readElements(reader: RdbReader, list: ListValue): void {
  for (let left = reader.count(1); left > 0; left--) list.push('right', reader.string());
}

function readNodes(reader: RdbReader, list: ListValue, type: number): void {
  const hasContainers = type === RDB_TYPE.listQuicklist2;
  for (let left = reader.count(hasContainers ? 2 : 1); left > 0; left--) {
    const container = hasContainers ? reader.len() : PACKED;
    if (container !== PACKED && container !== PLAIN)
      throw new RdbFormatError('Quicklist integrity check failed.');
    const blob = reader.blob();
    if (blob.length === 0) throw new RdbFormatError('Quicklist node without content');
    if (container === PLAIN) {
      list.appendNode([bytesToByteString(blob)]);
      continue;
    }
    const elements = hasContainers ? decodeListpack(blob, 'List') : decodeZiplist(blob, 'List');
    if (elements.length > 0) list.appendNode(elements);
  }
}

function pushAll(list: ListValue, elements: readonly string[]): void {
  for (const element of elements) list.push('right', element);
}
