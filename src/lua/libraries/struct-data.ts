/** The data that struct.unpack reads, left where Lua has it. */
import { LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import { Workspace } from './workspace.js';

export class StructData {
  readonly #lua: LuaState;
  readonly #workspace: Workspace;
  readonly #argument: number;
  readonly #pointer: number;
  readonly #length: number;

  /** Raises Lua's error when the argument is no string. */
  constructor(lua: LuaState, argument: number) {
    const { engine } = lua;
    this.#lua = lua;
    this.#workspace = Workspace.of(lua);
    this.#argument = argument;
    this.#pointer = engine.exports.luaL_checklstring(lua.thread, argument, engine.out);
    this.#length = engine.word(engine.out);
  }

  /** Raises an error unless `size` bytes lie at `position`. */
  check(position: number, size: number): void {
    if (size >= 0 && position >= 0 && position + size <= this.#length) return;
    this.#lua.argumentError(this.#argument, 'data string too short');
  }

  byte(position: number): number {
    return this.#workspace.memory.bytes[this.#pointer + position]!;
  }

  /** Pushes bytes as a string. */
  push(position: number, length: number): void {
    this.#lua.engine.exports.lua_pushlstring(this.#lua.thread, this.#pointer + position, length);
  }

  /** Bytes from `position` to the next zero. */
  lengthUpToZero(position: number): number {
    const start = this.#pointer + position;
    const end = this.#workspace.memory.bytes.subarray(start, this.#pointer + this.#length).indexOf(0);
    if (end < 0) throw new LuaError('unfinished string in data');
    return end;
  }
}
