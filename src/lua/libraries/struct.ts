/** The library struct of Redis scripts (lua_struct.c): pack, unpack and size of binary records, as on a 64-bit machine. */
import { asCString } from '../../resp/byte-string.js';
import { type HostFunction, LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import { optionalInteger, reserveStack } from './arguments.js';
import { toUint64 } from './c-integers.js';
import { pushDouble } from './doubles.js';
import { StructData } from './struct-data.js';
import { StructFormat } from './struct-format.js';
import { Workspace } from './workspace.js';

export function pushStruct(lua: LuaState): void {
  lua.newTable();
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    lua.pushFunction(run);
    lua.setField(-2, name);
  }
}

const DOUBLE = new DataView(new ArrayBuffer(8));
const BITS = 64;
/** Shifts of a 64-bit integer use six bits of their count. */
const SHIFT_MASK = 63;

function pack(lua: LuaState): number {
  const format = new StructFormat(lua, asCString(lua.checkBytes(1)));
  const workspace = Workspace.of(lua);
  const { out } = workspace;
  out.clear();
  // What an argument that was not given looks like.
  lua.pushNil();
  let argument = 2;
  while (format.next()) {
    const { option } = format;
    let { size } = format;
    out.fill(0, format.padding(out.length));
    if (format.isInteger) {
      writeInteger(lua, argument++, size, format.isBigEndian);
    } else if (option === 'x') {
      out.fill(0, 1);
    } else if (option === 'f' || option === 'd') {
      writeDouble(lua, argument++, size, format.isBigEndian);
    } else if (option === 'c' || option === 's') {
      const bytes = lua.checkBytes(argument++);
      if (size === 0) size = bytes.length;
      // The original has counted on by now.
      if (bytes.length < size) lua.argumentError(argument, 'string too short');
      out.text(size === bytes.length ? bytes : bytes.slice(0, size));
      if (option === 's') out.byte(0);
    } else {
      format.control();
    }
  }
  workspace.pushOutput(lua);
  return 1;
}

function writeInteger(lua: LuaState, argument: number, size: number, bigEndian: boolean): void {
  const number = lua.checkNumber(argument);
  const { out } = Workspace.of(lua);
  const start = out.length;
  out.fill(0, size);
  const target = out.written;
  const write = (byte: number, index: number): void => {
    target[bigEndian ? start + size - 1 - index : start + index] = byte;
  };
  if (size <= 4 && Number.isSafeInteger(number)) {
    for (let index = 0; index < size; index++) write((number >>> (8 * index)) & 0xff, index);
    return;
  }
  let value = toUint64(number);
  for (let index = 0; index < size && value !== 0n; index++) {
    write(Number(value & 0xffn), index);
    value >>= 8n;
  }
}

function writeDouble(lua: LuaState, argument: number, size: number, bigEndian: boolean): void {
  const number = lua.checkNumber(argument);
  if (size === 4) DOUBLE.setFloat32(0, number, !bigEndian);
  else DOUBLE.setFloat64(0, number, !bigEndian);
  const { memory, out } = Workspace.of(lua);
  if (Number.isNaN(number)) {
    const sign = memory.isNegative(memory.argument(lua.thread, argument)) ? 0x80 : 0;
    const place = bigEndian ? 0 : size - 1;
    DOUBLE.setUint8(place, (DOUBLE.getUint8(place) & 0x7f) | sign);
  }
  for (let index = 0; index < size; index++) out.byte(DOUBLE.getUint8(index));
}

function unpack(lua: LuaState): number {
  const format = new StructFormat(lua, asCString(lua.checkBytes(1)));
  const data = new StructData(lua, 2);
  let position = optionalInteger(lua, 3, 1);
  if (position === 0) lua.argumentError(3, 'offset must be 1 or greater');
  // A negative one counts as a very large one, as it does in the original's unsigned arithmetic.
  position--;
  let results = 0;
  while (format.next()) {
    const { option } = format;
    let { size } = format;
    position += format.padding(position);
    data.check(position, size);
    reserveStack(lua, 2, 'too many results');
    if (format.isInteger) {
      lua.pushNumber(readInteger(data, position, size, format));
      results++;
    } else if (option === 'f' || option === 'd') {
      readDouble(lua, data, position, size, format.isBigEndian);
      results++;
    } else if (option === 'c') {
      if (size === 0) {
        if (results === 0 || !lua.isNumeric(-1)) throw new LuaError("format 'c0' needs a previous size");
        size = Number(toUint64(lua.toNumber(-1)));
        lua.pop();
        results--;
        data.check(position, size);
      }
      data.push(position, size);
      results++;
    } else if (option === 's') {
      size = data.lengthUpToZero(position) + 1;
      data.push(position, size - 1);
      results++;
    } else if (option !== 'x') {
      format.control();
    }
    position += size;
  }
  lua.pushNumber(position + 1);
  return results + 1;
}

function readInteger(data: StructData, position: number, size: number, format: StructFormat): number {
  const byteAt = (index: number): number =>
    data.byte(format.isBigEndian ? position + size - 1 - index : position + index);
  if (size <= 4) {
    let value = 0;
    for (let index = size - 1; index >= 0; index--) value = (value << 8) | byteAt(index);
    if (!format.isSigned) return value >>> 0;
    const unused = 32 - 8 * size;
    return size === 0 ? 0 : (value << unused) >> unused;
  }
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) {
    value = BigInt.asUintN(BITS, (value << 8n) | BigInt(byteAt(index)));
  }
  if (!format.isSigned) return Number(value);
  const mask = BigInt.asUintN(BITS, -1n << BigInt((size * 8 - 1) & SHIFT_MASK));
  return Number(BigInt.asIntN(BITS, (value & mask) === 0n ? value : value | mask));
}

function readDouble(
  lua: LuaState,
  data: StructData,
  position: number,
  size: number,
  bigEndian: boolean,
): void {
  for (let index = 0; index < size; index++) DOUBLE.setUint8(index, data.byte(position + index));
  const value = size === 4 ? DOUBLE.getFloat32(0, !bigEndian) : DOUBLE.getFloat64(0, !bigEndian);
  pushDouble(lua, value, DOUBLE.getUint8(bigEndian ? 0 : size - 1) >= 0x80);
}

function size(lua: LuaState): number {
  const format = new StructFormat(lua, asCString(lua.checkBytes(1)));
  let position = 0;
  while (format.next()) {
    position += format.padding(position);
    if (format.option === 's') lua.argumentError(1, "option 's' has no fixed size");
    if (format.option === 'c' && format.size === 0) lua.argumentError(1, "option 'c0' has no fixed size");
    // Unlike the others, this function passes over letters that it does not know.
    if (!/[0-9a-zA-Z]/.test(format.option)) format.control();
    position += format.size;
  }
  lua.pushNumber(position);
  return 1;
}

const FUNCTIONS: Readonly<Record<string, HostFunction>> = { pack, unpack, size };
