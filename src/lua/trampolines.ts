/** A WebAssembly module of our own between the interpreter and its host: only typed functions fit in a function table, and a check that most calls pass need not leave WebAssembly. */
import type { LuaCallbacks, LuaExports } from './wasm-module.js';
import { instantiate, type WasmTable } from './web-assembly.js';

export interface Trampolines {
  /** C function (lua_State *): calls the host. */
  readonly host: unknown;
  /** Hook (lua_State *, lua_Debug *): calls the host. */
  readonly hook: unknown;
  readonly guards: Readonly<Record<GuardCondition, unknown>>;
}

/**
 * When the host function of a guard is asked: for a table with a metatable as the first argument; for a number that no
 * 32-bit integer is; for more than one argument; always.
 */
export type GuardCondition = 'metatable' | 'wideNumber' | 'several' | 'always';

const I32 = 0x7f;
const NO_RESULT_BLOCK = 0x40;
const FUNCTION_TYPE = 0x60;
const IMPORTED = { function: 0x00, table: 0x01, memory: 0x02 } as const;
const OP = {
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  branch: 0x0c,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  load: 0x28,
  loadDouble: 0x2b,
  constant: 0x41,
  constantDouble: 0x44,
  isZero: 0x45,
  equal: 0x46,
  unsignedLess: 0x49,
  atLeast: 0x4e,
  lessDouble: 0x63,
  greaterDouble: 0x64,
  add: 0x6a,
  subtract: 0x6b,
  and: 0x71,
} as const;
/** Of loads: log2 of the alignment. */
const WORD = 2;
const DOUBLE = 3;

/** Types by their index. */
const TYPE = { cFunction: 0, hook: 1, ofIndex: 2 } as const;
/** Functions by their index, imported ones first. */
const FUNCTION = { host: 0, hook: 1, guarded: 2, type: 3, identity: 4, integer: 5 } as const;
const FIRST_GUARD = 6;
/** Local variables of guards: the thread, what the host function answered, the address of an argument, where they end. */
const LOCAL = { thread: 0, answer: 1, value: 2, end: 3 } as const;

const LUA_TYPE_NUMBER = 3;
const LUA_TYPE_TABLE = 5;
/** Offsets in structures of Lua 5.1, on a 32-bit machine: the end of the arguments and the first one in lua_State, the tag of a value, the metatable of a table. */
const TOP_OFFSET = 8;
const BASE_OFFSET = 12;
const TAG_OFFSET = 8;
const METATABLE_OFFSET = 8;
const VALUE_BYTES = 16;
/** -10005, the pseudo-index of the third upvalue, as signed LEB128. */
const THIRD_UPVALUE = [0xeb, 0xb1, 0x7f];

/** Asks the host function, and returns what it did. */
const ASK = [
  ...[OP.get, LOCAL.thread, OP.call, FUNCTION.guarded, OP.tee, LOCAL.answer, OP.constant, 0, OP.atLeast],
  ...[OP.if, NO_RESULT_BLOCK, OP.get, LOCAL.answer, OP.return, OP.end],
];

/** Runs the C function behind the guard. */
const GO_ON = [
  ...[OP.get, LOCAL.thread, OP.get, LOCAL.thread, OP.constant, ...THIRD_UPVALUE, OP.call, FUNCTION.integer],
  ...[OP.callIndirect, TYPE.cFunction, 0, OP.end],
];

const whenSo = (...code: readonly number[]): number[] => [OP.if, NO_RESULT_BLOCK, ...code, OP.end];
const threadWord = (offset: number): number[] => [OP.get, LOCAL.thread, OP.load, WORD, offset];

/** C functions with upvalues: a value for the function behind it, the number of a host function, the pointer of a C function. */
const GUARDS: Readonly<Record<GuardCondition, readonly number[]>> = {
  metatable: [
    ...[OP.get, LOCAL.thread, OP.constant, 1, OP.call, FUNCTION.type, OP.constant, LUA_TYPE_TABLE, OP.equal],
    ...whenSo(
      ...[OP.get, LOCAL.thread, OP.constant, 1, OP.call, FUNCTION.identity, OP.load, WORD, METATABLE_OFFSET],
      ...whenSo(...ASK),
    ),
  ],
  wideNumber: [
    ...[...threadWord(BASE_OFFSET), OP.set, LOCAL.value, ...threadWord(TOP_OFFSET), OP.set, LOCAL.end],
    ...[OP.loop, NO_RESULT_BLOCK, OP.get, LOCAL.value, OP.get, LOCAL.end, OP.unsignedLess],
    ...[OP.if, NO_RESULT_BLOCK],
    ...[OP.get, LOCAL.value, OP.load, WORD, TAG_OFFSET, OP.constant, LUA_TYPE_NUMBER, OP.equal],
    ...whenSo(
      ...[OP.get, LOCAL.value, OP.loadDouble, DOUBLE, 0, OP.constantDouble, ...double(-(2 ** 31) - 1)],
      ...[OP.greaterDouble, OP.get, LOCAL.value, OP.loadDouble, DOUBLE, 0],
      ...[OP.constantDouble, ...double(2 ** 31), OP.lessDouble, OP.and, OP.isZero],
      // Once for all of them: the loop is at its end then.
      ...whenSo(...ASK, OP.get, LOCAL.end, OP.set, LOCAL.value),
    ),
    ...[OP.get, LOCAL.value, OP.constant, VALUE_BYTES, OP.add, OP.set, LOCAL.value],
    ...[OP.branch, 1, OP.end, OP.end],
  ],
  several: [
    ...[...threadWord(TOP_OFFSET), ...threadWord(BASE_OFFSET), OP.subtract],
    ...[OP.constant, 2 * VALUE_BYTES, OP.atLeast, ...whenSo(...ASK)],
  ],
  always: ASK,
};
const GUARD_NAMES = Object.keys(GUARDS) as GuardCondition[];
const LOCALS = [1, 3, I32];

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
  ...section(
    3,
    GUARD_NAMES.map(() => [TYPE.cFunction]),
  ),
  ...section(7, [
    exported('host', FUNCTION.host),
    exported('hook', FUNCTION.hook),
    ...GUARD_NAMES.map((guard, index) => exported(guard, FIRST_GUARD + index)),
  ]),
  ...section(
    10,
    GUARD_NAMES.map((guard) => {
      const body = [...LOCALS, ...GUARDS[guard], ...GO_ON];
      return [...unsigned(body.length), ...body];
    }),
  ),
]);

export function linkTrampolines(callbacks: LuaCallbacks, exports: LuaExports, table: WasmTable): Trampolines {
  const linked = instantiate<Record<'host' | 'hook' | GuardCondition, unknown>>(MODULE, {
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
  return { host: linked.host, hook: linked.hook, guards: linked };
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [entries.length, ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
}

/** An unsigned number as LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

function double(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
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
