/**
 * Replies as bytes of RESP2 or RESP3, as the addReply functions of networking.c write them.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import type { ByteString } from './byte-string.js';
import { type DoubleStyle, formatDouble } from './number-format.js';
import { OK, type Reply } from './reply.js';

export type Protocol = 2 | 3;

const OK_BYTES = '+OK\r\n';
const CACHED_LENGTHS = 1024;

const bulkHeaders = Array.from({ length: CACHED_LENGTHS }, (_, length) => `$${length}\r\n`);
const arrayHeaders = Array.from({ length: CACHED_LENGTHS }, (_, length) => `*${length}\r\n`);
const integers = Array.from({ length: CACHED_LENGTHS }, (_, value) => `:${value}\r\n`);

/** Bytes of an empty string as a reply. */
export const SHORTEST_BULK = 6;

/** The bytes of `reply`; `doubleStyle` is the version of Redis whose way to print doubles is followed. */
export function encodeReply(reply: Reply, protocol: Protocol, doubleStyle: DoubleStyle = '7.2'): ByteString {
  if (typeof reply === 'string') return encodeBulk(reply);
  if (typeof reply === 'number') return encodeInteger(reply);
  if (reply === OK) return OK_BYTES;
  if (reply === null) return protocol === 2 ? '$-1\r\n' : '_\r\n';
  if (typeof reply === 'bigint') return `:${reply}\r\n`;
  if (Array.isArray(reply)) {
    return encodeItems(encodeArrayHeader(reply.length), reply, protocol, doubleStyle);
  }
  return protocol === 2 ? encodeTyped2(reply, doubleStyle) : encodeTyped3(reply, doubleStyle);
}

/** A bulk string. */
export function encodeBulk(bytes: ByteString): ByteString {
  const length = bytes.length;
  const header = length < CACHED_LENGTHS ? bulkHeaders[length]! : `$${length}\r\n`;
  return `${header}${bytes}\r\n`;
}

export function encodeInteger(value: number): ByteString {
  return value >= 0 && value < CACHED_LENGTHS ? integers[value]! : `:${value}\r\n`;
}

/** The header of an array, as for a reply whose items are written one by one. */
export function encodeArrayHeader(length: number): ByteString {
  return length < CACHED_LENGTHS ? arrayHeaders[length]! : `*${length}\r\n`;
}

/** The replies that are neither a string, a number, null nor an array. */
type TypedReply = Exclude<Reply, string | number | bigint | null | Reply[]>;

function encodeTyped2(reply: TypedReply, doubleStyle: DoubleStyle): ByteString {
  switch (reply.kind) {
    case 'simple':
      return `+${reply.text}\r\n`;
    case 'error':
      return `-${reply.text}\r\n`;
    case 'map':
      return encodeItems(encodeArrayHeader(reply.flat.length), reply.flat, 2, doubleStyle);
    case 'set':
    case 'push':
      return encodeItems(encodeArrayHeader(reply.items.length), reply.items, 2, doubleStyle);
    case 'push-sequence':
      return encodeItems('', reply.pushes, 2, doubleStyle);
    case 'double':
      return encodeBulk(reply.text ?? formatDouble(reply.value, doubleStyle));
    case 'boolean':
      return reply.value ? ':1\r\n' : ':0\r\n';
    case 'big-number':
    case 'verbatim':
      return encodeBulk(reply.text);
    case 'attribute':
      return encodeReply(reply.reply, 2, doubleStyle);
    case 'null-array':
      return '*-1\r\n';
    case 'raw':
      return reply.bytes;
    case 'none':
      return '';
  }
}

function encodeTyped3(reply: TypedReply, doubleStyle: DoubleStyle): ByteString {
  switch (reply.kind) {
    case 'simple':
      return `+${reply.text}\r\n`;
    case 'error':
      return `-${reply.text}\r\n`;
    case 'map':
      return encodeItems(`%${reply.flat.length / 2}\r\n`, reply.flat, 3, doubleStyle);
    case 'set':
      return encodeItems(`~${reply.items.length}\r\n`, reply.items, 3, doubleStyle);
    case 'push':
      return encodeItems(`>${reply.items.length}\r\n`, reply.items, 3, doubleStyle);
    case 'push-sequence':
      return encodeItems('', reply.pushes, 3, doubleStyle);
    case 'double':
      return `,${reply.text ?? formatDouble(reply.value, doubleStyle)}\r\n`;
    case 'boolean':
      return reply.value ? '#t\r\n' : '#f\r\n';
    case 'big-number':
      return `(${reply.text}\r\n`;
    case 'verbatim': // the format is three chars: longer ones are cut, shorter ones filled up
      return `=${reply.text.length + 4}\r\n${reply.format.slice(0, 3).padEnd(3)}:${reply.text}\r\n`;
    case 'attribute': {
      const attributes = encodeItems(`|${reply.flat.length / 2}\r\n`, reply.flat, 3, doubleStyle);
      return attributes + encodeReply(reply.reply, 3, doubleStyle);
    }
    case 'null-array':
      return '_\r\n';
    case 'raw':
      return reply.bytes;
    case 'none':
      return '';
  }
}

function encodeItems(
  header: ByteString,
  items: readonly Reply[],
  protocol: Protocol,
  doubleStyle: DoubleStyle,
): ByteString {
  let bytes = header;
  for (const item of items) bytes += encodeReply(item, protocol, doubleStyle);
  return bytes;
}
