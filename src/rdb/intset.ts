/** Intsets: sorted integers of 2, 4 or 8 bytes each, all of the same width (intset.c). */
import { asBuffer } from '../resp/byte-string.js';
import { compareIntegers, IntSet, type IntWidth } from '../structures/int-set.js';
import { RdbFormatError } from './rdb-format-error.js';

const HEADER_LENGTH = 8;

export function encodeIntset(members: readonly string[], width: IntWidth): Uint8Array {
  const buffer = Buffer.alloc(HEADER_LENGTH + members.length * width);
  buffer.writeUInt32LE(width, 0);
  buffer.writeUInt32LE(members.length, 4);
  let position = HEADER_LENGTH;
  for (const member of members) {
    if (width === 8) buffer.writeBigInt64LE(BigInt(member), position);
    else buffer.writeIntLE(Number(member), position, width);
    position += width;
  }
  return buffer;
}

/** Throws RdbFormatError for what is none, is empty or is not sorted. */
export function decodeIntset(bytes: Uint8Array): IntSet {
  const fail = (): RdbFormatError => new RdbFormatError('Intset integrity check failed.');
  const buffer = asBuffer(bytes);
  if (buffer.length < HEADER_LENGTH) throw fail();
  const width = buffer.readUInt32LE(0);
  const count = buffer.readUInt32LE(4);
  if (width !== 2 && width !== 4 && width !== 8) throw fail();
  if (count === 0 || HEADER_LENGTH + count * width !== buffer.length) throw fail();
  const members: string[] = [];
  for (let position = HEADER_LENGTH; position < buffer.length; position += width) {
    const value = width === 8 ? buffer.readBigInt64LE(position) : buffer.readIntLE(position, width);
    const member = String(value);
    const previous = members[members.length - 1];
    if (previous !== undefined && compareIntegers(previous, member) >= 0) throw fail();
    members.push(member);
  }
  return new IntSet(members, width);
}
