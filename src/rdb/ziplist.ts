/** Ziplists (before Redis 7) and zipmaps (before 2.6), read only: old dumps may hold hashes in them (ziplist.c, zipmap.c). */
import { asBuffer, type ByteString, type SliceableBuffer } from '../resp/byte-string.js';
import { RdbFormatError } from './rdb-format-error.js';

const HEADER_LENGTH = 10;
const END = 0xff;
const BIG_LENGTH = 254;

/** The elements as text. `what` names the ziplist in the error. */
export function decodeZiplist(bytes: Uint8Array, what: string): ByteString[] {
  const fail = (): RdbFormatError => new RdbFormatError(`${what} ziplist integrity check failed.`);
  const buffer = asBuffer(bytes);
  const last = buffer.length - 1;
  if (buffer.length <= HEADER_LENGTH || buffer.readUInt32LE(0) !== buffer.length || buffer[last] !== END)
    throw fail();
  const elements: ByteString[] = [];
  let position = HEADER_LENGTH;
  let previousLength = 0;
  let previousStart = HEADER_LENGTH;
  while (position < last) {
    const start = position;
    let announced = buffer[position]!;
    position++;
    if (announced === BIG_LENGTH) {
      if (position + 4 > last) throw fail();
      announced = buffer.readUInt32LE(position);
      position += 4;
    }
    if (announced !== previousLength || position >= last) throw fail();
    const body = entryBody(buffer, position, last);
    if (body === null || body.end > last) throw fail();
    elements.push(body.text ?? buffer.latin1Slice(body.start, body.end));
    position = body.end;
    previousLength = position - start;
    previousStart = start;
  }
  const counted = buffer.readUInt16LE(8);
  if (counted !== 0xffff && counted !== elements.length) throw fail();
  if (buffer.readUInt32LE(4) !== previousStart) throw fail();
  return elements;
}

interface EntryBody {
  readonly start: number;
  readonly end: number;
  /** The text of an integer; null when the bytes themselves are the text. */
  readonly text: ByteString | null;
}

/** The part of an entry behind the previous entry's length; null when it is no valid one. */
function entryBody(buffer: SliceableBuffer, position: number, last: number): EntryBody | null {
  const first = buffer[position]!;
  const start = position + 1;
  if (first < 0x40) return { start, end: start + first, text: null };
  if (first < 0x80) {
    if (start + 1 > last) return null;
    return { start: start + 1, end: start + 1 + (((first & 63) << 8) | buffer[start]!), text: null };
  }
  if (first === 0x80) {
    if (start + 4 > last) return null;
    return { start: start + 4, end: start + 4 + buffer.readUInt32BE(start), text: null };
  }
  if (first >= 0xf1 && first <= 0xfd) return { start, end: start, text: String((first & 15) - 1) };
  const bytes = INTEGER_BYTES.get(first);
  if (bytes === undefined || start + bytes > last) return null;
  const text = bytes === 8 ? String(buffer.readBigInt64LE(start)) : String(buffer.readIntLE(start, bytes));
  return { start, end: start + bytes, text };
}

const INTEGER_BYTES: ReadonlyMap<number, number> = new Map([
  [0xc0, 2],
  [0xd0, 4],
  [0xe0, 8],
  [0xf0, 3],
  [0xfe, 1],
]);

/** The fields and values of a zipmap, one after the other. */
export function decodeZipmap(bytes: Uint8Array): ByteString[] {
  const buffer = asBuffer(bytes);
  const last = buffer.length - 1;
  if (buffer.length < 2 || buffer[last] !== END) throw brokenZipmap();
  const elements: ByteString[] = [];
  let position = 1;
  while (position < last) {
    const isValue = elements.length % 2 === 1;
    let length = buffer[position]!;
    position++;
    if (length === END) throw brokenZipmap();
    if (length === BIG_LENGTH) {
      if (position + 4 > last) throw brokenZipmap();
      length = buffer.readUInt32LE(position);
      position += 4;
    }
    let unused = 0;
    if (isValue) {
      if (position >= last) throw brokenZipmap();
      unused = buffer[position]!;
      position++;
    }
    if (position + length + unused > last) throw brokenZipmap();
    elements.push(buffer.latin1Slice(position, position + length));
    position += length + unused;
  }
  const counted = buffer[0]!;
  if (elements.length % 2 === 1 || (counted < BIG_LENGTH && counted !== elements.length / 2))
    throw brokenZipmap();
  return elements;
}

function brokenZipmap(): RdbFormatError {
  return new RdbFormatError('Zipmap integrity check failed.');
}
