/** Values that scripts and hosts exchange in Redis's own way: errors as tables, numbers as arguments. */
import type { LuaState } from '../lua/state.js';
import { asCString, type ByteString } from '../resp/byte-string.js';

const LINE_ENDS = /^[\r\n]+|[\r\n]+$/g;

/**
 * Pushes an error as scripts see it, `{err = 'CODE text'}`. @param text `-CODE text`, or a text without a code, which
 * becomes ERR (luaPushErrorBuff of script_lua.c).
 */
export function pushError(lua: LuaState, text: ByteString): void {
  const whole = asCString(text);
  let code = 'ERR';
  let message = whole;
  if (whole.startsWith('-')) {
    const space = whole.indexOf(' ');
    if (space >= 0) code = whole.slice(1, space);
    message = whole.slice(space < 0 ? 1 : space + 1);
  }
  lua.newTable(0, 1);
  lua.pushBytes(`${code} ${message.replace(LINE_ENDS, '')}`);
  lua.setField(-2, 'err');
}

/** The error on top of the stack was counted already, where it arose. */
export function markCounted(lua: LuaState): void {
  lua.pushBoolean(true);
  lua.setField(-2, 'ignore_error_stats_update');
}
