/**
 * What a key with its value takes of memory, told at once however big the value is: what used_memory is made of. MEMORY
 * USAGE looks at the elements instead, and comes to about the same.
 */
import type { ByteString } from '../resp/byte-string.js';
import { allocated, dictTableBytes, textBytes } from '../structures/allocation-size.js';
import { LISTPACK_FRAME_BYTES } from '../structures/listpack-size.js';
import type { StoredValue } from './values/stored-value.js';
import type { StreamValue } from './values/stream-value.js';
import { naturalEncodingOf } from './values/string-value.js';

const OBJECT_BYTES = 16;
/** The entry in the table of keys, with its links to the other keys of the slot. */
const KEY_ENTRY_BYTES = 40;
const DICT_BYTES = 56;
const DICT_ENTRY_BYTES = 24;
/** What a text takes beside its bytes, on an average. */
const TEXT_OVERHEAD = 10;
/** What a listpack needs for each element beside its text. */
const LISTPACK_ENTRY_BYTES = 2;
const LISTPACK_SCORE_BYTES = 4;
const INTSET_HEADER_BYTES = 8;
const LIST_BYTES = 40;
const LIST_NODE_BYTES = 32;
const SKIPLIST_BYTES = 16 + 32 + 640;
const SKIPLIST_NODE_BYTES = 53;
const STREAM_BYTES = 80;
const STREAM_NODE_BYTES = 260;
const STREAM_NODE_ROOM = 4096;
const STREAM_GROUP_BYTES = 500;
const STREAM_CONSUMER_BYTES = 300;
/** Of the group and of the consumer. */
const PENDING_BYTES = 24 + 2 * 40;
/** An entry of the table of expiries. */
export const EXPIRY_BYTES = 24;

export function storedBytes(key: ByteString, value: StoredValue): number {
  return textBytes(key.length) + KEY_ENTRY_BYTES + valueBytes(value);
}

/** Values that are freed in the background have more pieces than that (LAZYFREE_THRESHOLD). */
const FREED_AT_ONCE = 64;

/** UNLINK and the like leave it to the background to free a value in so many pieces. */
export function isFreedLazily(value: StoredValue): boolean {
  return piecesOf(value) > FREED_AT_ONCE;
}

/** How many pieces of memory have to be freed one by one (lazyfreeGetFreeEffort). */
export function piecesOf(value: StoredValue): number {
  if (typeof value === 'string') return 1;
  switch (value.type) {
    case 'string':
      return 1;
    case 'list':
      return value.encoding === 'quicklist' ? value.nodeCount : 1;
    case 'stream':
      return value.entries.nodes.length + value.groups.size;
    default:
      return value.encoding === 'hashtable' || value.encoding === 'skiplist' ? value.size : 1;
  }
}

function valueBytes(value: StoredValue): number {
  if (typeof value === 'string') return stringBytes(naturalEncodingOf(value), value.length);
  switch (value.type) {
    case 'string':
      return stringBytes(value.encoding, value.length);
    case 'hash':
      if (value.encoding === 'listpack') return listpackBytes(value.textLength, 2 * value.size);
      return (
        OBJECT_BYTES + DICT_BYTES + tableBytes(value.size, 1) + value.textLength + TEXT_OVERHEAD * value.size
      );
    case 'set': {
      const { intWidth, size, textLength } = value;
      if (intWidth !== null) return OBJECT_BYTES + allocated(INTSET_HEADER_BYTES + intWidth * size);
      if (value.encoding === 'listpack') return listpackBytes(textLength, size);
      return OBJECT_BYTES + DICT_BYTES + tableBytes(size, 1) + textLength;
    }
    case 'zset':
      if (value.encoding === 'listpack') {
        return listpackBytes(value.textLength + LISTPACK_SCORE_BYTES * value.size, value.size);
      }
      return (
        OBJECT_BYTES +
        SKIPLIST_BYTES +
        DICT_BYTES +
        tableBytes(value.size, 1) +
        SKIPLIST_NODE_BYTES * value.size +
        value.textLength
      );
    case 'list':
      if (value.encoding === 'listpack')
        return OBJECT_BYTES + allocated(LISTPACK_FRAME_BYTES + value.elementBytes);
      return (
        OBJECT_BYTES +
        LIST_BYTES +
        (LIST_NODE_BYTES + LISTPACK_FRAME_BYTES) * value.nodeCount +
        allocated(value.elementBytes)
      );
    case 'stream':
      return OBJECT_BYTES + streamBytes(value);
  }
}

function stringBytes(encoding: 'int' | 'embstr' | 'raw', length: number): number {
  if (encoding === 'int') return OBJECT_BYTES;
  return encoding === 'embstr' ? allocated(OBJECT_BYTES + 4 + length) : OBJECT_BYTES + textBytes(length);
}

function listpackBytes(textLength: number, elements: number): number {
  return OBJECT_BYTES + allocated(LISTPACK_FRAME_BYTES + textLength + LISTPACK_ENTRY_BYTES * elements);
}

/** A dictionary with so many entries, each with so many texts, the bytes of these apart. */
function tableBytes(size: number, textsInEntry: number): number {
  return dictTableBytes(size) + (DICT_ENTRY_BYTES + TEXT_OVERHEAD * textsInEntry) * size;
}

function streamBytes({ entries, groups }: StreamValue): number {
  const { nodes } = entries;
  let bytes = STREAM_BYTES + STREAM_NODE_BYTES * nodes.length + entries.bytes;
  // The node that grows has room for more.
  if (nodes.length > 0) bytes += Math.max(0, STREAM_NODE_ROOM - nodes.at(nodes.length - 1).bytes);
  for (const { pending, consumers } of groups.values()) {
    bytes += STREAM_GROUP_BYTES + PENDING_BYTES * pending.size + STREAM_CONSUMER_BYTES * consumers.size;
  }
  return bytes;
}
