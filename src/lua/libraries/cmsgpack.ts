/** The library cmsgpack of Redis scripts, version 0.4.0 (lua_cmsgpack.c). */
import { type HostFunction, LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import { checkInteger, optionalInteger, reserveStack } from './arguments.js';
import { CmsgpackPacker } from './cmsgpack-packer.js';
import { CmsgpackUnpacker } from './cmsgpack-unpacker.js';
import { Workspace } from './workspace.js';

export function pushCmsgpack(lua: LuaState): void {
  lua.newTable();
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    lua.pushFunction(run);
    lua.setField(-2, name);
  }
  for (const [name, text] of Object.entries(FACTS)) {
    lua.pushBytes(text);
    lua.setField(-2, name);
  }
}

const FACTS: Readonly<Record<string, string>> = {
  _NAME: 'cmsgpack',
  _VERSION: 'lua-cmsgpack 0.4.0',
  _COPYRIGHT: 'Copyright (C) 2012, Salvatore Sanfilippo',
  _DESCRIPTION: 'MessagePack C implementation for Lua',
};

function pack(lua: LuaState): number {
  const count = lua.top;
  if (count === 0) lua.argumentError(0, 'MessagePack pack needs input.');
  // The original keeps each packed argument on the stack.
  if (!lua.reserve(count)) lua.argumentError(0, 'Too many arguments for MessagePack pack.');
  const workspace = Workspace.of(lua);
  const { memory, out } = workspace;
  out.clear();
  const packer = new CmsgpackPacker(memory, out, lua.behind);
  for (let argument = 1; argument <= count; argument++) packer.write(memory.argument(lua.thread, argument));
  workspace.pushOutput(lua);
  return 1;
}

/** @param limit of values; 0 with an offset of 0 = all of them, without the offset of the next one in front */
function unpackFrom(lua: LuaState, limit: number, offset: number): number {
  const { engine, thread } = lua;
  const pointer = engine.exports.luaL_checklstring(thread, 1, engine.out);
  const length = engine.word(engine.out);
  if (offset < 0 || limit < 0) {
    // The original has the length where it speaks of the limit.
    throw new LuaError(`Invalid request to unpack with offset of ${asInt(offset)} and limit of ${length}.`);
  }
  if (offset > length) {
    throw new LuaError(`Start offset ${asInt(offset)} greater than input length ${length}.`);
  }
  const all = limit === 0 && offset === 0;
  const unpacker = new CmsgpackUnpacker(lua, pointer, length, offset);
  let count = 0;
  while (!unpacker.isAtEnd && (all || count < limit)) {
    unpacker.next();
    count++;
  }
  if (all) return count;
  reserveStack(lua, 1, 'in function mp_unpack_full');
  lua.pushNumber(unpacker.isAtEnd ? -1 : unpacker.offset);
  lua.insert(2);
  return count + 1;
}

const FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  pack,
  unpack: (lua) => unpackFrom(lua, 0, 0),
  unpack_one: (lua) => {
    const offset = optionalInteger(lua, 2, 0);
    if (lua.top > 1) lua.top = 1;
    return unpackFrom(lua, 1, offset);
  },
  unpack_limit: (lua) => {
    const limit = checkInteger(lua, 2);
    const offset = optionalInteger(lua, 3, 0);
    lua.top = 1;
    return unpackFrom(lua, limit, offset);
  },
};

/** As printf's %d shows a lua_Integer that was cast to int. */
function asInt(value: number): number {
  return Number(BigInt.asIntN(32, BigInt(value)));
}
