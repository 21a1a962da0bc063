/** What a script returns, as a reply (luaReplyToRedisReply of script_lua.c). https://redis.io/docs/latest/develop/interact/programmability/lua-api/#lua-to-redis-type-conversion */
import { type LuaState, LuaType } from '../lua/state.js';
import { asCString, type ByteString } from '../resp/byte-string.js';
import {
  BigNumberReply,
  DoubleReply,
  ErrorReply,
  FALSE,
  MapReply,
  RawReply,
  type Reply,
  SetReply,
  SimpleString,
  TRUE,
  VerbatimReply,
} from '../resp/reply.js';
import { encodeReply } from '../resp/reply-encoder.js';

const INT64_MIN = -(2n ** 63n);
const TWO_TO_63 = 2 ** 63;
const LINE_BREAKS = /[\r\n]/g;
const FORMAT_LENGTH = 3;

export interface ReturnStyle {
  /** The protocol that the script asked for: booleans are a type of their own in RESP3 only. */
  readonly protocol: 2 | 3;
  /** Who gets the reply: what is nested too deep is written at once. */
  readonly client: { readonly protocol: 2 | 3; readonly version: '7.0' | '7.2' };
  /** An error was met, at any depth. @param isCounted INFO errorstats knows of it. */
  onError(error: ErrorReply, isCounted: boolean): void;
}

/** Deeper than this no function calls itself any more: the stack of Lua is deeper than the machine's. */
const DEEPEST_CALL = 100;

/** Pops the value on top of the stack. */
export function popReply(lua: LuaState, style: ReturnStyle): Reply {
  return new ReplyReader(lua, style).pop();
}

/** An integer as C converts a double: the part before the point, and the smallest one for what has no place in 64 bits. */
function toInteger(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  return whole >= -TWO_TO_63 && whole < TWO_TO_63 ? BigInt(whole) : INT64_MIN;
}

/** Stands for a null reply where null means something else. */
const NIL = Symbol('nil');

class ReplyReader {
  readonly #lua: LuaState;
  readonly #style: ReturnStyle;
  #depth = 0;

  constructor(lua: LuaState, style: ReturnStyle) {
    this.#lua = lua;
    this.#style = style;
  }

  /** Pops the value on top of the stack. */
  pop(): Reply {
    const lua = this.#lua;
    if (!lua.reserve(4)) return this.#popBeyondLimit();
    this.#depth++;
    const reply = this.#scalar() ?? this.#container();
    this.#depth--;
    lua.pop();
    return reply === NIL ? null : reply;
  }

  #popBeyondLimit(): ErrorReply {
    this.#lua.pop();
    return this.#reported('ERR reached lua stack limit', false);
  }

  /** What the value on top is; null for a table with more values in it. */
  #scalar(): Exclude<Reply, null> | typeof NIL | null {
    const lua = this.#lua;
    switch (lua.type(-1)) {
      case LuaType.string:
        return lua.toBytes(-1) as ByteString;
      case LuaType.number:
        return toInteger(lua.toNumber(-1));
      case LuaType.boolean: {
        const value = lua.toBoolean(-1);
        if (this.#style.protocol === 3) return value ? TRUE : FALSE;
        return value ? 1 : NIL;
      }
      case LuaType.table:
        return this.#marked();
      default:
        return NIL;
    }
  }

  /** A table with one of the known fields is what that field says. */
  #marked(): Exclude<Reply, null> | null {
    const lua = this.#lua;
    const error = stringField(lua, 'err');
    if (error !== null) return this.#reported(asCString(error), isCounted(lua));
    const status = stringField(lua, 'ok');
    if (status !== null) return new SimpleString(asCString(status).replace(LINE_BREAKS, ' '));
    const double = numberField(lua, 'double');
    if (double !== null) return new DoubleReply(double);
    const bigNumber = stringField(lua, 'big_number');
    if (bigNumber !== null) return new BigNumberReply(bigNumber.replace(LINE_BREAKS, ' '));
    return verbatimField(lua);
  }

  #container(): Reply {
    const lua = this.#lua;
    if (pushTableField(lua, 'map')) return this.#popMap();
    if (pushTableField(lua, 'set')) return this.#popSet();
    return this.#depth > DEEPEST_CALL ? new RawReply(this.#encodeArray()) : this.#array();
  }

  #array(): Reply {
    const lua = this.#lua;
    const items: Reply[] = [];
    for (let position = 1; ; position++) {
      lua.rawGetAt(-1, position);
      if (lua.type(-1) === LuaType.nil) break;
      items.push(this.pop());
    }
    lua.pop();
    return items;
  }

  #popMap(): Reply {
    const lua = this.#lua;
    const flat: Reply[] = [];
    lua.pushNil();
    while (lua.next(-2)) {
      lua.pushValue(-2);
      const key = this.pop();
      flat.push(key, this.pop());
    }
    lua.pop();
    return new MapReply(flat);
  }

  #popSet(): Reply {
    const lua = this.#lua;
    const items: Reply[] = [];
    lua.pushNil();
    while (lua.next(-2)) {
      lua.pop();
      lua.pushValue(-1);
      items.push(this.pop());
    }
    lua.pop();
    return new SetReply(items);
  }

  /** The array on top with the arrays in it, without a call for each. It stays on the stack. */
  #encodeArray(): ByteString {
    const lua = this.#lua;
    const out: ByteString[] = [''];
    const open = [{ header: 0, count: 0 }];
    for (;;) {
      const array = open[open.length - 1] as { header: number; count: number };
      lua.rawGetAt(-1, array.count + 1);
      if (lua.type(-1) === LuaType.nil) {
        lua.pop();
        out[array.header] = `*${array.count}\r\n`;
        open.pop();
        if (open.length === 0) return out.join('');
        lua.pop();
        continue;
      }
      array.count++;
      if (!lua.reserve(4)) {
        out.push(this.#encode(this.#popBeyondLimit()));
        continue;
      }
      const scalar = this.#scalar();
      if (scalar === null && !this.#isMapOrSet()) {
        open.push({ header: out.push('') - 1, count: 0 });
        continue;
      }
      out.push(this.#encode(scalar === NIL ? null : (scalar ?? this.#nestedMapOrSet())));
      lua.pop();
    }
  }

  #isMapOrSet(): boolean {
    const lua = this.#lua;
    const found = pushTableField(lua, 'map') || pushTableField(lua, 'set');
    if (found) lua.pop();
    return found;
  }

  #nestedMapOrSet(): Reply {
    if (this.#depth > 4 * DEEPEST_CALL) return this.#reported('ERR reached lua stack limit', false);
    this.#depth++;
    const reply = this.#container();
    this.#depth--;
    return reply;
  }

  #encode(reply: Reply): ByteString {
    return encodeReply(reply, this.#style.client.protocol, this.#style.client.version);
  }

  #reported(text: ByteString, counted: boolean): ErrorReply {
    const error = new ErrorReply(text.replace(/[\r\n]+$/, ''), true);
    this.#style.onError(error, counted);
    return error;
  }
}

/** Pushes a field that is a table, or nothing. */
function pushTableField(lua: LuaState, name: string): boolean {
  lua.rawGetField(-1, name);
  if (lua.type(-1) === LuaType.table) return true;
  lua.pop();
  return false;
}

/** A field that is a string, not a number. */
function stringField(lua: LuaState, name: string): ByteString | null {
  lua.rawGetField(-1, name);
  const value = lua.type(-1) === LuaType.string ? lua.toBytes(-1) : null;
  lua.pop();
  return value;
}

function numberField(lua: LuaState, name: string): number | null {
  lua.rawGetField(-1, name);
  const value = lua.type(-1) === LuaType.number ? lua.toNumber(-1) : null;
  lua.pop();
  return value;
}

function verbatimField(lua: LuaState): VerbatimReply | null {
  if (!pushTableField(lua, 'verbatim_string')) return null;
  const format = stringField(lua, 'format');
  const text = format === null ? null : stringField(lua, 'string');
  lua.pop();
  if (format === null || text === null) return null;
  return new VerbatimReply(asCString(format).slice(0, FORMAT_LENGTH).padEnd(FORMAT_LENGTH, ' '), text);
}

function isCounted(lua: LuaState): boolean {
  lua.rawGetField(-1, 'ignore_error_stats_update');
  const counted = lua.type(-1) === LuaType.boolean && lua.toBoolean(-1);
  lua.pop();
  return counted;
}
