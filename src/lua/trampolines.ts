/** A WebAssembly module of our own between the interpreter and its host: only typed functions fit in a function table, and a check that most calls pass need not leave WebAssembly. */
import type { LuaCallbacks, LuaExports } from './wasm-module.js';
import { instantiate, type WasmTable } from './web-assembly.js';

export interface Trampolines {
  /** C function (lua_State *): calls the host. */
  readonly host: unknown;
  /** Hook (lua_State *, lua_Debug *): calls the host. */
  readonly hook: unknown;
  /**
   * C function with upvalues: a value for the function behind it, the number of a host function, the pointer of a C
   * function. When the first argument is a table with a metatable the host function is called; when that has nothing to
   * do with it, or for other arguments, the C function runs as if it had been called itself.
   */
  readonly guard: unknown;
}

const I32 = 0x7f;
const NO_RESULT_BLOCK = 0x40;
const FUNCTION_TYPE = 0x60;
const IMPORTED = { function: 0x00, table: 0x01, memory: 0x02 } as const;
const OP = {
  if: 0x04,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  get: 0x20,
  tee: 0x22,
  load: 0x28,
  constant: 0x41,
  equal: 0x46,
  atLeast: 0x4e,
} as const;

/** Types by their index. */
const TYPE = { cFunction: 0, hook: 1, ofIndex: 2 } as const;
/** Functions by their index, imported ones first. */
const FUNCTION = { host: 0, hook: 1, guarded: 2, type: 3, identity: 4, integer: 5, guard: 6 } as const;

const LUA_TYPE_TABLE = 5;
/** Offset of the metatable in struct Table of Lua 5.1, on a 32-bit machine. */
const METATABLE_OFFSET = 8;
/** -10005, the pseudo-index of the third upvalue, as signed LEB128. */
const THIRD_UPVALUE = [0xeb, 0xb1, 0x7f];

/** guard(thread): local 0 is the thread, local 1 what the host function answered. */
const GUARD = [
  ...[1, 1, I32],
  ...[OP.get, 0, OP.constant, 1, OP.call, FUNCTION.type, OP.constant, LUA_TYPE_TABLE, OP.equal],
  ...[OP.if, NO_RESULT_BLOCK],
  ...[OP.get, 0, OP.constant, 1, OP.call, FUNCTION.identity, OP.load, 2, METATABLE_OFFSET],
  ...[OP.if, NO_RESULT_BLOCK],
  ...[OP.get, 0, OP.call, FUNCTION.guarded, OP.tee, 1, OP.constant, 0, OP.atLeast],
  ...[OP.if, NO_RESULT_BLOCK, OP.get, 1, OP.return, OP.end],
  ...[OP.end, OP.end],
  ...[OP.get, 0, OP.get, 0, OP.constant, ...THIRD_UPVALUE, OP.call, FUNCTION.integer],
  ...[OP.callIndirect, TYPE.cFunction, 0, OP.end],
];

const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [
    [FUNCTION_TYPE, 1, I32, 1, I32],
    [FUNCTION_TYPE, 2, I32, I32, 0],
    [FUNCTION_TYPE, 2, I32, I32, 1, I32],
  ]),
  ...section(2, [
    imported('host', IMPORTED.function, TYPE.cFunction),
    imported('hook', IMPORTED.function, TYPE.hook),
    imported('guarded', IMPORTED.function, TYPE.cFunction),
    imported('type', IMPORTED.function, TYPE.ofIndex),
    imported('identity', IMPORTED.function, TYPE.ofIndex),
    imported('integer', IMPORTED.function, TYPE.ofIndex),
    imported('memory', IMPORTED.memory, 0, 1),
    imported('table', IMPORTED.table, 0x70, 0, 1),
  ]),
  ...section(3, [[TYPE.cFunction]]),
  ...section(7, [
    exported('host', FUNCTION.host),
    exported('hook', FUNCTION.hook),
    exported('guard', FUNCTION.guard),
  ]),
  ...section(10, [[GUARD.length, ...GUARD]]),
]);

export function linkTrampolines(callbacks: LuaCallbacks, exports: LuaExports, table: WasmTable): Trampolines {
  return instantiate<Trampolines>(MODULE, {
    e: {
      host: callbacks.callHost,
      hook: callbacks.callHook,
      guarded: callbacks.callGuard,
      type: exports.lua_type,
      identity: exports.lua_topointer,
      integer: exports.lua_tointeger,
      memory: exports.memory,
      table,
    },
  });
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [entries.length, ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
}

/** An unsigned number as LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

function imported(field: string, ...what: readonly number[]): number[] {
  return [...name('e'), ...name(field), ...what];
}

function exported(field: string, index: number): number[] {
  return [...name(field), IMPORTED.function, index];
}
