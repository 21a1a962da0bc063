/** JSON as Lua values, with the liberties and the error texts of cjson.decode of Redis (lua_cjson.c). */
import type { ByteString } from '../../resp/byte-string.js';
import { LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import type { LuaExports } from '../wasm-module.js';
import { readNumber, startsInvalidNumber } from './cjson-number.js';
import { pushDouble } from './doubles.js';

/** The original names what it found by these. */
const TOKEN = {
  objectStart: 'T_OBJ_BEGIN',
  objectEnd: 'T_OBJ_END',
  arrayStart: 'T_ARR_BEGIN',
  arrayEnd: 'T_ARR_END',
  string: 'T_STRING',
  number: 'T_NUMBER',
  boolean: 'T_BOOLEAN',
  null: 'T_NULL',
  colon: 'T_COLON',
  comma: 'T_COMMA',
  end: 'T_END',
} as const;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const MINUS = 0x2d;
const UNICODE_ESCAPE_LENGTH = 6;

/** Tokens of one byte. The input is a C string: it ends at the first NUL. */
const SINGLE: readonly (string | undefined)[] = byByte({
  '{': TOKEN.objectStart,
  '}': TOKEN.objectEnd,
  '[': TOKEN.arrayStart,
  ']': TOKEN.arrayEnd,
  ':': TOKEN.colon,
  ',': TOKEN.comma,
});
const WORD_STARTS = byByte(Object.fromEntries([...'fiInNt+'].map((each) => [each, true])));
const WORDS: readonly (readonly [word: ByteString, token: string])[] = [
  ['true', TOKEN.boolean],
  ['false', TOKEN.boolean],
  ['null', TOKEN.null],
];
const ESCAPED = byByte({ '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 8, t: 9, n: 10, f: 12, r: 13 });

/** Slots of Lua's stack for each table that is open: itself, and a value, with a key in an object. */
const OBJECT_SLOTS = 3;
const ARRAY_SLOTS = 2;

/** A table that is being filled; they form a list, for nesting may go deeper than calls can. */
interface OpenTable {
  readonly isObject: boolean;
  /** Of the item that is read, in an array. */
  index: number;
  readonly outer: OpenTable | null;
}

export interface CjsonDecoderOptions {
  readonly maxDepth: number;
  readonly acceptInvalidNumbers: boolean;
}

export class CjsonDecoder {
  readonly #lua: LuaState;
  readonly #api: LuaExports;
  readonly #input: Uint8Array;
  /** Where the input lies in the interpreter, for strings that can be taken from there as they are. */
  readonly #pointer: number;
  readonly #options: CjsonDecoderOptions;
  #at = 0;
  #depth = 0;
  /** One of TOKEN, or what is wrong with it. */
  #token: string = TOKEN.end;
  /** Where the token begins, or where the error in it is. */
  #tokenAt = 0;
  #number = 0;
  /** Whether the value on top of Lua's stack is read to its end. */
  #isComplete = false;
  #truth = false;
  #stringStart = 0;
  #stringEnd = 0;
  /** The string when it has escapes; null = the bytes of the input from `#stringStart` on. */
  #unescaped: ByteString | null = null;

  /** @param input the bytes and a NUL behind them, which lie at `pointer` too. */
  constructor(lua: LuaState, input: Uint8Array, pointer: number, options: CjsonDecoderOptions) {
    this.#lua = lua;
    this.#api = lua.engine.exports;
    this.#input = input;
    this.#pointer = pointer;
    this.#options = options;
  }

  /** Pushes the value. Throws LuaError. */
  decode(): void {
    let open: OpenTable | null = null;
    this.#next();
    do {
      open = this.#begin(open);
      // The value is complete unless it is a table with something in it, and with it perhaps the tables around it.
      while (open !== null && this.#isComplete) open = this.#store(open);
    } while (open !== null);
    this.#next();
    if (!this.#isAt(TOKEN.end)) this.#expected('the end');
  }

  /** Pushes the value at the token, of a table only the beginning. @returns the table that what follows belongs to */
  #begin(outer: OpenTable | null): OpenTable | null {
    const isObject = this.#isAt(TOKEN.objectStart);
    if (!isObject && !this.#isAt(TOKEN.arrayStart)) {
      this.#scalar();
      this.#isComplete = true;
      return outer;
    }
    this.#depth++;
    this.#checkDepth(isObject ? OBJECT_SLOTS : ARRAY_SLOTS);
    this.#api.lua_createtable(this.#lua.thread, 0, 0);
    this.#next();
    this.#isComplete = this.#isAt(isObject ? TOKEN.objectEnd : TOKEN.arrayEnd);
    if (this.#isComplete) {
      this.#depth--;
      return outer;
    }
    if (isObject) this.#key();
    return { isObject, index: 1, outer };
  }

  /** Puts the value on top of the stack into its table. @returns the table that what follows belongs to */
  #store(open: OpenTable): OpenTable | null {
    const { thread } = this.#lua;
    if (open.isObject) this.#api.lua_rawset(thread, -3);
    else this.#api.lua_rawseti(thread, -2, open.index++);
    this.#next();
    if (this.#isAt(open.isObject ? TOKEN.objectEnd : TOKEN.arrayEnd)) {
      this.#depth--;
      return open.outer;
    }
    if (!this.#isAt(TOKEN.comma))
      this.#expected(open.isObject ? 'comma or object end' : 'comma or array end');
    this.#next();
    if (open.isObject) this.#key();
    this.#isComplete = false;
    return open;
  }

  /** Pushes the key at the token and goes to the value. */
  #key(): void {
    if (!this.#isAt(TOKEN.string)) this.#expected('object key string');
    this.#pushString();
    this.#next();
    if (!this.#isAt(TOKEN.colon)) this.#expected('colon');
    this.#next();
  }

  #scalar(): void {
    const { thread } = this.#lua;
    switch (this.#token) {
      case TOKEN.string:
        this.#pushString();
        return;
      case TOKEN.number:
        pushDouble(this.#lua, this.#number, this.#input[this.#tokenAt] === MINUS);
        return;
      case TOKEN.boolean:
        this.#api.lua_pushboolean(thread, this.#truth ? 1 : 0);
        return;
      case TOKEN.null:
        this.#api.lua_pushlightuserdata(thread, 0);
        return;
      default:
        this.#expected('value');
    }
  }

  #checkDepth(slots: number): void {
    if (this.#depth <= this.#options.maxDepth && this.#lua.reserve(slots)) return;
    throw new LuaError(`Found too many nested data structures (${this.#depth}) at character ${this.#at}`);
  }

  #pushString(): void {
    if (this.#unescaped === null) {
      const { thread } = this.#lua;
      this.#api.lua_pushlstring(
        thread,
        this.#pointer + this.#stringStart,
        this.#stringEnd - this.#stringStart,
      );
    } else {
      this.#lua.pushBytes(this.#unescaped);
    }
  }

  #expected(what: string): never {
    throw new LuaError(`Expected ${what} but found ${this.#token} at character ${this.#tokenAt + 1}`);
  }

  #isAt(token: string): boolean {
    return this.#token === token;
  }

  #next(): void {
    const input = this.#input;
    let byte = input[this.#at]!;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = input[++this.#at]!;
    this.#tokenAt = this.#at;
    const single = SINGLE[byte];
    if (single !== undefined) {
      this.#token = single;
      this.#at++;
    } else if (byte === QUOTE) {
      this.#stringToken();
    } else if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) {
      if (!this.#options.acceptInvalidNumbers && startsInvalidNumber(input, this.#at)) {
        this.#wrong('invalid number');
      } else {
        this.#numberToken();
      }
    } else if (byte === 0) {
      this.#token = TOKEN.end;
    } else if (WORD_STARTS[byte]) {
      this.#wordToken();
    } else {
      this.#wrong('invalid token');
    }
  }

  #wordToken(): void {
    for (const [word, token] of WORDS) {
      if (!startsWith(this.#input, this.#at, word)) continue;
      this.#token = token;
      this.#truth = word === 'true';
      this.#at += word.length;
      return;
    }
    if (this.#options.acceptInvalidNumbers && startsInvalidNumber(this.#input, this.#at)) this.#numberToken();
    else this.#wrong('invalid token');
  }

  #numberToken(): void {
    const number = readNumber(this.#input, this.#at);
    if (number === null) {
      this.#wrong('invalid number');
      return;
    }
    this.#token = TOKEN.number;
    this.#number = number.value;
    this.#at = number.end;
  }

  #stringToken(): void {
    const input = this.#input;
    const start = this.#at + 1;
    let at = start;
    for (let byte = input[at]!; byte !== QUOTE; byte = input[++at]!) {
      if (byte === BACKSLASH || byte === 0) {
        this.#at = at;
        this.#stringWithEscapes(start);
        return;
      }
    }
    this.#token = TOKEN.string;
    this.#unescaped = null;
    this.#stringStart = start;
    this.#stringEnd = at;
    this.#at = at + 1;
  }

  /** Goes on behind the part without escapes, from `#at` on. */
  #stringWithEscapes(start: number): void {
    const input = this.#input;
    let text = latin1(input, start, this.#at);
    for (let byte = input[this.#at]!; byte !== QUOTE; byte = input[this.#at]!) {
      if (byte === 0) {
        this.#wrong('unexpected end of string');
        return;
      }
      if (byte !== BACKSLASH) {
        const from = this.#at;
        while (byte !== QUOTE && byte !== BACKSLASH && byte !== 0) byte = input[++this.#at]!;
        text += latin1(input, from, this.#at);
        continue;
      }
      const letter = input[this.#at + 1]!;
      if (letter === LETTER_U) {
        const codePoint = this.#unicodeEscape();
        if (codePoint === null) {
          this.#wrong('invalid unicode escape code');
          return;
        }
        text += Buffer.from(String.fromCodePoint(codePoint), 'utf8').toString('latin1');
        continue;
      }
      const escaped = ESCAPED[letter];
      if (escaped === undefined) {
        this.#wrong('invalid escape code');
        return;
      }
      text += String.fromCharCode(escaped);
      this.#at += 2;
    }
    this.#token = TOKEN.string;
    this.#unescaped = text;
    this.#at++;
  }

  /** Reads \uXXXX, or two of them that are a surrogate pair, from `#at` on. Null: malformed, or half a pair. */
  #unicodeEscape(): number | null {
    const input = this.#input;
    const first = hexadecimal4(input, this.#at + 2);
    if (first === null || (first & 0xfc00) === 0xdc00) return null;
    if ((first & 0xfc00) !== 0xd800) {
      this.#at += UNICODE_ESCAPE_LENGTH;
      return first;
    }
    const next = this.#at + UNICODE_ESCAPE_LENGTH;
    if (input[next] !== BACKSLASH || input[next + 1] !== LETTER_U) return null;
    const second = hexadecimal4(input, next + 2);
    if (second === null || (second & 0xfc00) !== 0xdc00) return null;
    this.#at = next + UNICODE_ESCAPE_LENGTH;
    return 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
  }

  /** The token cannot be read; the one that expects it raises the error. */
  #wrong(what: string): void {
    this.#token = what;
    this.#tokenAt = this.#at;
  }
}

function byByte<T>(values: Readonly<Record<string, T>>): readonly (T | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) => values[String.fromCharCode(byte)]);
}

function startsWith(input: Uint8Array, at: number, word: ByteString): boolean {
  for (let index = 0; index < word.length; index++) {
    if (input[at + index] !== word.charCodeAt(index)) return false;
  }
  return true;
}

function hexadecimal4(input: Uint8Array, at: number): number | null {
  let value = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = Number.parseInt(String.fromCharCode(input[index] ?? 0), 16);
    if (Number.isNaN(digit)) return null;
    value = value * 16 + digit;
  }
  return value;
}

function latin1(bytes: Uint8Array, start: number, end: number): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
