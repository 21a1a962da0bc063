/** The bytes that a key with its value takes in a server that uses jemalloc: what MEMORY USAGE answers (objectComputeSize in object.c). */
import { encodingOfValue, isStringValue, type StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';

const OBJECT_BYTES = 16;
const ENTRY_BYTES = 24;
const SLOT_LINK_BYTES = 16;
const DICT_BYTES = 56;
const LISTPACK_FRAME_BYTES = 7;
/** Header, length and terminator of a string, by the width of its length. */
const TEXT_HEADERS = [
  [1 << 5, 1],
  [1 << 8, 3],
  [1 << 16, 5],
  [2 ** 32, 9],
] as const;

/** @param inCluster a key is also linked to the others of its slot. */
export function estimateKeySize(key: ByteString, value: StoredValue, inCluster: boolean): number {
  return textBytes(key.length) + ENTRY_BYTES + (inCluster ? SLOT_LINK_BYTES : 0) + valueBytes(value);
}

function valueBytes(value: StoredValue): number {
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
  if (value.encoding === 'listpack') {
    let bytes = LISTPACK_FRAME_BYTES;
    for (const [field, fieldValue] of value.entries()) bytes += field.length + fieldValue.length + 4;
    return OBJECT_BYTES + allocated(bytes);
  }
  const slots = 2 ** Math.ceil(Math.log2(Math.max(4, value.size)));
  let bytes = OBJECT_BYTES + DICT_BYTES + 8 * slots;
  for (const [field, fieldValue] of value.entries()) {
    bytes += ENTRY_BYTES + textBytes(field.length) + textBytes(fieldValue.length);
  }
  return bytes;
}

function textBytes(length: number): number {
  const header = TEXT_HEADERS.find(([limit]) => length < limit)?.[1] ?? 17;
  return allocated(header + length + 1);
}

/** jemalloc gives out sizes with four steps between one power of two and the next, and multiples of 16 below 128. */
function allocated(bytes: number): number {
  if (bytes <= 8) return 8;
  if (bytes <= 128) return Math.ceil(bytes / 16) * 16;
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}
