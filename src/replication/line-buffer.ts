/** Cuts lines out of chunks, as Redis's syncReadLine does: CR LF or LF ends a line, and a line that is too long is cut. */
import { type ByteString, bytesToByteString } from '../resp/byte-string.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export class LineBuffer {
  readonly #maxLength: number;
  #pending: Uint8Array = new Uint8Array(0);

  /** @param maxLength bytes of a line; what is longer counts as several lines. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** True when a line has begun and not ended. */
  get isWithinLine(): boolean {
    return this.#pending.length > 0;
  }

  push(chunk: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
  }

  /** The next line without its end, or null when none is complete. */
  next(): ByteString | null {
    const lineFeed = this.#pending.subarray(0, this.#maxLength + 1).indexOf(LINE_FEED);
    if (lineFeed >= 0) {
      const end = lineFeed > 0 && this.#pending[lineFeed - 1] === CARRIAGE_RETURN ? lineFeed - 1 : lineFeed;
      return this.#take(end, lineFeed + 1);
    }
    return this.#pending.length > this.#maxLength ? this.#take(this.#maxLength, this.#maxLength) : null;
  }

  /** The bytes after the lines taken so far; the buffer is empty then. */
  takeRest(): Uint8Array {
    const rest = this.#pending;
    this.#pending = new Uint8Array(0);
    return rest;
  }

  #take(end: number, next: number): ByteString {
    const line = bytesToByteString(this.#pending.subarray(0, end));
    this.#pending = this.#pending.subarray(next);
    return line;
  }
}
