/** Bytes that a library puts together before they become one Lua string. */
import type { ByteString } from '../../resp/byte-string.js';
import { LuaError } from '../engine.js';

const START_CAPACITY = 1024;
/** More than fits the interpreter beside other things. */
const MAX_BYTES = 2 ** 29;

export class ByteWriter {
  length = 0;
  #bytes = new Uint8Array(START_CAPACITY);

  /** What was written; valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `count` bytes; they may be written to the result, from `length` on, by hand. */
  reserve(count: number): Uint8Array {
    if (this.length + count > this.#bytes.length) {
      if (this.length + count > MAX_BYTES) throw new LuaError('not enough memory');
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
      larger.set(this.written);
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** Writes `value` so many times. */
  fill(value: number, count: number): void {
    this.reserve(count).fill(value, this.length, this.length + count);
    this.length += count;
  }

  bytes(from: Uint8Array, start: number, end: number): void {
    const target = this.reserve(end - start);
    if (end - start > LONG) {
      target.set(from.subarray(start, end), this.length);
      this.length += end - start;
      return;
    }
    let at = this.length;
    for (let index = start; index < end; index++) target[at++] = from[index]!;
    this.length = at;
  }

  text(text: ByteString): void {
    const target = this.reserve(text.length);
    for (let index = 0; index < text.length; index++) target[this.length++] = text.charCodeAt(index);
  }
}

/** From about here on a copy by the engine is faster than a loop. */
const LONG = 48;
