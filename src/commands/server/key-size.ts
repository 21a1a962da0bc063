/** The bytes that a key with its value takes in a server that uses jemalloc: what MEMORY USAGE answers (objectComputeSize in object.c). */
import { ListValue } from '../../keyspace/values/list-value.js';
import { SetValue } from '../../keyspace/values/set-value.js';
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { encodingOfValue, isStringValue, type StoredValue } from '../../keyspace/values/stored-value.js';
import { StreamValue } from '../../keyspace/values/stream-value.js';
import { compressedNodeOf } from '../../rdb/list-compression.js';
import type { ByteString } from '../../resp/byte-string.js';
import { formatDoubleOrInteger } from '../../resp/number-format.js';
import { allocated, dictTableBytes, textBytes } from '../../structures/allocation-size.js';
import { listpackEntryBytes } from '../../structures/listpack-size.js';
import { radixTreeNodes } from '../../structures/radix-tree-size.js';
import type { StreamId } from '../../structures/stream-id.js';
import type { StreamNode } from '../../structures/stream-node.js';
import type { RedisVersion } from '../command.js';
import type { NodeContext } from '../context.js';

const OBJECT_BYTES = 16;
const ENTRY_BYTES = 24;
const SLOT_LINK_BYTES = 16;
const DICT_BYTES = 56;
const LISTPACK_FRAME_BYTES = 7;
const INTSET_HEADER_BYTES = 8;
const LIST_BYTES = 40;
const LIST_NODE_BYTES = 32;
const LZF_HEADER_BYTES = 8;
const SAMPLED_NODES = 5;
/** zset, zskiplist, and the header of the skip list with all its levels. */
const SKIPLIST_BYTES = 16 + 32 + 640;
/** On an average: a node has one level, or more at random. */
const SKIPLIST_NODE_BYTES = 53;
/** stream, streamCG, streamConsumer and streamNACK. */
const STREAM_BYTES = 80;
const STREAM_GROUP_BYTES = 40;
const STREAM_CONSUMER_BYTES = 32;
const PENDING_BYTES = 24;
const STREAM_NODE_ROOM = 4096;
const STREAM_ID_BYTES = 16;
const RADIX_NODE_BYTES = 4 + 30 * 8;

/** In a cluster a key is also linked to the others of its slot. */
export function estimateKeySize(
  key: ByteString,
  value: StoredValue,
  { cluster, version }: Pick<NodeContext, 'cluster' | 'version'>,
): number {
  const linkBytes = cluster === null ? 0 : SLOT_LINK_BYTES;
  return textBytes(key.length) + ENTRY_BYTES + linkBytes + valueBytes(value, version);
}

function valueBytes(value: StoredValue, version: RedisVersion): number {
  if (isStringValue(value)) {
    switch (encodingOfValue(value)) {
      case 'int':
        return OBJECT_BYTES;
      case 'embstr':
        return allocated(OBJECT_BYTES + 4 + String(value).length);
      default:
        return OBJECT_BYTES + textBytes(String(value).length);
    }
  }
  if (value instanceof ListValue) return listBytes(value);
  if (value instanceof SetValue) return setBytes(value);
  if (value instanceof SortedSetValue) return sortedSetBytes(value, version);
  if (value instanceof StreamValue) return OBJECT_BYTES + streamBytes(value);
  if (value.encoding === 'listpack') {
    let bytes = LISTPACK_FRAME_BYTES;
    for (const [field, fieldValue] of value.entries()) bytes += field.length + fieldValue.length + 4;
    return OBJECT_BYTES + allocated(bytes);
  }
  let bytes = OBJECT_BYTES + DICT_BYTES + dictTableBytes(value.size);
  for (const [field, fieldValue] of value.entries()) {
    bytes += ENTRY_BYTES + textBytes(field.length) + textBytes(fieldValue.length);
  }
  return bytes;
}

function setBytes(set: SetValue): number {
  if (set.intWidth !== null) return OBJECT_BYTES + allocated(INTSET_HEADER_BYTES + set.intWidth * set.size);
  let bytes = 0;
  if (set.encoding === 'listpack') {
    for (const member of set.members()) bytes += listpackEntryBytes(member);
    return OBJECT_BYTES + allocated(LISTPACK_FRAME_BYTES + bytes);
  }
  for (const member of set.members()) bytes += ENTRY_BYTES + textBytes(member.length);
  return OBJECT_BYTES + DICT_BYTES + dictTableBytes(set.size) + bytes;
}

/** Of a quicklist the first nodes stand for all. */
function listBytes(list: ListValue): number {
  if (list.encoding === 'listpack') return OBJECT_BYTES + allocated(list.node(0).bytes);
  const samples = Math.min(list.nodeCount, SAMPLED_NODES);
  let bytes = 0;
  for (let index = 0; index < samples; index++) {
    const compressed = compressedNodeOf(list, index);
    const held = compressed === null ? list.node(index).bytes : LZF_HEADER_BYTES + compressed.length;
    bytes += LIST_NODE_BYTES + allocated(held);
  }
  return OBJECT_BYTES + LIST_BYTES + Math.floor((bytes / samples) * list.nodeCount);
}

function sortedSetBytes(set: SortedSetValue, version: RedisVersion): number {
  if (set.encoding === 'listpack') {
    let bytes = LISTPACK_FRAME_BYTES;
    for (const { member, score } of set.entries()) {
      bytes += listpackEntryBytes(member) + listpackEntryBytes(formatDoubleOrInteger(score, version));
    }
    return OBJECT_BYTES + allocated(bytes);
  }
  const samples = set.slice(0, SAMPLED_NODES);
  let bytes = 0;
  for (const { member } of samples) bytes += textBytes(member.length) + ENTRY_BYTES + SKIPLIST_NODE_BYTES;
  return (
    OBJECT_BYTES +
    SKIPLIST_BYTES +
    DICT_BYTES +
    dictTableBytes(set.size) +
    Math.floor((bytes / samples.length) * set.size)
  );
}

function streamBytes(stream: StreamValue): number {
  const nodes = stream.entries.nodes.toArray();
  const last = nodes.length - 1;
  let bytes = STREAM_BYTES + radixTreeBytes(nodes.map((node) => node.masterId));
  const sampled = nodes.slice(0, SAMPLED_NODES).map((node, index) => nodeBytes(node, index === last));
  const sum = sampled.reduce((total, each) => total + each, 0);
  // The first nodes stand for all but the last one.
  bytes +=
    nodes.length <= sampled.length
      ? sum
      : Math.floor(sum / sampled.length) * last + nodeBytes(nodes[last] as StreamNode, true);
  for (const { pending, consumers } of stream.groups.values()) {
    bytes += STREAM_GROUP_BYTES + radixTreeBytes([...pending.ids()]) + PENDING_BYTES * pending.size;
    for (const consumer of consumers.values()) {
      bytes += STREAM_CONSUMER_BYTES + consumer.name.length + radixTreeBytes([...consumer.pending.ids()]);
    }
  }
  return bytes;
}

/** The node that grows has room for more. */
function nodeBytes(node: StreamNode, isLast: boolean): number {
  return allocated(isLast ? Math.max(node.bytes, STREAM_NODE_ROOM) : node.bytes);
}

/** As Redis guesses it. */
function radixTreeBytes(ids: readonly StreamId[]): number {
  return STREAM_ID_BYTES * ids.length + radixTreeNodes(ids, STREAM_ID_BYTES) * RADIX_NODE_BYTES;
}
