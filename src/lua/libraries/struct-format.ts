/** Reads a format of the library struct, option by option (optsize and controloptions of lua_struct.c). */
import type { ByteString } from '../../resp/byte-string.js';
import { LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import { refuseArgument } from './arguments.js';

const INT_MAX = 2 ** 31 - 1;
const MAX_INTEGER_SIZE = 32;
const MAX_ALIGNMENT = 8;
const DEFAULT_INTEGER_SIZE = 4;

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  h: 2,
  l: 8,
  T: 8,
  B: 1,
  H: 2,
  L: 8,
  f: 4,
  d: 8,
  x: 1,
};
const INTEGERS = 'bBhHlLTiI';

export class StructFormat {
  /** The option that next() came to, and the bytes that it takes. */
  option = '';
  size = 0;
  isBigEndian = false;
  #alignment = 1;
  #at = 0;
  readonly #lua: LuaState;
  readonly #text: ByteString;

  constructor(lua: LuaState, text: ByteString) {
    this.#lua = lua;
    this.#text = text;
  }

  /** @returns false at the end. */
  next(): boolean {
    if (this.#at >= this.#text.length) return false;
    this.option = this.#text[this.#at++]!;
    this.size = this.#sizeOfOption();
    return true;
  }

  get isInteger(): boolean {
    return INTEGERS.includes(this.option);
  }

  get isSigned(): boolean {
    return this.option >= 'a';
  }

  /** Zeros before the option when so many bytes come before it. */
  padding(position: number): number {
    if (this.size === 0 || this.option === 'c') return 0;
    const size = Math.min(this.size, this.#alignment);
    return (size - (position & (size - 1))) & (size - 1);
  }

  /** Carries out an option that stands for no value. */
  control(): void {
    switch (this.option) {
      case ' ':
        return;
      case '>':
        this.isBigEndian = true;
        return;
      case '<':
        this.isBigEndian = false;
        return;
      case '!': {
        const alignment = this.#number(MAX_ALIGNMENT);
        if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) {
          throw new LuaError(`alignment ${alignment} is not a power of 2`);
        }
        this.#alignment = alignment;
        return;
      }
      default:
        refuseArgument(this.#lua, 1, `invalid format option '${this.option}'`);
    }
  }

  #sizeOfOption(): number {
    if (this.option === 'c') return this.#number(1);
    if (this.option !== 'i' && this.option !== 'I') return SIZES[this.option] ?? 0;
    const size = this.#number(DEFAULT_INTEGER_SIZE);
    if (size > MAX_INTEGER_SIZE) {
      throw new LuaError(`integral size ${size} is larger than limit of ${MAX_INTEGER_SIZE}`);
    }
    return size;
  }

  /** The digits that follow. */
  #number(otherwise: number): number {
    if (!this.#isAtDigit) return otherwise;
    let value = 0;
    while (this.#isAtDigit) {
      value = value * 10 + Number(this.#text[this.#at++]);
      if (value > INT_MAX) throw new LuaError('integral size overflow');
    }
    return value;
  }

  get #isAtDigit(): boolean {
    const digit = this.#text.charCodeAt(this.#at) - 0x30;
    return digit >= 0 && digit <= 9;
  }
}
