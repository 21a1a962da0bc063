/** Lua values as JSON, byte for byte as cjson.encode of Redis writes them (lua_cjson.c). */

import type { ByteString } from '../../resp/byte-string.js';
import { formatGeneral } from '../../resp/number-format.js';
import { LuaError } from '../engine.js';
import { type LuaState, LuaType } from '../state.js';
import type { ValueMemory } from '../value-memory.js';
import type { ByteWriter } from './byte-writer.js';
import { type CjsonSettings, INVALID_NUMBERS, SETTING } from './cjson-settings.js';
import { MAX_STACK_SLOTS } from './stack-limit.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const ARRAY_START = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;
const DIGIT_ZERO = 0x30;
const MINUS = 0x2d;

const INT_MIN = -(2 ** 31);

/** As many digits as an integer of 32 bits has at most. */
const SHORT_INTEGER_DIGITS = 10;

/** What stands for each byte inside of a string; null = the byte itself. Redis escapes the slash as well. */
const ESCAPES: readonly (ByteString | null)[] = Array.from({ length: 256 }, (_, byte) => {
  const short = '\b\t\n\f\r"/\\'.indexOf(String.fromCharCode(byte));
  if (short >= 0) return `\\${'btnfr"/\\'[short]}`;
  return byte < 0x20 || byte === 0x7f ? `\\u00${byte.toString(16).padStart(2, '0')}` : null;
});
const NEEDS_ESCAPE = Uint8Array.from(ESCAPES, (each) => (each === null ? 0 : 1));

/** Checks of depth count the slots that the original has on Lua's stack: a value for an array, a key too for an object. */
const SLOTS_FOR_TABLE = 3;
const SLOTS_IN_ARRAY = 1;
const SLOTS_IN_OBJECT = 2;

/** A table that is written, and how far it is. They form a list, for nesting may go deeper than calls can. */
interface OpenTable {
  readonly table: number;
  /** Items of an array; null = an object. */
  readonly length: number | null;
  /** The items of an array that lie in the hash part of the table. */
  readonly inHash: ReadonlyMap<number, number> | null;
  /** What comes next: an item, or a place in the array part, then in the hash part. */
  next: number;
  isEmpty: boolean;
  readonly depth: number;
  readonly slots: number;
  readonly outer: OpenTable | null;
}

/** Instead of an address: the table is at its end, or has a hole. */
const END = -1;
const HOLE = -2;

export class CjsonEncoder {
  readonly #memory: ValueMemory;
  readonly #out: ByteWriter;
  readonly #settings: CjsonSettings;
  readonly #behind: LuaState['behind'];
  readonly #maxDepth: number;
  readonly #precision: number;

  constructor(memory: ValueMemory, out: ByteWriter, settings: CjsonSettings, behind: LuaState['behind']) {
    this.#memory = memory;
    this.#out = out;
    this.#settings = settings;
    this.#behind = behind;
    this.#maxDepth = settings.get(SETTING.encodeMaxDepth);
    this.#precision = settings.get(SETTING.encodeNumberPrecision);
  }

  /** Writes the value at this address. Throws LuaError for one that has no form in JSON. */
  write(value: number): void {
    let open = this.#begin(value, null);
    while (open !== null) {
      const next: number = open.length === null ? this.#nextEntry(open) : this.#nextItem(open, open.length);
      if (next === END) {
        this.#out.byte(open.length === null ? OBJECT_END : ARRAY_END);
        open = open.outer;
      } else if (next === HOLE) {
        this.#out.text('null');
      } else {
        open = this.#begin(next, open);
      }
    }
  }

  /** Writes a value, of a table only the beginning. @returns what to go on with */
  #begin(value: number, outer: OpenTable | null): OpenTable | null {
    const memory = this.#memory;
    const type = memory.tag(value);
    switch (type) {
      case LuaType.string:
        this.#string(memory.pointer(value));
        return outer;
      case LuaType.number:
        this.#number(memory.number(value));
        return outer;
      case LuaType.table:
        return this.#open(memory.pointer(value), outer);
      case LuaType.boolean:
        this.#out.text(memory.pointer(value) === 0 ? 'false' : 'true');
        return outer;
      case LuaType.nil:
        this.#out.text('null');
        return outer;
      case LuaType.lightUserdata:
        if (memory.pointer(value) === 0) {
          this.#out.text('null');
          return outer;
        }
    }
    return refuse(type, 'type not supported');
  }

  #open(shown: number, outer: OpenTable | null): OpenTable {
    const table = this.#memory.hasMetatable(shown) ? (this.#behind.get(shown) ?? shown) : shown;
    const depth = outer === null ? 1 : outer.depth + 1;
    const slots =
      outer === null ? 1 : outer.slots + (outer.length === null ? SLOTS_IN_OBJECT : SLOTS_IN_ARRAY);
    if (depth > this.#maxDepth || slots + SLOTS_FOR_TABLE > MAX_STACK_SLOTS) {
      throw new LuaError(`Cannot serialise, excessive nesting (${depth})`);
    }
    const { length, inHash } = this.#shapeOf(table);
    this.#out.byte(length === null ? OBJECT_START : ARRAY_START);
    return { table, length, inHash, next: 0, isEmpty: true, depth, slots, outer };
  }

  #shapeOf(table: number): Pick<OpenTable, 'length' | 'inHash'> {
    const memory = this.#memory;
    const arraySize = memory.arraySize(table);
    let max = 0;
    let items = 0;
    for (let index = 0; index < arraySize; index++) {
      if (memory.tag(memory.arrayValue(table, index)) === LuaType.nil) continue;
      max = index + 1;
      items++;
    }
    let inHash: Map<number, number> | null = null;
    const nodes = memory.nodeCount(table);
    for (let place = 0; place < nodes; place++) {
      const node = memory.node(table, place);
      if (memory.tag(node) === LuaType.nil) continue;
      const key = memory.nodeKey(node);
      const index = memory.tag(key) === LuaType.number ? memory.number(key) : 0;
      if (!(index >= 1) || Math.floor(index) !== index) return OBJECT;
      // The original keeps the greatest index in an int, and C makes the least int of what does not fit.
      if (index > max) max = index < 2 ** 31 ? index : INT_MIN;
      items++;
      inHash ??= new Map();
      inHash.set(index, node);
    }
    return max > 0 && !this.#isTooSparse(max, items) ? { length: max, inHash } : OBJECT;
  }

  #isTooSparse(max: number, items: number): boolean {
    const settings = this.#settings;
    const ratio = settings.get(SETTING.sparseRatio);
    if (ratio <= 0 || max <= Math.imul(items, ratio) || max <= settings.get(SETTING.sparseSafe)) return false;
    if (settings.get(SETTING.sparseConvert) === 0) refuse(LuaType.table, 'excessively sparse array');
    return true;
  }

  /** Writes what separates the next item of an array from the one before. @returns its address, HOLE or END */
  #nextItem(open: OpenTable, length: number): number {
    const index = open.next;
    if (index === length) return END;
    if (index > 0) this.#out.byte(COMMA);
    open.next++;
    if (index < this.#memory.arraySize(open.table)) return this.#memory.arrayValue(open.table, index);
    return open.inHash?.get(index + 1) ?? HOLE;
  }

  /** Writes the next key of an object. @returns the address of its value, or END */
  #nextEntry(open: OpenTable): number {
    const memory = this.#memory;
    const { table } = open;
    const arraySize = memory.arraySize(table);
    const places = arraySize + memory.nodeCount(table);
    while (open.next < places) {
      const place = open.next++;
      const value =
        place < arraySize ? memory.arrayValue(table, place) : memory.node(table, place - arraySize);
      if (memory.tag(value) === LuaType.nil) continue;
      if (!open.isEmpty) this.#out.byte(COMMA);
      open.isEmpty = false;
      if (place < arraySize) this.#numberKey(place + 1);
      else this.#key(memory.nodeKey(value));
      return value;
    }
    return END;
  }

  #key(key: number): void {
    const memory = this.#memory;
    const type = memory.tag(key);
    if (type === LuaType.string) {
      this.#string(memory.pointer(key));
      this.#out.byte(COLON);
    } else if (type === LuaType.number) {
      this.#numberKey(memory.number(key));
    } else {
      refuse(type, 'table key must be a number or string');
    }
  }

  #numberKey(key: number): void {
    this.#out.byte(QUOTE);
    this.#number(key);
    this.#out.byte(QUOTE);
    this.#out.byte(COLON);
  }

  #string(string: number): void {
    const { bytes } = this.#memory;
    const start = this.#memory.stringStart(string);
    const length = this.#memory.stringLength(string);
    const out = this.#out;
    // One byte becomes six at most.
    const target = out.reserve(6 * length + 2);
    let at = out.length;
    target[at++] = QUOTE;
    for (let index = start; index < start + length; index++) {
      const byte = bytes[index]!;
      if (NEEDS_ESCAPE[byte] === 0) {
        target[at++] = byte;
      } else {
        const escaped = ESCAPES[byte]!;
        for (let place = 0; place < escaped.length; place++) target[at++] = escaped.charCodeAt(place);
      }
    }
    target[at++] = QUOTE;
    out.length = at;
  }

  #number(value: number): void {
    if (this.#precision >= SHORT_INTEGER_DIGITS && (value | 0) === value && !Object.is(value, -0)) {
      this.#shortInteger(value);
      return;
    }
    if (!Number.isFinite(value)) {
      const invalidNumbers = this.#settings.get(SETTING.encodeInvalidNumbers);
      if (invalidNumbers === INVALID_NUMBERS.refused) refuse(LuaType.number, 'must not be NaN or Inf');
      if (invalidNumbers === INVALID_NUMBERS.asNull) {
        this.#out.text('null');
        return;
      }
    }
    this.#out.text(formatGeneral(value, this.#precision));
  }

  #shortInteger(value: number): void {
    const target = this.#out.reserve(SHORT_INTEGER_DIGITS + 1);
    let rest = value;
    if (rest < 0) {
      target[this.#out.length++] = MINUS;
      rest = -rest;
    }
    let digits = 1;
    for (let power = 10; power <= rest; power *= 10) digits++;
    for (let at = this.#out.length + digits - 1; at >= this.#out.length; at--) {
      const tenth = Math.trunc(rest / 10);
      target[at] = DIGIT_ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.#out.length += digits;
  }
}

const OBJECT = { length: null, inHash: null } as const;

const TYPE_NAMES = [
  'nil',
  'boolean',
  'userdata',
  'number',
  'string',
  'table',
  'function',
  'userdata',
  'thread',
];

function refuse(type: number, reason: ByteString): never {
  throw new LuaError(`Cannot serialise ${TYPE_NAMES[type]}: ${reason}`);
}
