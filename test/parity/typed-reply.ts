/** Replies of RESP2 and RESP3 with their types, so that `:1`, `$1` and `,1` are three different things in a comparison. */

/** `null` is `_`, `$-1` or `*-1` by `type`; text is one char for each byte. */
export type TypedReply =
  | { readonly type: '+' | '-' | ':' | ',' | '#' | '(' | '$' | '='; readonly value: string }
  | { readonly type: '_' | '$-1' | '*-1'; readonly value: null }
  | { readonly type: '*' | '~' | '>' | '%'; readonly value: readonly TypedReply[] };

export function parseTypedReply(bytes: Buffer): TypedReply {
  return new Reader(bytes.toString('latin1')).read();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): TypedReply {
    const line = this.#line();
    const type = line.charAt(0);
    const rest = line.slice(1);
    switch (type) {
      case '+':
      case '-':
      case ':':
      case ',':
      case '#':
      case '(':
        return { type, value: rest };
      case '$':
      case '=':
        return rest === '-1' ? { type: '$-1', value: null } : { type, value: this.#bytes(Number(rest)) };
      case '_':
        return { type, value: null };
      case '*':
      case '~':
      case '>':
        return rest === '-1' ? { type: '*-1', value: null } : { type, value: this.#items(Number(rest)) };
      case '%':
        return { type, value: this.#items(2 * Number(rest)) };
      default:
        throw new Error(`no reply begins with ${JSON.stringify(line)}`);
    }
  }

  #items(count: number): TypedReply[] {
    return Array.from({ length: count }, () => this.read());
  }

  #line(): string {
    const end = this.#text.indexOf('\r\n', this.#at);
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #bytes(length: number): string {
    const bytes = this.#text.slice(this.#at, this.#at + length);
    this.#at += length + 2;
    return bytes;
  }
}
