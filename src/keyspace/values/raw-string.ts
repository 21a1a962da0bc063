/** A string value that was changed in place (APPEND, SETRANGE, SETBIT): Redis's raw encoding, a buffer with room to grow. */
import { asBuffer, type ByteString, type SliceableBuffer } from '../../resp/byte-string.js';

const SMALLEST_CAPACITY = 64;

export class RawString {
  readonly type = 'string';
  readonly encoding = 'raw';
  #bytes: SliceableBuffer;
  #length: number;
  /** The value as a byte string, kept until the next change. */
  #text: ByteString | null;
  /** The byte behind the end, which is 0 in Redis but for some damaged HyperLogLogs. */
  #byteBehind = 0;

  constructor(text: ByteString) {
    this.#bytes = asBuffer(Buffer.from(text, 'latin1'));
    this.#length = text.length;
    this.#text = text;
  }

  /** Bytes, not counting the room to grow. */
  get length(): number {
    return this.#length;
  }

  toString(): ByteString {
    this.#text ??= this.#bytes.latin1Slice(0, this.#length);
    return this.#text;
  }

  copy(): RawString {
    return new RawString(this.toString());
  }

  /** The bytes from `start` up to, not including, `end`, without making the whole a string. */
  slice(start: number, end: number): ByteString {
    return this.#text?.slice(start, end) ?? this.#bytes.latin1Slice(start, Math.min(end, this.#length));
  }

  /** One byte; 0 behind the end. */
  byteAt(index: number): number {
    return index < this.#length ? (this.#bytes[index] as number) : 0;
  }

  /** Fills up with zero bytes when `index` is behind the end. */
  setByte(index: number, byte: number): void {
    this.grow(index + 1);
    this.#bytes[index] = byte;
    this.#text = null;
  }

  append(text: ByteString): void {
    this.write(this.#length, text);
  }

  /** Overwrites from `offset` on, with zero bytes in between when that is behind the end. */
  write(offset: number, text: ByteString): void {
    this.grow(offset + text.length);
    this.#bytes.write(text, offset, 'latin1');
    this.#text = null;
  }

  /** Makes the value at least that long, with zero bytes at the end. */
  grow(length: number): void {
    if (length <= this.#length) return;
    if (length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * this.#length, SMALLEST_CAPACITY));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = asBuffer(larger);
    }
    this.#length = length;
    this.#byteBehind = 0;
    this.#text = null;
  }

  get byteBehind(): number {
    return this.#byteBehind;
  }

  /** Takes these bytes over: others, or its own ones that were changed in place. */
  setBytes(bytes: Uint8Array, byteBehind = 0): void {
    this.#byteBehind = byteBehind;
    this.#bytes = asBuffer(bytes);
    this.#length = bytes.length;
    this.#text = null;
  }

  /** The bytes themselves, for bit operations; valid until the next change. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
