/** Reads the commands of an AOF, one after the other, as leniently and as strictly as Redis does (loadSingleAppendOnlyFile of aof.c). */
import { asBuffer, type ByteString, type SliceableBuffer } from '../resp/byte-string.js';

/** What fgets has room for: of a longer line the rest counts as the next line. */
const LINE_LIMIT = 1023;
const LINE_FEED = 10;

export type AofStep =
  | { readonly kind: 'command'; readonly argv: readonly ByteString[] }
  /** The file ends where a command might begin. */
  | { readonly kind: 'end' }
  /** It ends in the middle of one. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'malformed' };

const END: AofStep = { kind: 'end' };
const TRUNCATED: AofStep = { kind: 'truncated' };
const MALFORMED: AofStep = { kind: 'malformed' };

export class AofReader {
  readonly #buffer: SliceableBuffer;
  #position: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#buffer = asBuffer(bytes);
    this.#position = start;
  }

  /** Behind the last command that was read. */
  get position(): number {
    return this.#position;
  }

  next(): AofStep {
    let line = this.#line();
    // Annotations, such as those of aof-timestamp-enabled.
    while (line?.startsWith('#') === true) line = this.#line();
    if (line === null) return END;
    if (!line.startsWith('*')) return MALFORMED;
    // Where a line ends after its first char, the file ended.
    if (line.length === 1) return TRUNCATED;
    const count = leadingInteger(line);
    if (count < 1) return MALFORMED;
    const argv: ByteString[] = [];
    for (let index = 0; index < count; index++) {
      const header = this.#line();
      if (header === null) return TRUNCATED;
      if (!header.startsWith('$')) return MALFORMED;
      const length = leadingInteger(header);
      if (length < 0) return MALFORMED;
      const end = this.#position + length;
      // The line break after it counts, whatever its two bytes are.
      if (end + 2 > this.#buffer.length) return TRUNCATED;
      argv.push(this.#buffer.latin1Slice(this.#position, end));
      this.#position = end + 2;
    }
    return { kind: 'command', argv };
  }

  /** Null at the end of the file. */
  #line(): ByteString | null {
    const start = this.#position;
    if (start >= this.#buffer.length) return null;
    const found = this.#buffer.indexOf(LINE_FEED, start);
    const end = Math.min(found === -1 ? this.#buffer.length : found + 1, start + LINE_LIMIT);
    this.#position = end;
    return this.#buffer.latin1Slice(start, end);
  }
}

/** As C reads the number behind the first char of a line. */
function leadingInteger(line: ByteString): number {
  return Number.parseInt(line.slice(1), 10) || 0;
}
