/** Lua values as MessagePack, byte for byte as cmsgpack.pack of Redis writes them (lua_cmsgpack.c). */
import { type LuaState, LuaType } from '../state.js';
import type { ValueMemory } from '../value-memory.js';
import type { ByteWriter } from './byte-writer.js';

/** Deeper tables are packed as nil, so that one that contains itself has an end. */
const MAX_NESTING = 16;
const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;

const DOUBLE = new DataView(new ArrayBuffer(8));

export class CmsgpackPacker {
  readonly #memory: ValueMemory;
  readonly #out: ByteWriter;
  readonly #behind: LuaState['behind'];

  constructor(memory: ValueMemory, out: ByteWriter, behind: LuaState['behind']) {
    this.#memory = memory;
    this.#out = out;
    this.#behind = behind;
  }

  /** Writes the value at this address. */
  write(value: number, level = 0): void {
    const memory = this.#memory;
    switch (memory.tag(value)) {
      case LuaType.string:
        this.#string(memory.pointer(value));
        return;
      case LuaType.boolean:
        this.#out.byte(memory.pointer(value) === 0 ? 0xc2 : 0xc3);
        return;
      case LuaType.number:
        this.#number(value);
        return;
      case LuaType.table:
        if (level < MAX_NESTING) {
          this.#table(memory.pointer(value), level);
          return;
        }
    }
    this.#out.byte(0xc0);
  }

  #table(shown: number, level: number): void {
    const memory = this.#memory;
    const table = memory.hasMetatable(shown) ? (this.#behind.get(shown) ?? shown) : shown;
    const arraySize = memory.arraySize(table);
    const nodes = memory.nodeCount(table);
    let count = 0;
    let max = 0;
    let isArray = true;
    for (let index = 0; index < arraySize; index++) {
      if (memory.tag(memory.arrayValue(table, index)) === LuaType.nil) continue;
      count++;
      max = index + 1;
    }
    let inHash: Map<number, number> | null = null;
    for (let index = 0; index < nodes; index++) {
      const node = memory.node(table, index);
      if (memory.tag(node) === LuaType.nil) continue;
      count++;
      if (!isArray) continue;
      const key = memory.nodeKey(node);
      const position = memory.tag(key) === LuaType.number ? memory.number(key) : 0;
      if (position > 0 && (position | 0) === position) {
        if (position > max) max = position;
        inHash ??= new Map();
        inHash.set(position, node);
      } else {
        isArray = false;
      }
    }
    // As many entries as the greatest index: there is no hole.
    if (isArray && max === count) this.#array(table, arraySize, inHash, count, level);
    else this.#map(table, arraySize, nodes, count, level);
  }

  #array(
    table: number,
    arraySize: number,
    inHash: ReadonlyMap<number, number> | null,
    length: number,
    level: number,
  ): void {
    this.#head(length, 0x90, 0xdc);
    for (let index = 0; index < length; index++) {
      const value = index < arraySize ? this.#memory.arrayValue(table, index) : inHash!.get(index + 1)!;
      this.write(value, level + 1);
    }
  }

  #map(table: number, arraySize: number, nodes: number, count: number, level: number): void {
    const memory = this.#memory;
    this.#head(count, 0x80, 0xde);
    for (let index = 0; index < arraySize; index++) {
      const value = memory.arrayValue(table, index);
      if (memory.tag(value) === LuaType.nil) continue;
      this.#integer(index + 1);
      this.write(value, level + 1);
    }
    for (let index = 0; index < nodes; index++) {
      const node = memory.node(table, index);
      if (memory.tag(node) === LuaType.nil) continue;
      this.write(memory.nodeKey(node), level + 1);
      this.write(node, level + 1);
    }
  }

  /** The head of an array or map: with a count up to 15 in it, of 16 bits, of 32 bits. */
  #head(count: number, short: number, long: number): void {
    const out = this.#out;
    if (count <= 15) {
      out.byte(short | count);
    } else if (count <= 0xffff) {
      out.byte(long);
      this.#unsigned(count, 2);
    } else {
      out.byte(long + 1);
      this.#unsigned(count, 4);
    }
  }

  #string(string: number): void {
    const out = this.#out;
    const length = this.#memory.stringLength(string);
    if (length < 32) {
      out.byte(0xa0 | length);
    } else if (length <= 0xff) {
      out.byte(0xd9);
      out.byte(length);
    } else if (length <= 0xffff) {
      out.byte(0xda);
      this.#unsigned(length, 2);
    } else {
      out.byte(0xdb);
      this.#unsigned(length, 4);
    }
    const start = this.#memory.stringStart(string);
    out.bytes(this.#memory.bytes, start, start + length);
  }

  #number(address: number): void {
    const value = this.#memory.number(address);
    if (Number.isInteger(value) && value >= -TWO_63 && value < TWO_63) this.#integer(value);
    else this.#double(value, address);
  }

  #integer(value: number): void {
    const out = this.#out;
    if (value >= 0) {
      if (value <= 127) {
        out.byte(value);
      } else if (value <= 0xff) {
        out.byte(0xcc);
        out.byte(value);
      } else if (value <= 0xffff) {
        out.byte(0xcd);
        this.#unsigned(value, 2);
      } else if (value < TWO_32) {
        out.byte(0xce);
        this.#unsigned(value, 4);
      } else {
        out.byte(0xcf);
        this.#long(value);
      }
    } else if (value >= -32) {
      out.byte(value & 0xff);
    } else if (value >= -128) {
      out.byte(0xd0);
      out.byte(value & 0xff);
    } else if (value >= -32768) {
      out.byte(0xd1);
      this.#unsigned(value, 2);
    } else if (value >= -TWO_31) {
      out.byte(0xd2);
      this.#unsigned(value, 4);
    } else {
      out.byte(0xd3);
      this.#long(value);
    }
  }

  #double(value: number, address: number): void {
    const out = this.#out;
    if (Math.fround(value) === value) {
      DOUBLE.setFloat32(0, value);
      out.byte(0xca);
      for (let index = 0; index < 4; index++) out.byte(DOUBLE.getUint8(index));
      return;
    }
    out.byte(0xcb);
    // From memory, for a NaN keeps its bits there.
    for (let index = 7; index >= 0; index--) out.byte(this.#memory.bytes[address + index]!);
  }

  #unsigned(value: number, size: number): void {
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) this.#out.byte((value >>> shift) & 0xff);
  }

  #long(value: number): void {
    DOUBLE.setBigInt64(0, BigInt(value));
    for (let index = 0; index < 8; index++) this.#out.byte(DOUBLE.getUint8(index));
  }
}
