/** The functions of the C API of Lua 5.1 that are used (https://www.lua.org/manual/5.1/manual.html#3), as the compiled interpreter exports them: pointers and integers are numbers. */

type Pointer = number;

export interface LuaApi {
  malloc(size: number): Pointer;
  free(pointer: Pointer): void;
  luaL_newstate(): Pointer;
  lua_close(state: Pointer): void;
  luaL_openlibs(state: Pointer): void;
  lua_newthread(state: Pointer): Pointer;
  lua_pushthread(state: Pointer): number;
  lua_xmove(from: Pointer, to: Pointer, count: number): void;
  lua_resume(state: Pointer, argumentCount: number): number;
  lua_yield(state: Pointer, resultCount: number): number;
  lua_status(state: Pointer): number;

  lua_gettop(state: Pointer): number;
  lua_settop(state: Pointer, index: number): void;
  lua_checkstack(state: Pointer, extra: number): number;
  lua_pushvalue(state: Pointer, index: number): void;
  lua_remove(state: Pointer, index: number): void;
  lua_insert(state: Pointer, index: number): void;
  lua_replace(state: Pointer, index: number): void;

  lua_type(state: Pointer, index: number): number;
  lua_isnumber(state: Pointer, index: number): number;
  lua_iscfunction(state: Pointer, index: number): number;
  lua_rawequal(state: Pointer, first: number, second: number): number;
  lua_toboolean(state: Pointer, index: number): number;
  lua_tonumber(state: Pointer, index: number): number;
  lua_tointeger(state: Pointer, index: number): number;
  lua_tolstring(state: Pointer, index: number, length: Pointer): Pointer;
  lua_objlen(state: Pointer, index: number): number;
  lua_tocfunction(state: Pointer, index: number): Pointer;
  lua_touserdata(state: Pointer, index: number): Pointer;
  lua_topointer(state: Pointer, index: number): Pointer;
  lua_tothread(state: Pointer, index: number): Pointer;

  lua_pushnil(state: Pointer): void;
  lua_pushboolean(state: Pointer, value: number): void;
  lua_pushnumber(state: Pointer, value: number): void;
  lua_pushlstring(state: Pointer, bytes: Pointer, length: number): void;
  lua_pushlightuserdata(state: Pointer, pointer: Pointer): void;
  lua_newuserdata(state: Pointer, size: number): Pointer;
  lua_pushcclosure(state: Pointer, run: Pointer, upvalues: number): void;
  lua_createtable(state: Pointer, arraySize: number, recordSize: number): void;

  lua_gettable(state: Pointer, index: number): void;
  lua_settable(state: Pointer, index: number): void;
  lua_rawget(state: Pointer, index: number): void;
  lua_rawset(state: Pointer, index: number): void;
  lua_rawgeti(state: Pointer, index: number, position: number): void;
  lua_rawseti(state: Pointer, index: number, position: number): void;
  lua_getfield(state: Pointer, index: number, name: Pointer): void;
  lua_setfield(state: Pointer, index: number, name: Pointer): void;
  lua_next(state: Pointer, index: number): number;
  lua_getmetatable(state: Pointer, index: number): number;
  lua_setmetatable(state: Pointer, index: number): number;
  lua_getfenv(state: Pointer, index: number): void;
  lua_setfenv(state: Pointer, index: number): number;

  luaL_loadbuffer(state: Pointer, bytes: Pointer, length: number, name: Pointer): number;
  lua_call(state: Pointer, argumentCount: number, resultCount: number): void;
  lua_pcall(state: Pointer, argumentCount: number, resultCount: number, handler: number): number;
  lua_error(state: Pointer): number;
  luaL_where(state: Pointer, level: number): void;
  lua_concat(state: Pointer, count: number): void;
  luaL_ref(state: Pointer, index: number): number;
  luaL_unref(state: Pointer, index: number, reference: number): void;
  luaL_checklstring(state: Pointer, argument: number, length: Pointer): Pointer;
  luaL_checknumber(state: Pointer, argument: number): number;
  luaL_checktype(state: Pointer, argument: number, type: number): void;
  luaL_checkany(state: Pointer, argument: number): void;
  luaL_typerror(state: Pointer, argument: number, typeName: Pointer): number;
  luaL_argerror(state: Pointer, argument: number, message: Pointer): number;

  lua_gc(state: Pointer, what: number, data: number): number;
  lua_sethook(state: Pointer, hook: Pointer, mask: number, count: number): number;
  lua_getstack(state: Pointer, level: number, activation: Pointer): number;
  lua_getinfo(state: Pointer, what: Pointer, activation: Pointer): number;
}

/** The pseudo-index of an upvalue of the running C function. */
export function upvalue(index: number): number {
  return -10002 - index;
}
