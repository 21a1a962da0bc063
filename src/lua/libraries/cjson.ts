/** The library cjson of Redis scripts, version 2.1.0 (lua_cjson.c). */
import { type HostFunction, LuaError } from '../engine.js';
import { upvalue } from '../lua-api.js';
import type { LuaState } from '../state.js';
import { LuaType } from '../state.js';
import { checkInteger, checkOption, refuseArgument } from './arguments.js';
import { luaIntegerToInt32 } from './c-integers.js';
import { CjsonDecoder } from './cjson-decoder.js';
import { CjsonEncoder } from './cjson-encoder.js';
import { CjsonSettings, SETTING, SETTINGS_SIZE, type Setting } from './cjson-settings.js';
import { Workspace } from './workspace.js';

const INT_MAX = 2 ** 31 - 1;
const SWITCH = ['off', 'on'] as const;
const INVALID_NUMBER_CHOICES = ['off', 'on', 'null'] as const;

/** Upvalue 1 of a host function says which one it is; the settings of the module come second. */
const SETTINGS_UPVALUE = upvalue(2);

/** Pushes a new module with settings of its own. */
export function pushCjson(lua: LuaState): void {
  const { lua_newuserdata, lua_pushlightuserdata, lua_pushnumber, lua_pushcclosure } = lua.engine.exports;
  lua.newTable();
  new CjsonSettings(lua.engine, lua_newuserdata(lua.thread, SETTINGS_SIZE)).reset();
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    lua_pushnumber(lua.thread, lua.engine.idOf(run));
    lua.pushValue(-2);
    lua_pushcclosure(lua.thread, lua.engine.hostFunction, 2);
    lua.setField(-3, name);
  }
  lua.pop();
  lua_pushlightuserdata(lua.thread, 0);
  lua.setField(-2, 'null');
  lua.pushBytes('cjson');
  lua.setField(-2, '_NAME');
  lua.pushBytes('2.1.0');
  lua.setField(-2, '_VERSION');
}

function settingsOf(lua: LuaState): CjsonSettings {
  return new CjsonSettings(lua.engine, lua.engine.exports.lua_touserdata(lua.thread, SETTINGS_UPVALUE));
}

function encode(lua: LuaState): number {
  if (lua.top !== 1) lua.argumentError(1, 'expected 1 argument');
  const workspace = Workspace.of(lua);
  const { memory, out } = workspace;
  out.clear();
  new CjsonEncoder(memory, out, settingsOf(lua), lua.behind).write(memory.argument(lua.thread, 1));
  workspace.pushOutput(lua);
  return 1;
}

function decode(lua: LuaState): number {
  if (lua.top !== 1) lua.argumentError(1, 'expected 1 argument');
  const { engine, thread } = lua;
  const settings = settingsOf(lua);
  const pointer = engine.exports.luaL_checklstring(thread, 1, engine.out);
  // A copy, for the memory may move while the values are made. Lua keeps a NUL behind the bytes.
  const input = new Uint8Array(engine.buffer.subarray(pointer, pointer + engine.word(engine.out) + 1));
  if (input.length > 2 && (input[0] === 0 || input[1] === 0)) {
    throw new LuaError('JSON parser does not support UTF-16 or UTF-32');
  }
  new CjsonDecoder(lua, input, pointer, {
    maxDepth: settings.get(SETTING.decodeMaxDepth),
    acceptInvalidNumbers: settings.get(SETTING.decodeInvalidNumbers) !== 0,
  }).decode();
  return 1;
}

/** A function that sets or only tells some settings. */
function configures(count: number, apply: (lua: LuaState, settings: CjsonSettings) => void): HostFunction {
  return (lua) => {
    if (lua.top > count) lua.argumentError(count + 1, 'found too many arguments');
    lua.top = count;
    apply(lua, settingsOf(lua));
    return count;
  };
}

function integerSetting(
  lua: LuaState,
  settings: CjsonSettings,
  argument: number,
  setting: Setting,
  min: number,
  max: number,
): void {
  if (lua.type(argument) !== LuaType.nil) {
    const value = luaIntegerToInt32(checkInteger(lua, argument));
    // Whichever argument it is, the original calls it the first.
    if (value < min || value > max) refuseArgument(lua, 1, `expected integer between ${min} and ${max}`);
    settings.set(setting, value);
  }
  lua.pushNumber(settings.get(setting));
}

function choiceSetting(
  lua: LuaState,
  settings: CjsonSettings,
  argument: number,
  setting: Setting,
  options: readonly string[],
): void {
  const type = lua.type(argument);
  if (type === LuaType.boolean) settings.set(setting, lua.toBoolean(argument) ? 1 : 0);
  else if (type !== LuaType.nil) settings.set(setting, checkOption(lua, argument, options));
  const value = settings.get(setting);
  if (value <= 1) lua.pushBoolean(value === 1);
  else lua.pushBytes(options[value]!);
}

const FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  encode,
  decode,
  encode_sparse_array: configures(3, (lua, settings) => {
    choiceSetting(lua, settings, 1, SETTING.sparseConvert, SWITCH);
    integerSetting(lua, settings, 2, SETTING.sparseRatio, 0, INT_MAX);
    integerSetting(lua, settings, 3, SETTING.sparseSafe, 0, INT_MAX);
  }),
  encode_max_depth: configures(1, (lua, settings) => {
    integerSetting(lua, settings, 1, SETTING.encodeMaxDepth, 1, INT_MAX);
  }),
  decode_max_depth: configures(1, (lua, settings) => {
    integerSetting(lua, settings, 1, SETTING.decodeMaxDepth, 1, INT_MAX);
  }),
  encode_number_precision: configures(1, (lua, settings) => {
    integerSetting(lua, settings, 1, SETTING.encodeNumberPrecision, 1, 14);
  }),
  // What the original keeps is a buffer; nobody can tell.
  encode_keep_buffer: configures(1, (lua, settings) => {
    choiceSetting(lua, settings, 1, SETTING.encodeKeepBuffer, SWITCH);
  }),
  encode_invalid_numbers: configures(1, (lua, settings) => {
    choiceSetting(lua, settings, 1, SETTING.encodeInvalidNumbers, INVALID_NUMBER_CHOICES);
  }),
  decode_invalid_numbers: configures(1, (lua, settings) => {
    choiceSetting(lua, settings, 1, SETTING.decodeInvalidNumbers, SWITCH);
  }),
  new: (lua) => {
    pushCjson(lua);
    return 1;
  },
};
