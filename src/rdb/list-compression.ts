/** What list-compress-depth does to a list: nodes far from both ends are kept compressed (quicklistCompress of quicklist.c). */
import type { ListValue } from '../keyspace/values/list-value.js';
import { encodeListpack } from './listpack.js';
import { lzfCompress } from './lzf.js';

const MIN_COMPRESSED_BYTES = 48;
const MIN_SAVING = 8;

/** The compressed form of a node, or null where it is kept as it is. */
export function compressedNodeOf(list: ListValue, index: number): Uint8Array | null {
  const { compressDepth, nodeCount } = list;
  const isAtEnd = index < compressDepth || index >= nodeCount - compressDepth;
  const node = list.node(index);
  if (compressDepth === 0 || isAtEnd || node.bytes < MIN_COMPRESSED_BYTES) return null;
  const compressed = lzfCompress(encodeListpack(node.toArray()), node.bytes);
  return compressed === null || compressed.length + MIN_SAVING >= node.bytes ? null : compressed;
}
