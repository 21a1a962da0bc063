/** MessagePack as Lua values, with the error texts of cmsgpack.unpack of Redis (lua_cmsgpack.c). */
import { LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import type { LuaExports } from '../wasm-module.js';
import { pushDouble } from './doubles.js';
import { MAX_STACK_SLOTS } from './stack-limit.js';
import { Workspace } from './workspace.js';

/** Room on Lua's stack is asked for in portions. */
const SLOT_PORTION = 32;
const TWO_32 = 2 ** 32;

/** A table that is being filled; they form a list, for nesting may go deeper than calls can. */
interface OpenTable {
  readonly isMap: boolean;
  /** Values to come, keys among them. */
  remaining: number;
  index: number;
  /** Values on Lua's stack up to the table. */
  readonly slots: number;
  readonly outer: OpenTable | null;
}

export class CmsgpackUnpacker {
  readonly #lua: LuaState;
  readonly #api: LuaExports;
  /** The memory of the interpreter, where the input stays while values are made of it. */
  #bytes: Uint8Array;
  #view: DataView;
  readonly #start: number;
  readonly #end: number;
  #at: number;
  /** Values on Lua's stack, and how many it has room for. */
  #slots: number;
  #room: number;

  /** Unpacks the `length` bytes at `pointer`, from `offset` on. */
  constructor(lua: LuaState, pointer: number, length: number, offset: number) {
    this.#lua = lua;
    this.#api = lua.engine.exports;
    this.#bytes = Workspace.of(lua).memory.bytes;
    this.#view = new DataView(this.#bytes.buffer);
    this.#start = pointer;
    this.#end = pointer + length;
    this.#at = pointer + offset;
    this.#slots = lua.top;
    this.#room = this.#slots;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Of the next value. */
  get offset(): number {
    return this.#at - this.#start;
  }

  /** Pushes the next value. Throws LuaError. */
  next(): void {
    const slots = this.#slots + 1;
    let open = this.#begin(null);
    while (open !== null) {
      // The original has the index of an item, or the key of a value, on the stack.
      const hasKey = !open.isMap || open.remaining % 2 === 1;
      this.#slots = open.slots + (hasKey ? 1 : 0);
      const inner: OpenTable | null = this.#begin(open);
      open = inner === open ? this.#store(open) : inner;
    }
    this.#slots = slots;
  }

  /** Pushes a value, of a table only the beginning. @returns the table that what follows belongs to */
  #begin(outer: OpenTable | null): OpenTable | null {
    this.#need(1);
    this.#reserve('too many return values at once; use unpack_one or unpack_limit instead.');
    this.#slots++;
    // The memory has grown, and moved.
    if (this.#bytes.length === 0) {
      this.#bytes = Workspace.of(this.#lua).memory.bytes;
      this.#view = new DataView(this.#bytes.buffer);
    }
    const head = this.#bytes[this.#at]!;
    if (head >= 0x80 && head < 0x90) return this.#map(this.#take(0, head & 0xf), outer);
    if (head >= 0x90 && head < 0xa0) return this.#array(this.#take(0, head & 0xf), outer);
    if (head === 0xdc || head === 0xdd) return this.#array(this.#unsigned(2 * (head - 0xdb)), outer);
    if (head === 0xde || head === 0xdf) return this.#map(this.#unsigned(2 * (head - 0xdd)), outer);
    if (head < 0x80) this.#api.lua_pushnumber(this.#lua.thread, this.#take(0, head));
    else if (head >= 0xa0 && head < 0xc0) this.#string(this.#take(0, head & 0x1f));
    else if (head >= 0xe0) this.#api.lua_pushnumber(this.#lua.thread, this.#take(0, head - 0x100));
    else this.#scalar(head);
    return outer;
  }

  /** Puts the value on top of the stack into its table. @returns the table that what follows belongs to */
  #store(innermost: OpenTable): OpenTable | null {
    const { thread } = this.#lua;
    let open: OpenTable | null = innermost;
    while (open !== null) {
      if (!open.isMap) this.#api.lua_rawseti(thread, -2, ++open.index);
      else if (open.remaining % 2 === 1) this.#api.lua_rawset(thread, -3);
      open.remaining--;
      if (open.remaining > 0) break;
      open = open.outer;
    }
    return open;
  }

  #scalar(head: number): void {
    const { thread } = this.#lua;
    const view = this.#view;
    const at = this.#at;
    switch (head) {
      case 0xc0:
        this.#at++;
        this.#api.lua_pushnil(thread);
        return;
      case 0xc2:
      case 0xc3:
        this.#at++;
        this.#api.lua_pushboolean(thread, head - 0xc2);
        return;
      case 0xca:
        this.#need(5);
        this.#at += 5;
        pushDouble(this.#lua, view.getFloat32(at + 1), view.getUint8(at + 1) >= 0x80);
        return;
      case 0xcb:
        this.#need(9);
        this.#at += 9;
        pushDouble(this.#lua, view.getFloat64(at + 1), view.getUint8(at + 1) >= 0x80);
        return;
      case 0xcc:
      case 0xcd:
      case 0xce:
        this.#api.lua_pushnumber(thread, this.#unsigned(2 ** (head - 0xcc)));
        return;
      // The original makes a signed integer of these 64 bits too.
      case 0xcf:
      case 0xd3:
        this.#need(9);
        this.#at += 9;
        this.#api.lua_pushnumber(thread, view.getInt32(at + 1) * TWO_32 + view.getUint32(at + 5));
        return;
      case 0xd0:
        this.#need(2);
        this.#api.lua_pushnumber(thread, this.#take(1, view.getInt8(at + 1)));
        return;
      case 0xd1:
        this.#need(3);
        this.#api.lua_pushnumber(thread, this.#take(2, view.getInt16(at + 1)));
        return;
      case 0xd2:
        this.#need(5);
        this.#api.lua_pushnumber(thread, this.#take(4, view.getInt32(at + 1)));
        return;
      case 0xd9:
      case 0xda:
      case 0xdb:
        this.#string(this.#unsigned(2 ** (head - 0xd9)));
        return;
      default:
        throw new LuaError('Bad data format in input.');
    }
  }

  /** Passes a head and so many bytes; gives `value`. */
  #take(bytes: number, value: number): number {
    this.#at += 1 + bytes;
    return value;
  }

  /** Passes a head and an integer of 1, 2 or 4 bytes behind it. */
  #unsigned(size: number): number {
    this.#need(1 + size);
    const at = this.#at + 1;
    this.#at += 1 + size;
    const view = this.#view;
    if (size === 4) return view.getUint32(at);
    return size === 2 ? view.getUint16(at) : view.getUint8(at);
  }

  #string(length: number): void {
    this.#need(length);
    this.#api.lua_pushlstring(this.#lua.thread, this.#at, length);
    this.#at += length;
  }

  #array(length: number, outer: OpenTable | null): OpenTable | null {
    this.#api.lua_createtable(this.#lua.thread, 0, 0);
    this.#reserve('in function mp_decode_to_lua_array');
    if (length === 0) return outer;
    return { isMap: false, remaining: length, index: 0, slots: this.#slots, outer };
  }

  #map(length: number, outer: OpenTable | null): OpenTable | null {
    this.#api.lua_createtable(this.#lua.thread, 0, 0);
    if (length === 0) return outer;
    return { isMap: true, remaining: 2 * length, index: 0, slots: this.#slots, outer };
  }

  #need(bytes: number): void {
    if (this.#end - this.#at < bytes) throw new LuaError('Missing bytes in input.');
  }

  /** Makes room for one more value. */
  #reserve(message: string): void {
    if (this.#slots < this.#room) return;
    const portion = Math.min(SLOT_PORTION, MAX_STACK_SLOTS - this.#slots);
    if (portion < 1 || !this.#lua.reserve(portion)) {
      throw new LuaError(`stack overflow (${message})`);
    }
    this.#room = this.#slots + portion;
  }
}
