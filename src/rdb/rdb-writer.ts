/** Writes the primitives of the RDB format: lengths, strings, integers (rdb.c: rdbSaveLen, rdbSaveRawString). */
import { type ByteString, byteStringToBytes } from '../resp/byte-string.js';
import { parseInt32Range } from '../resp/integer.js';
import { type Crc64, crc64 } from './crc64.js';
import { lzfCompress } from './lzf.js';
import { ENCODED, INT8, INT16, INT32, LENGTH_32, LENGTH_64, LZF } from './string-encoding.js';

const FIRST_CAPACITY = 1024;
const MAX_UINT32 = 0xffff_ffff;
/** The longest decimal that fits 32 bits, "-2147483648", has this many chars. */
const MAX_INTEGER_CHARS = 11;
/** Shorter strings are never compressed. */
const MIN_COMPRESSIBLE = 21;
/** Compression has to save this many bytes. */
const MIN_SAVING = 4;

export class RdbWriter {
  readonly #compress: boolean;
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;

  /** @param compress whether long strings are compressed (directive rdbcompression). */
  constructor(compress = true) {
    this.#compress = compress;
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The bytes as they are, without a length before them. */
  rawString(bytes: ByteString): void {
    this.#reserve(bytes.length);
    this.#buffer.write(bytes, this.#length, 'latin1');
    this.#length += bytes.length;
  }

  uint16LE(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
  }

  /** @param value a number has to be a safe integer. */
  int64LE(value: bigint | number): void {
    this.#reserve(8);
    if (typeof value === 'bigint') {
      this.#length = this.#buffer.writeBigInt64LE(value, this.#length);
      return;
    }
    this.#buffer.writeInt32LE(value | 0, this.#length);
    this.#buffer.writeInt32LE(Math.floor(value / 0x1_0000_0000) | 0, this.#length + 4);
    this.#length += 8;
  }

  doubleLE(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** @param value a safe integer that is not negative. */
  len(value: number): void {
    this.#reserve(9);
    if (value < 64) {
      this.#buffer[this.#length++] = value;
    } else if (value < 16384) {
      this.#length = this.#buffer.writeUInt16BE(0x4000 | value, this.#length);
    } else if (value <= MAX_UINT32) {
      this.#buffer[this.#length++] = LENGTH_32;
      this.#length = this.#buffer.writeUInt32BE(value, this.#length);
    } else {
      this.#buffer[this.#length++] = LENGTH_64;
      this.#length = this.#buffer.writeUInt32BE(Math.floor(value / 0x1_0000_0000), this.#length);
      this.#length = this.#buffer.writeUInt32BE(value % 0x1_0000_0000, this.#length);
    }
  }

  /** As `len`, for what uses all of its 64 bits. */
  length64(value: bigint): void {
    if (value <= BigInt(MAX_UINT32)) {
      this.len(Number(value));
      return;
    }
    this.#reserve(9);
    this.#buffer[this.#length++] = LENGTH_64;
    this.#length = this.#buffer.writeBigUInt64BE(value, this.#length);
  }

  /** A string in the shortest of its forms: integer, compressed, plain. */
  string(value: ByteString): void {
    if (value.length <= MAX_INTEGER_CHARS) {
      const integer = parseInt32Range(value);
      if (integer !== null) {
        this.#integerString(integer);
        return;
      }
    }
    if (this.#compress && value.length >= MIN_COMPRESSIBLE) {
      const compressed = lzfCompress(byteStringToBytes(value), value.length - MIN_SAVING);
      if (compressed !== null) {
        this.compressed(compressed, value.length);
        return;
      }
    }
    this.len(value.length);
    this.rawString(value);
  }

  /** As `string`, for bytes that are no text of an integer, such as a listpack. */
  blob(bytes: Uint8Array): void {
    const compressed =
      this.#compress && bytes.length >= MIN_COMPRESSIBLE
        ? lzfCompress(bytes, bytes.length - MIN_SAVING)
        : null;
    if (compressed !== null) {
      this.compressed(compressed, bytes.length);
      return;
    }
    this.len(bytes.length);
    this.bytes(bytes);
  }

  /** A string of `length` bytes that is compressed already. */
  compressed(bytes: Uint8Array, length: number): void {
    this.byte(ENCODED | LZF);
    this.len(bytes.length);
    this.len(length);
    this.bytes(bytes);
  }

  /** The checksum of everything written so far, then appended to it (little endian). */
  checksum(): void {
    const sum = crc64(this.#buffer, 0, this.#length);
    this.crc(sum);
  }

  crc(sum: Crc64): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeUInt32LE(sum.low, this.#length);
    this.#length = this.#buffer.writeUInt32LE(sum.high, this.#length);
  }

  /** What was written; the writer must not be used any more. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #integerString(value: number): void {
    this.#reserve(5);
    if (value >= -128 && value <= 127) {
      this.#buffer[this.#length++] = ENCODED | INT8;
      this.#length = this.#buffer.writeInt8(value, this.#length);
    } else if (value >= -32768 && value <= 32767) {
      this.#buffer[this.#length++] = ENCODED | INT16;
      this.#length = this.#buffer.writeInt16LE(value, this.#length);
    } else {
      this.#buffer[this.#length++] = ENCODED | INT32;
      this.#length = this.#buffer.writeInt32LE(value, this.#length);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
