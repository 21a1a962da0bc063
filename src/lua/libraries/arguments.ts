/** Arguments of library functions: checks of lauxlib.c whose messages are not constant, and integers of 64 bits. */
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { LuaError } from '../engine.js';
import { type LuaState, LuaType } from '../state.js';
import { toLuaInteger } from './c-integers.js';

/** Raises "bad argument #n to 'name' (message)" with a message made for the occasion. */
export function refuseArgument(lua: LuaState, argument: number, message: ByteString): never {
  const { lua_tolstring, luaL_argerror } = lua.engine.exports;
  lua.pushBytes(`${message}\0`);
  luaL_argerror(lua.thread, argument, lua_tolstring(lua.thread, -1, 0));
  throw new Error('luaL_argerror returned');
}

/** As luaL_checkinteger with a lua_Integer of 64 bits, which the interpreter does not have. */
export function checkInteger(lua: LuaState, argument: number): number {
  return toLuaInteger(lua.checkNumber(argument));
}

export function optionalInteger(lua: LuaState, argument: number, otherwise: number): number {
  return lua.type(argument) <= LuaType.nil ? otherwise : checkInteger(lua, argument);
}

/** As luaL_checkoption: the index of the argument among the options. */
export function checkOption(lua: LuaState, argument: number, options: readonly string[]): number {
  const name = asCString(lua.checkBytes(argument));
  const index = options.indexOf(name);
  return index >= 0 ? index : refuseArgument(lua, argument, `invalid option '${name}'`);
}

/** As luaL_checkstack. */
export function reserveStack(lua: LuaState, slots: number, message: string): void {
  if (!lua.reserve(slots)) throw new LuaError(`stack overflow (${message})`);
}
