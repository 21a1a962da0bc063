/**
 * The ping extensions of Redis 7: hostname, nodename, forgotten nodes, shard id, each in a block that is a multiple of 8
 * bytes long. Redis 7.0 knows the hostname only.
 */
import { asCString, type SliceableBuffer } from '../../resp/byte-string.js';
import { NODE_ID_LENGTH } from '../constants.js';
import type { PingExtensions } from '../message.js';
import { readId, readU64, write64, writeId } from './packet-fields.js';

/** Whose form of the bus protocol is written. */
export type BusVersion = '7.0' | '7.2';

const ExtensionType = {
  HOSTNAME: 0,
  NODENAME: 1,
  FORGOTTEN_NODE: 2,
  SHARD_ID: 3,
} as const;

const ALIGNMENT = 8;
/** u32 length of the whole block, u16 type, u16 zero. */
const PREFIX_LENGTH = 8;
const FORGOTTEN_NODE_LENGTH = PREFIX_LENGTH + NODE_ID_LENGTH + 8;
const SHARD_ID_LENGTH = PREFIX_LENGTH + NODE_ID_LENGTH;
/** Redis adds up the lengths of extensions in 16 bits. */
const MAX_LENGTH = 0xffff;

/** The blocks in the order in which Redis writes them. Empty names are left out, as Redis does. */
export function encodeExtensions(extensions: PingExtensions, version: BusVersion): Buffer[] {
  const { hostname = '', nodename = '', forgottenNodes = [], shardId } = extensions;
  const blocks: Buffer[] = [];
  if (hostname !== '') blocks.push(textBlock(ExtensionType.HOSTNAME, hostname));
  if (version === '7.0') return blocks;
  if (nodename !== '') blocks.push(textBlock(ExtensionType.NODENAME, nodename));
  for (const { id, ttlS } of forgottenNodes) {
    const forgotten = block(ExtensionType.FORGOTTEN_NODE, FORGOTTEN_NODE_LENGTH);
    writeId(forgotten, PREFIX_LENGTH, id);
    write64(forgotten, PREFIX_LENGTH + NODE_ID_LENGTH, ttlS);
    blocks.push(forgotten);
  }
  if (shardId !== undefined) {
    const shard = block(ExtensionType.SHARD_ID, SHARD_ID_LENGTH);
    writeId(shard, PREFIX_LENGTH, shardId);
    blocks.push(shard);
  }
  return blocks;
}

function textBlock(type: number, text: string): Buffer {
  const aligned = Math.ceil((text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const made = block(type, PREFIX_LENGTH + aligned);
  made.write(text, PREFIX_LENGTH, 'latin1');
  return made;
}

function block(type: number, length: number): Buffer {
  const made = Buffer.alloc(length);
  made.writeUInt32BE(length, 0);
  made.writeUInt16BE(type, 4);
  return made;
}

/** What is wrong with the extensions of a packet. `length` is that of the offending block, 'overrun' means it does not fit. */
export interface BrokenExtension {
  readonly broken: 'padding' | 'overrun';
  readonly length: number;
}

/** The decoded extensions and where the last one ends, or why the packet has to be dropped. */
export type DecodedExtensions =
  | { readonly extensions: PingExtensions; readonly end: number }
  | BrokenExtension;

/**
 * Reads `count` blocks beginning at `start`. Redis looks at the low 16 bits of each length and trusts the rest, even when it
 * then reads beyond the packet; such blocks (length 0 or above 65535, an id that is cut off) are refused here.
 */
export function decodeExtensions(packet: SliceableBuffer, start: number, count: number): DecodedExtensions {
  let hostname = '';
  let nodename = '';
  let shardId: string | undefined;
  const forgottenNodes: { id: string; ttlS: number }[] = [];
  const unknownTypes: number[] = [];
  let offset = start;
  for (let index = 0; index < count; index++) {
    const length = packet.length - offset < PREFIX_LENGTH ? 0 : packet.readUInt32BE(offset);
    if (length % ALIGNMENT !== 0) return { broken: 'padding', length: length & MAX_LENGTH };
    const end = offset + length;
    if (length < PREFIX_LENGTH || length > MAX_LENGTH || end > packet.length)
      return { broken: 'overrun', length };
    const type = packet.readUInt16BE(offset + 4);
    const data = offset + PREFIX_LENGTH;
    switch (type) {
      case ExtensionType.HOSTNAME:
        hostname = asCString(packet.latin1Slice(data, end));
        break;
      case ExtensionType.NODENAME:
        nodename = asCString(packet.latin1Slice(data, end));
        break;
      case ExtensionType.FORGOTTEN_NODE:
        if (length < FORGOTTEN_NODE_LENGTH) return { broken: 'overrun', length };
        forgottenNodes.push({ id: readId(packet, data), ttlS: readU64(packet, data + NODE_ID_LENGTH) });
        break;
      case ExtensionType.SHARD_ID:
        if (length < SHARD_ID_LENGTH) return { broken: 'overrun', length };
        shardId = readId(packet, data);
        break;
      default:
        unknownTypes.push(type);
    }
    offset = end;
  }
  const extensions: PingExtensions = {
    ...(hostname !== '' && { hostname }),
    ...(nodename !== '' && { nodename }),
    ...(forgottenNodes.length > 0 && { forgottenNodes }),
    ...(shardId !== undefined && { shardId }),
    ...(unknownTypes.length > 0 && { unknownTypes }),
  };
  return { extensions, end: offset };
}
