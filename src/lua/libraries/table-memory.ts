/**
 * Values of Lua as they lie in the memory of the interpreter (lobject.h of Lua 5.1 on a 32-bit machine). To read a
 * table from here is many times faster than to ask lua_next for each entry; the order is the same.
 */

/** A TValue: eight bytes for a number, or four for a pointer or boolean; then the tag. */
const VALUE_SIZE = 16;
const VALUE_TAG = 8;

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

/** Of a lua_State: behind the value on top of the stack; where the arguments of the running function begin. */
const THREAD_TOP = 8;
const THREAD_BASE = 12;

/** Of a double: the byte with its sign, on the little-endian machine that WebAssembly is. */
const SIGN_BYTE = 7;
const SIGN_BIT = 0x80;

/** Reads for as long as nothing is allocated in the interpreter: its memory may move when it grows. */
export class TableMemory {
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;

  constructor(memory: ArrayBuffer) {
    this.bytes = new Uint8Array(memory);
    this.#words = new Uint32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  /** The address of an argument of the host function that runs in `thread`; it must have been given. */
  argument(thread: number, argument: number): number {
    return this.#words[(thread + THREAD_BASE) >> 2]! + (argument - 1) * VALUE_SIZE;
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
