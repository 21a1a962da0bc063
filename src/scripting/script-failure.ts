/** The reply to a script that failed: what it raised, and where (luaCallFunction of script_lua.c). */
import { type LuaActivation, type LuaState, LuaStatus, LuaType } from '../lua/state.js';
import { asCString, type ByteString } from '../resp/byte-string.js';
import { ErrorReply } from '../resp/reply.js';

/** As much as is told of an error that is no table, which only happens when memory or the stack is out. */
const SHORT_MESSAGE = 100;

/**
 * The error on top of the stack of the current thread, where the script died: its call stack is still there.
 * @param name of the script: its SHA1, or the name of a function.
 */
export function failureOf(lua: LuaState, status: number, name: string): ErrorReply {
  if (status !== LuaStatus.runtimeError) {
    const message = asCString(lua.toBytes(-1) ?? 'execution failure').slice(0, SHORT_MESSAGE);
    return new ErrorReply(`ERR Error running script ${name}, ${message}`);
  }
  const place = placeOfFailure(lua);
  const { text, counted } = describe(lua);
  const where = place === null ? '' : ` script: ${name}, on ${place.source}:${place.line}.`;
  return new ErrorReply(text + where, counted);
}

/** Of an error in a C function its caller is told, which is what the author of the script knows. */
function placeOfFailure(lua: LuaState): LuaActivation | null {
  const failed = lua.activation(0);
  return failed?.what === 'C' ? lua.activation(1) : failed;
}

function describe(lua: LuaState): { text: ByteString; counted: boolean } {
  if (lua.type(-1) !== LuaType.table) return { text: `ERR ${asCString(textOf(lua))}`, counted: false };
  lua.rawGetField(-1, 'err');
  const text = asCString(lua.toBytes(-1) ?? 'ERR unknown error');
  lua.pop();
  lua.rawGetField(-1, 'ignore_error_stats_update');
  const counted = lua.type(-1) === LuaType.boolean && lua.toBoolean(-1);
  lua.pop();
  return { text, counted };
}

/** As tostring() of Lua. */
function textOf(lua: LuaState): ByteString {
  switch (lua.type(-1)) {
    case LuaType.nil:
    case LuaType.none:
      return 'nil';
    case LuaType.boolean:
      return String(lua.toBoolean(-1));
    case LuaType.function:
    case LuaType.thread:
    case LuaType.userdata:
    case LuaType.lightUserdata:
      return `${TYPE_NAMES[lua.type(-1)]}: 0x${lua.identity(-1).toString(16)}`;
    default:
      return lua.toBytes(-1) ?? '';
  }
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [LuaType.function]: 'function',
  [LuaType.thread]: 'thread',
  [LuaType.userdata]: 'userdata',
  [LuaType.lightUserdata]: 'userdata',
};
