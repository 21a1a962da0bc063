/** The field types of a bus packet that Buffer does not have: 64-bit integers as numbers, padded text, node ids, slot bitmaps. */
import { asCString, type SliceableBuffer } from '../../resp/byte-string.js';
import { NODE_ID_LENGTH, SLOT_BITMAP_BYTES } from '../constants.js';
import { SlotSet } from '../slot-bitmap.js';

const TWO_POW_32 = 0x1_0000_0000;

/** A u64. Values above 2^53 - 1, which no cluster reaches by itself, are read as 2^53 - 1: the packet still counts, as in Redis. */
export function readU64(packet: Buffer, offset: number): number {
  const value = packet.readUInt32BE(offset) * TWO_POW_32 + packet.readUInt32BE(offset + 4);
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** A replication offset: Redis keeps it in a signed integer. Values beyond ±(2^53 - 1) are cut to that. */
export function readI64(packet: Buffer, offset: number): number {
  const value = packet.readInt32BE(offset) * TWO_POW_32 + packet.readUInt32BE(offset + 4);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER));
}

/** Writes an integer of up to 2^53 - 1 as 64 bits, a negative one in two's complement. */
export function write64(packet: Buffer, offset: number, value: number): void {
  packet.writeInt32BE(Math.floor(value / TWO_POW_32) | 0, offset);
  packet.writeInt32BE(value | 0, offset + 4);
}

/** Text in a NUL-padded field of `length` bytes, of which the last one is always NUL. */
export function readText(packet: SliceableBuffer, offset: number, length: number): string {
  // Nearly always empty in headers.
  if (packet[offset] === 0) return '';
  return asCString(packet.latin1Slice(offset, offset + length - 1));
}

export function writeText(packet: Buffer, offset: number, length: number, text: string): void {
  packet.write(text, offset, length - 1, 'latin1');
}

/** A node or shard id: 40 bytes that Redis compares without looking at them. */
export function readId(packet: SliceableBuffer, offset: number): string {
  return packet.latin1Slice(offset, offset + NODE_ID_LENGTH);
}

export function writeId(packet: Buffer, offset: number, id: string): void {
  packet.write(id, offset, NODE_ID_LENGTH, 'latin1');
}

/** The slots of a packet: `previous` itself when nothing changed since, so that views share memory. */
export function readSlots(packet: Buffer, offset: number, previous: SlotSet): SlotSet {
  const bytes = packet.subarray(offset, offset + SLOT_BITMAP_BYTES);
  for (const known of [previous, SlotSet.EMPTY]) {
    if (Buffer.compare(bytes, known.bytes) === 0) return known;
  }
  // A copy that is no Buffer: Buffer's slice() would not copy, and a view would keep the packet in memory.
  return new SlotSet(new Uint8Array(bytes));
}
