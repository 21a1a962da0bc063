/** Splits a line into arguments as sdssplitargs (sds.c) does, for inline commands and configuration files. */
import { asCString, type ByteString } from './byte-string.js';

const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;

const QUOTE = /["']/;
/** Any blank comes before an argument, only some end it. */
const PLAIN_ARGUMENT = /[^ \t\n\r\v\f][^ \t\n\r]*/g;

/**
 * The arguments of `line`, none for a blank one; null where quotes are unbalanced or a closing quote is not
 * followed by space. Arguments are plain, "with \n \r \t \b \a \xHH escapes" or 'with \' only'.
 */
export function splitArguments(line: ByteString): ByteString[] | null {
  const text = asCString(line);
  if (!QUOTE.test(text)) return text.match(PLAIN_ARGUMENT) ?? [];
  const splitter = new ArgumentSplitter(text);
  const args: ByteString[] = [];
  while (splitter.skipBlanks()) {
    const argument = splitter.next();
    if (argument === null) return null;
    args.push(argument);
  }
  return args;
}

class ArgumentSplitter {
  readonly #line: ByteString;
  #position = 0;

  constructor(line: ByteString) {
    this.#line = line;
  }

  /** Moves to the next argument; false if there is none. */
  skipBlanks(): boolean {
    while (isSpace(this.#line.charCodeAt(this.#position))) this.#position++;
    return this.#position < this.#line.length;
  }

  /** Quotes may also begin in the middle of an argument, but always end it. */
  next(): ByteString | null {
    const line = this.#line;
    const start = this.#position;
    for (; this.#position < line.length; this.#position++) {
      const char = line.charCodeAt(this.#position);
      if (endsPlainArgument(char)) break;
      if (char !== DOUBLE_QUOTE && char !== SINGLE_QUOTE) continue;
      const plain = line.slice(start, this.#position++);
      const quoted = char === DOUBLE_QUOTE ? this.#doubleQuoted() : this.#singleQuoted();
      return quoted === null ? null : plain + quoted;
    }
    return line.slice(start, this.#position);
  }

  #doubleQuoted(): ByteString | null {
    const line = this.#line;
    let argument = '';
    for (; this.#position < line.length; this.#position++) {
      const char = line.charCodeAt(this.#position);
      if (char === DOUBLE_QUOTE) return this.#closeQuote(argument);
      argument += char === BACKSLASH ? this.#escaped() : line[this.#position];
    }
    return null;
  }

  #singleQuoted(): ByteString | null {
    const line = this.#line;
    let argument = '';
    for (; this.#position < line.length; this.#position++) {
      const char = line.charCodeAt(this.#position);
      if (char === SINGLE_QUOTE) return this.#closeQuote(argument);
      if (char === BACKSLASH && line.charCodeAt(this.#position + 1) === SINGLE_QUOTE) this.#position++;
      argument += line[this.#position];
    }
    return null;
  }

  #closeQuote(argument: ByteString): ByteString | null {
    this.#position++;
    const atEnd = this.#position === this.#line.length;
    return atEnd || isSpace(this.#line.charCodeAt(this.#position)) ? argument : null;
  }

  /** The char of the escape at the position, which moves to the last char of the escape. */
  #escaped(): ByteString {
    const line = this.#line;
    const name = line.charCodeAt(this.#position + 1);
    if (Number.isNaN(name)) return '\\'; // the line ends here; the missing quote is found next
    if (name === LOWER_X) {
      const hex = line.slice(this.#position + 2, this.#position + 4);
      if (TWO_HEX_DIGITS.test(hex)) {
        this.#position += 3;
        return String.fromCharCode(Number.parseInt(hex, 16));
      }
    }
    this.#position++;
    const char = line[this.#position]!;
    return NAMED_ESCAPES[char] ?? char;
  }
}

const TWO_HEX_DIGITS = /^[0-9a-fA-F]{2}$/;
const NAMED_ESCAPES: Readonly<Partial<Record<string, string>>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  a: '\x07',
};

/** isspace of the "C" locale: space and \t \n \v \f \r. */
function isSpace(char: number): boolean {
  return char === SPACE || (char >= 9 && char <= 13);
}

/** \v and \f are skipped before an argument, but do not end one. */
function endsPlainArgument(char: number): boolean {
  return char === SPACE || char === 9 || char === 10 || char === 13;
}
