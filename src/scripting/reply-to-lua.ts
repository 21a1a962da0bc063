/** What redis.call() returns to a script: a reply as a Lua value (redisProtocolToLuaType of script_lua.c). https://redis.io/docs/latest/develop/interact/programmability/lua-api/#redis-to-lua-type-conversion */
import type { LuaState } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import { formatDouble } from '../resp/number-format.js';
import { AttributeReply, ErrorReply, NullArray, type Reply, SimpleString } from '../resp/reply.js';
import { markCounted, pushError } from './lua-values.js';

/** The protocol that a script asked for with redis.setresp(), and how the release writes doubles. */
export interface ReplyStyle {
  readonly protocol: 2 | 3;
  readonly version: '7.0' | '7.2';
}

export function pushReply(lua: LuaState, reply: Reply, style: ReplyStyle): void {
  if (typeof reply === 'string') lua.pushBytes(reply);
  else if (typeof reply === 'number') lua.pushNumber(reply);
  else pushOther(lua, reply, style);
}

function pushOther(lua: LuaState, reply: Exclude<Reply, string | number>, style: ReplyStyle): void {
  lua.reserve(5);
  if (typeof reply === 'bigint') lua.pushNumber(Number(reply));
  else if (reply === null || reply instanceof NullArray) pushNull(lua, style);
  else if (Array.isArray(reply)) pushArray(lua, reply, style);
  else if (reply instanceof SimpleString) pushField(lua, 'ok', reply.text);
  else if (reply instanceof ErrorReply) pushErrorReply(lua, reply);
  else if (reply instanceof AttributeReply) pushReply(lua, reply.reply, style);
  else if (style.protocol === 2) pushAsResp2(lua, reply, style);
  else pushAsResp3(lua, reply, style);
}

type Plain =
  | string
  | number
  | bigint
  | null
  | Reply[]
  | NullArray
  | SimpleString
  | ErrorReply
  | AttributeReply;
type Typed = Exclude<Reply, Plain>;

function pushErrorReply(lua: LuaState, reply: ErrorReply): void {
  pushError(lua, `-${reply.text}`);
  markCounted(lua);
}

function pushNull(lua: LuaState, style: ReplyStyle): void {
  if (style.protocol === 2) lua.pushBoolean(false);
  else lua.pushNil();
}

function pushArray(lua: LuaState, items: readonly Reply[], style: ReplyStyle): void {
  // With nil in it, what # tells depends on how the table has grown: there is none in RESP2.
  lua.newTable(style.protocol === 2 ? items.length : 0);
  let position = 1;
  for (const item of items) {
    pushReply(lua, item, style);
    lua.rawSetAt(-2, position++);
  }
}

/** A table with one string. */
function pushField(lua: LuaState, name: string, value: ByteString): void {
  lua.newTable(0, 1);
  lua.pushBytes(value);
  lua.setField(-2, name);
}

function pushAsResp2(lua: LuaState, reply: Typed, style: ReplyStyle): void {
  switch (reply.kind) {
    case 'map':
      pushArray(lua, reply.flat, style);
      break;
    case 'set':
    case 'push':
      pushArray(lua, reply.items, style);
      break;
    case 'double':
      lua.pushBytes(reply.text ?? formatDouble(reply.value, style.version));
      break;
    case 'boolean':
      lua.pushNumber(reply.value ? 1 : 0);
      break;
    case 'big-number':
    case 'verbatim':
      lua.pushBytes(reply.text);
      break;
    default:
      lua.pushNil();
  }
}

function pushAsResp3(lua: LuaState, reply: Typed, style: ReplyStyle): void {
  switch (reply.kind) {
    case 'map':
      pushMap(lua, reply.flat, style);
      break;
    case 'set':
      pushSet(lua, reply.items, style);
      break;
    case 'push':
      pushArray(lua, reply.items, style);
      break;
    case 'double':
      lua.newTable(0, 1);
      lua.pushNumber(reply.value);
      lua.setField(-2, 'double');
      break;
    case 'boolean':
      lua.pushBoolean(reply.value);
      break;
    case 'big-number':
      pushField(lua, 'big_number', reply.text);
      break;
    case 'verbatim':
      lua.newTable(0, 1);
      pushField(lua, 'string', reply.text);
      lua.pushBytes(reply.format);
      lua.setField(-2, 'format');
      lua.setField(-2, 'verbatim_string');
      break;
    default:
      lua.pushNil();
  }
}

function pushMap(lua: LuaState, flat: readonly Reply[], style: ReplyStyle): void {
  lua.newTable(0, 1);
  // Without a size, as in Redis: in what order pairs() gives the entries depends on it.
  lua.newTable();
  for (const item of flat.keys()) {
    pushReply(lua, flat[item] as Reply, style);
    if (item % 2 === 1) lua.rawSet(-3);
  }
  lua.setField(-2, 'map');
}

function pushSet(lua: LuaState, items: readonly Reply[], style: ReplyStyle): void {
  lua.newTable(0, 1);
  lua.newTable();
  for (const item of items) {
    pushReply(lua, item, style);
    lua.pushBoolean(true);
    lua.rawSet(-3);
  }
  lua.setField(-2, 'set');
}
