/** Replies of RESP2 as plain values, read from what a node writes in one piece. */
import type { ByteString } from '../../../resp/byte-string.js';

/** An error reply; a value, for most of them are redirections that a client expects. */
export class WireError {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** `MOVED`, `ASK`, `ERR`... */
  get word(): string {
    const end = this.text.indexOf(' ');
    return end < 0 ? this.text : this.text.slice(0, end);
  }

  /** Of MOVED and ASK. */
  get slot(): number {
    return Number(this.text.split(' ')[1]);
  }

  /** Of MOVED and ASK: where they point to. */
  get address(): string {
    return this.text.slice(this.text.lastIndexOf(' ') + 1);
  }
}

export type WireReply = string | number | null | WireError | readonly WireReply[];

/** @param bytes whole replies only. @throws when they are none. */
export function readReplies(bytes: ByteString): WireReply[] {
  const reader = new ReplyReader(bytes);
  const replies: WireReply[] = [];
  while (!reader.isAtEnd) replies.push(reader.next());
  return replies;
}

class ReplyReader {
  readonly #bytes: ByteString;
  #position = 0;

  constructor(bytes: ByteString) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  next(): WireReply {
    const type = this.#bytes[this.#position];
    const end = this.#bytes.indexOf('\r\n', this.#position);
    if (end < 0) throw new Error(`no end of a reply in ${JSON.stringify(this.#bytes)}`);
    const line = this.#bytes.slice(this.#position + 1, end);
    this.#position = end + 2;
    switch (type) {
      case '+':
        return line;
      case '-':
        return new WireError(line);
      case ':':
        return Number(line);
      case '$':
        return this.#bulk(Number(line));
      case '*':
        return line === '-1' ? null : Array.from({ length: Number(line) }, () => this.next());
      default:
        throw new Error(`no reply of RESP2: ${JSON.stringify(this.#bytes)}`);
    }
  }

  #bulk(length: number): string | null {
    if (length < 0) return null;
    const start = this.#position;
    this.#position = start + length + 2;
    return this.#bytes.slice(start, start + length);
  }
}
