/** Listpacks: the compact sequence that holds small hashes, sets, sorted sets and the nodes of lists and streams (listpack.c). */
import { asBuffer, type ByteString } from '../resp/byte-string.js';
import { parseInteger } from '../resp/integer.js';
import { RdbFormatError } from './rdb-format-error.js';

const HEADER_LENGTH = 6;
const END = 0xff;
/** The header counts up to here; more elements have to be counted by walking. */
const UNKNOWN_COUNT = 0xffff;

/** The elements as text. `what` names the listpack in the error. */
export function decodeListpack(bytes: Uint8Array, what: string): ByteString[] {
  const fail = (): RdbFormatError => new RdbFormatError(`${what} listpack integrity check failed.`);
  const buffer = asBuffer(bytes);
  const last = buffer.length - 1;
  if (buffer.length <= HEADER_LENGTH || buffer.readUInt32LE(0) !== buffer.length || buffer[last] !== END)
    throw fail();
  const elements: ByteString[] = [];
  let position = HEADER_LENGTH;
  while (position < last) {
    const first = buffer[position]!;
    const headerLength = first >= 0xf0 ? (first === 0xf0 ? 5 : 1) : first >= 0xe0 ? 2 : 1;
    if (position + headerLength > last) throw fail();
    let bodyLength = 0;
    if (first >= 0xf1) bodyLength = INTEGER_BYTES[first - 0xf1] ?? -1;
    else if (first === 0xf0) bodyLength = buffer.readUInt32LE(position + 1);
    else if (first >= 0xe0) bodyLength = ((first & 15) << 8) | buffer[position + 1]!;
    else if (first >= 0xc0) bodyLength = 1;
    else if (first >= 0x80) bodyLength = first & 63;
    const start = position + headerLength;
    const end = start + bodyLength;
    if (bodyLength < 0 || end > last) throw fail();
    if (first < 0x80) elements.push(String(first));
    else if (first >= 0xf1) elements.push(integerText(buffer, start, bodyLength));
    else if (first >= 0xc0 && first < 0xe0) elements.push(String(signed13(first, buffer[start]!)));
    else elements.push(buffer.latin1Slice(start, end));
    const entryLength = end - position;
    const backLength = backLengthBytes(entryLength);
    if (end + backLength > last || !hasBackLength(buffer, end, entryLength, backLength)) throw fail();
    position = end + backLength;
  }
  const counted = buffer.readUInt16LE(4);
  if (position !== last || (counted !== UNKNOWN_COUNT && counted !== elements.length)) throw fail();
  return elements;
}

/** A listpack of those elements; what reads as an integer is stored as one. */
export function encodeListpack(elements: Iterable<ByteString>): Uint8Array {
  const parts: Buffer[] = [Buffer.alloc(HEADER_LENGTH)];
  let total = HEADER_LENGTH + 1;
  let count = 0;
  for (const element of elements) {
    const entry = encodeEntry(element);
    const back = encodeBackLength(entry.length);
    parts.push(entry, back);
    total += entry.length + back.length;
    count++;
  }
  parts.push(Buffer.of(END));
  const listpack = Buffer.concat(parts, total);
  listpack.writeUInt32LE(total, 0);
  listpack.writeUInt16LE(Math.min(count, UNKNOWN_COUNT), 4);
  return listpack;
}

/** Bytes of the integers with first byte 0xf1, 0xf2, 0xf3, 0xf4. */
const INTEGER_BYTES: readonly number[] = [2, 3, 4, 8];

function integerText(buffer: Buffer, start: number, bytes: number): ByteString {
  return bytes === 8 ? String(buffer.readBigInt64LE(start)) : String(buffer.readIntLE(start, bytes));
}

function signed13(first: number, second: number): number {
  const value = ((first & 31) << 8) | second;
  return value >= 4096 ? value - 8192 : value;
}

function encodeEntry(element: ByteString): Buffer {
  const integer = parseInteger(element);
  if (integer !== null) return encodeInteger(integer);
  const { length } = element;
  const body = Buffer.from(element, 'latin1');
  if (length < 64) return Buffer.concat([Buffer.of(0x80 | length), body]);
  if (length < 4096) return Buffer.concat([Buffer.of(0xe0 | (length >> 8), length & 255), body]);
  const header = Buffer.alloc(5);
  header[0] = 0xf0;
  header.writeUInt32LE(length, 1);
  return Buffer.concat([header, body]);
}

function encodeInteger(value: bigint | number): Buffer {
  if (value >= 0 && value <= 127) return Buffer.of(Number(value));
  if (value >= -4096 && value <= 4095) {
    const bits = Number(value) & 0x1fff;
    return Buffer.of(0xc0 | (bits >> 8), bits & 255);
  }
  if (value >= -0x80000000 && value <= 0x7fffffff) {
    const number = Number(value);
    const bytes = number >= -32768 && number <= 32767 ? 2 : number >= -0x800000 && number <= 0x7fffff ? 3 : 4;
    const entry = Buffer.alloc(1 + bytes);
    entry[0] = 0xf1 + bytes - 2;
    entry.writeIntLE(number, 1, bytes);
    return entry;
  }
  const entry = Buffer.alloc(9);
  entry[0] = 0xf4;
  entry.writeBigInt64LE(BigInt(value), 1);
  return entry;
}

// The limits below are one less than seven bits a byte would allow, as in lpEncodeBacklen.
function backLengthBytes(length: number): number {
  if (length <= 127) return 1;
  if (length < 16383) return 2;
  if (length < 2097151) return 3;
  return length < 268435455 ? 4 : 5;
}

/** The length of an entry, written so that it can be read from behind: seven bits a byte, all but the first one marked. */
function encodeBackLength(length: number): Buffer {
  const bytes = backLengthBytes(length);
  const encoded = Buffer.alloc(bytes);
  let rest = length;
  for (let index = bytes - 1; index >= 0; index--) {
    encoded[index] = (rest % 128) | (index === 0 ? 0 : 128);
    rest = Math.floor(rest / 128);
  }
  return encoded;
}

function hasBackLength(buffer: Buffer, start: number, length: number, bytes: number): boolean {
  return encodeBackLength(length).equals(buffer.subarray(start, start + bytes));
}
