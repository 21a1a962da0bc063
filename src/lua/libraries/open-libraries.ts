/** The libraries that Redis gives its scripts beside those of Lua (luaLoadLibraries of script_lua.c). */
import { GLOBALS, type LuaState } from '../state.js';
import { pushBit } from './bit.js';
import { pushCjson } from './cjson.js';
import { pushCmsgpack } from './cmsgpack.js';
import { pushStruct } from './struct.js';

/** Sets the globals cjson, cmsgpack, struct and bit. */
export function openRedisLibraries(lua: LuaState): void {
  pushCjson(lua);
  lua.setField(GLOBALS, 'cjson');
  pushCmsgpack(lua);
  lua.setField(GLOBALS, 'cmsgpack');
  pushStruct(lua);
  lua.setField(GLOBALS, 'struct');
  pushBit(lua);
  lua.setField(GLOBALS, 'bit');
}
