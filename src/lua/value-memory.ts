/**
 * Values of Lua as they lie in the memory of the interpreter (lobject.h of Lua 5.1 on a 32-bit machine). To read a
 * table from here is many times faster than to ask lua_next for each entry; the order is the same.
 */
import { asBuffer, type ByteString, type SliceableBuffer } from '../resp/byte-string.js';

/** A TValue: eight bytes for a number, or four for a pointer or boolean; then the tag. */
const VALUE_SIZE = 16;
const VALUE_TAG = 8;
const NUMBER_TAG = 3;

/** A TString: its length, and its bytes after the header. */
const STRING_LENGTH = 12;
const STRING_HEADER = 16;

/** A Table: log2 of the size of its hash part, its metatable, both parts, the size of its array part. */
const TABLE_LOG_NODES = 7;
const TABLE_METATABLE = 8;
const TABLE_ARRAY = 12;
const TABLE_NODES = 16;
const TABLE_ARRAY_SIZE = 28;

/** A Node of the hash part: value, then key. */
const NODE_SIZE = 32;
const NODE_KEY = 16;

/** Of a lua_State: behind the value on top of the stack; where the arguments of the running function begin; what its coroutines share; the call of the running function. */
const THREAD_TOP = 8;
const THREAD_BASE = 12;
const THREAD_GLOBAL = 16;
const THREAD_CALL = 20;

/** Of a CallInfo: where the called value is. Of a closure of C: its first upvalue. */
const CALL_FUNCTION = 4;
const CLOSURE_UPVALUES = 24;

/** Strings up to that length are kept, by where they lie: scripts name the same commands and keys again and again. */
const KEPT_LENGTH = 64;
const KEPT_COUNT = 1024;
/** Strings lie at multiples of it. */
const ALIGNMENT_BITS = 4;

/** Of a double: the byte with its sign, on the little-endian machine that WebAssembly is. */
const SIGN_BYTE = 7;
const SIGN_BIT = 0x80;

/** Reads for as long as nothing is allocated in the interpreter: its memory may move when it grows. */
export class ValueMemory {
  readonly bytes: SliceableBuffer;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;

  /** Strings that were read before. One that lies there now is compared with it. */
  readonly #kept: (ByteString | undefined)[] = new Array(KEPT_COUNT).fill(undefined);

  constructor(memory: ArrayBuffer) {
    this.bytes = asBuffer(new Uint8Array(memory));
    this.#words = new Uint32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  /** The address of an argument of the host function that runs in `thread`; it must have been given. */
  argument(thread: number, argument: number): number {
    return this.#words[(thread + THREAD_BASE) >> 2]! + (argument - 1) * VALUE_SIZE;
  }

  argumentCount(thread: number): number {
    const words = this.#words;
    return (words[(thread + THREAD_TOP) >> 2]! - words[(thread + THREAD_BASE) >> 2]!) / VALUE_SIZE;
  }

  /** What all coroutines of a state share. */
  globalOf(thread: number): number {
    return this.#words[(thread + THREAD_GLOBAL) >> 2]!;
  }

  /** An upvalue of the C function that runs in `thread`, from 1; it must be a number. */
  numericUpvalue(thread: number, index: number): number {
    const words = this.#words;
    const call = words[(thread + THREAD_CALL) >> 2]!;
    const closure = words[words[(call + CALL_FUNCTION) >> 2]! >> 2]!;
    return this.#doubles[(closure + CLOSURE_UPVALUES + (index - 1) * VALUE_SIZE) >> 3]!;
  }

  /** There must be room on the stack, as there is for twenty values in every host function. */
  pushNumber(thread: number, value: number): void {
    const words = this.#words;
    const top = words[(thread + THREAD_TOP) >> 2]!;
    this.#doubles[top >> 3] = value;
    words[(top + VALUE_TAG) >> 2] = NUMBER_TAG;
    words[(thread + THREAD_TOP) >> 2] = top + VALUE_SIZE;
  }

  /** Sets the sign bit of the number on top of the stack of `thread`. */
  signNumberOnTop(thread: number, isNegative: boolean): void {
    const sign = this.#words[(thread + THREAD_TOP) >> 2]! - VALUE_SIZE + SIGN_BYTE;
    this.bytes[sign] = (this.bytes[sign]! & ~SIGN_BIT) | (isNegative ? SIGN_BIT : 0);
  }

  tag(value: number): number {
    return this.#words[(value + VALUE_TAG) >> 2]!;
  }

  number(value: number): number {
    return this.#doubles[value >> 3]!;
  }

  /** The sign of a number, a NaN's too. */
  isNegative(value: number): boolean {
    return (this.bytes[value + SIGN_BYTE]! & SIGN_BIT) !== 0;
  }

  /** Of a string or table: where it lies; of a boolean: 0 or 1. */
  pointer(value: number): number {
    return this.#words[value >> 2]!;
  }

  stringStart(string: number): number {
    return string + STRING_HEADER;
  }

  stringLength(string: number): number {
    return this.#words[(string + STRING_LENGTH) >> 2]!;
  }

  hasMetatable(table: number): boolean {
    return this.#words[(table + TABLE_METATABLE) >> 2] !== 0;
  }

  /** The bytes of a string. */
  text(string: number): ByteString {
    const { bytes } = this;
    const start = string + STRING_HEADER;
    const length = this.#words[(string + STRING_LENGTH) >> 2]!;
    if (length > KEPT_LENGTH) return bytes.latin1Slice(start, start + length);
    const place = (string >> ALIGNMENT_BITS) & (KEPT_COUNT - 1);
    const kept = this.#kept[place];
    if (kept !== undefined && kept.length === length) {
      let index = 0;
      while (index < length && kept.charCodeAt(index) === bytes[start + index]) index++;
      if (index === length) return kept;
    }
    const text = bytes.latin1Slice(start, start + length);
    this.#kept[place] = text;
    return text;
  }

  arraySize(table: number): number {
    return this.#words[(table + TABLE_ARRAY_SIZE) >> 2]!;
  }

  /** The value at `index`, from 0, of the array part. */
  arrayValue(table: number, index: number): number {
    return this.#words[(table + TABLE_ARRAY) >> 2]! + index * VALUE_SIZE;
  }

  nodeCount(table: number): number {
    return 1 << this.bytes[table + TABLE_LOG_NODES]!;
  }

  /** The node at `index` of the hash part, which is its value as well. */
  node(table: number, index: number): number {
    return this.#words[(table + TABLE_NODES) >> 2]! + index * NODE_SIZE;
  }

  nodeKey(node: number): number {
    return node + NODE_KEY;
  }
}
