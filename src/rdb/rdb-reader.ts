/** Reads the primitives of the RDB format. Every step is checked against what is there, so no forged length makes it allocate or hang. */
import { asBuffer, type ByteString, bytesToByteString, type SliceableBuffer } from '../resp/byte-string.js';
import { lzfDecompress } from './lzf.js';
import { RdbFormatError } from './rdb-format-error.js';
import { ENCODED, INT8, INT16, INT32, LENGTH_32, LENGTH_64, LZF } from './string-encoding.js';

export class RdbReader {
  readonly #buffer: SliceableBuffer;
  readonly #end: number;
  #position: number;

  /** Reads bytes[start..end). */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#buffer = asBuffer(bytes);
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  byte(): number {
    return this.#buffer[this.#advance(1)]!;
  }

  /** A view on the next `count` bytes. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#buffer.subarray(start, start + count);
  }

  /** The next `count` bytes as they are. */
  rawString(count: number): ByteString {
    const start = this.#advance(count);
    return this.#buffer.latin1Slice(start, start + count);
  }

  uint32LE(): number {
    return this.#buffer.readUInt32LE(this.#advance(4));
  }

  int32LE(): number {
    return this.#buffer.readInt32LE(this.#advance(4));
  }

  doubleLE(): number {
    return this.#buffer.readDoubleLE(this.#advance(8));
  }

  /** A signed 64-bit integer; a bigint where a number would not be exact. */
  int64LE(): bigint | number {
    const start = this.#advance(8);
    const value = this.#buffer.readInt32LE(start + 4) * 0x1_0000_0000 + this.#buffer.readUInt32LE(start);
    return Number.isSafeInteger(value) ? value : this.#buffer.readBigInt64LE(start);
  }

  /** A length; beyond 2^53 the nearest number. */
  len(): number {
    const first = this.byte();
    if (first >= ENCODED) throw new RdbFormatError(`Unknown length encoding ${first & 63} in rdbLoadLen()`);
    return this.#lenAfter(first);
  }

  /** A length that uses all of its 64 bits. */
  length64(): bigint {
    if (this.#end - this.#position > 8 && this.#buffer[this.#position] === LENGTH_64) {
      return this.#buffer.readBigUInt64BE(this.#advance(9) + 1);
    }
    return BigInt(this.len());
  }

  /** A length of something whose parts take at least `minBytesEach`: what cannot be there is refused before anything is made of it. */
  count(minBytesEach: number): number {
    const count = this.len();
    if (count * minBytesEach > this.remaining) throw shortRead();
    return count;
  }

  /** A string in any of its encodings. */
  string(): ByteString {
    const first = this.byte();
    if (first < ENCODED) return this.rawString(this.#lenAfter(first));
    const encoding = first & 63;
    if (encoding === LZF) return bytesToByteString(this.#lzf());
    return String(this.#integer(encoding));
  }

  /** As `string`, for what holds a structure; a view when it is not compressed. */
  blob(): Uint8Array {
    const first = this.byte();
    if (first < ENCODED) return this.bytes(this.#lenAfter(first));
    const encoding = first & 63;
    if (encoding === LZF) return this.#lzf();
    return Buffer.from(String(this.#integer(encoding)), 'latin1');
  }

  #lzf(): Uint8Array {
    const compressedLength = this.len();
    const length = this.len();
    return lzfDecompress(this.bytes(compressedLength), length);
  }

  #integer(encoding: number): number {
    if (encoding === INT8) return this.#buffer.readInt8(this.#advance(1));
    if (encoding === INT16) return this.#buffer.readInt16LE(this.#advance(2));
    if (encoding === INT32) return this.int32LE();
    throw new RdbFormatError(`Unknown RDB string encoding type ${encoding}`);
  }

  #lenAfter(first: number): number {
    if (first < 64) return first;
    if (first < LENGTH_32) return ((first & 63) << 8) | this.byte();
    if (first === LENGTH_32) return this.#buffer.readUInt32BE(this.#advance(4));
    if (first === LENGTH_64) {
      const start = this.#advance(8);
      return this.#buffer.readUInt32BE(start) * 0x1_0000_0000 + this.#buffer.readUInt32BE(start + 4);
    }
    throw new RdbFormatError(`Unknown length encoding ${first} in rdbLoadLen()`);
  }

  /** Position of the next `count` bytes, which are then behind. */
  #advance(count: number): number {
    const start = this.#position;
    if (count > this.#end - start) throw shortRead();
    this.#position = start + count;
    return start;
  }
}

export function shortRead(): RdbFormatError {
  return new RdbFormatError('Unexpected EOF reading RDB file');
}
