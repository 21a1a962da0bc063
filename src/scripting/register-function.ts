/** redis.register_function(), by which a library that is loaded names its functions (function_lua.c). https://redis.io/docs/latest/develop/interact/programmability/lua-api/#redis.register_function */
import { LuaErrorValue } from '../lua/engine.js';
import { type LuaState, LuaType } from '../lua/state.js';
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { environmentOf } from './environment-of.js';
import { checkName, type LibraryFunction } from './function-libraries.js';
import { LibraryError } from './library-error.js';
import { pushError } from './lua-values.js';
import { SCRIPT_FLAGS, type ScriptFlag } from './shebang.js';

const PREFIX = 'redis.register_function';

export function registerFunction(lua: LuaState): number {
  const refusal = refusalOf(lua);
  if (refusal === null) return 0;
  pushError(lua, refusal);
  throw new LuaErrorValue();
}

function refusalOf(lua: LuaState): ByteString | null {
  const { registered } = environmentOf(lua);
  try {
    if (registered === null) throw new LibraryError(`${PREFIX} can only be called on FUNCTION LOAD command`);
    const found = readArguments(lua);
    checkFunction(lua, found, registered);
    registered.set(found.name, found);
    return null;
  } catch (error) {
    if (error instanceof LibraryError) return error.message;
    throw error;
  }
}

function checkFunction(
  lua: LuaState,
  { name, reference }: LibraryFunction,
  registered: ReadonlyMap<ByteString, LibraryFunction>,
): void {
  try {
    checkName(name);
    if (registered.has(name)) throw new LibraryError('Function already exists in the library');
  } catch (error) {
    lua.unref(reference);
    throw error;
  }
}

function readArguments(lua: LuaState): LibraryFunction {
  switch (lua.top) {
    case 1:
      return readNamedArguments(lua);
    case 2:
      return readPositionalArguments(lua);
    default:
      throw new LibraryError(`wrong number of arguments to ${PREFIX}`);
  }
}

function readPositionalArguments(lua: LuaState): LibraryFunction {
  const name = stringAt(lua, 1);
  if (name === null) throw new LibraryError(`first argument to ${PREFIX} must be a string`);
  if (lua.type(2) !== LuaType.function) {
    throw new LibraryError(`second argument to ${PREFIX} must be a function`);
  }
  return { name, description: null, flags: new Set(), reference: lua.ref() };
}

function readNamedArguments(lua: LuaState): LibraryFunction {
  if (lua.type(1) !== LuaType.table) {
    throw new LibraryError(
      `calling ${PREFIX} with a single argument is only applicable to Lua table (representing named arguments).`,
    );
  }
  let name: ByteString | null = null;
  let description: ByteString | null = null;
  let flags: ReadonlySet<ScriptFlag> = new Set();
  let reference: number | null = null;
  try {
    lua.pushNil();
    while (lua.next(1)) {
      switch (argumentName(lua)) {
        case 'function_name':
          name = requiredString(lua, 'function_name');
          break;
        case 'description':
          description = requiredString(lua, 'description');
          break;
        case 'callback':
          if (lua.type(-1) !== LuaType.function) {
            throw new LibraryError(`callback argument given to ${PREFIX} must be a function`);
          }
          lua.pushValue(-1);
          reference = lua.ref();
          break;
        case 'flags':
          if (lua.type(-1) !== LuaType.table) {
            throw new LibraryError(`flags argument to ${PREFIX} must be a table representing function flags`);
          }
          flags = readFlags(lua);
          break;
        default:
          throw new LibraryError(`unknown argument given to ${PREFIX}`);
      }
      lua.pop();
    }
    if (name === null) throw new LibraryError(`${PREFIX} must get a function name argument`);
    if (reference === null) throw new LibraryError(`${PREFIX} must get a callback argument`);
    return { name, description, flags, reference };
  } catch (error) {
    if (reference !== null && error instanceof LibraryError) lua.unref(reference);
    throw error;
  }
}

/** The key below the value on top of the stack. A number would count as a string, and becomes an unknown name. */
function argumentName(lua: LuaState): ByteString {
  const type = lua.type(-2);
  if (type !== LuaType.string && type !== LuaType.number) {
    throw new LibraryError(`named argument key given to ${PREFIX} is not a string`);
  }
  return type === LuaType.number ? '' : toLowerAscii(asCString(lua.toBytes(-2) ?? ''));
}

function requiredString(lua: LuaState, name: string): ByteString {
  const value = stringAt(lua, -1);
  if (value === null) throw new LibraryError(`${name} argument given to ${PREFIX} must be a string`);
  return value;
}

/** A string, or what a number looks like. */
function stringAt(lua: LuaState, index: number): ByteString | null {
  const type = lua.type(index);
  return type === LuaType.string || type === LuaType.number ? lua.toBytes(index) : null;
}

/** Of the array on top of the stack. */
function readFlags(lua: LuaState): ReadonlySet<ScriptFlag> {
  const flags = new Set<ScriptFlag>();
  for (let position = 1; ; position++) {
    lua.pushNumber(position);
    lua.getTable(-2);
    const end = lua.type(-1) === LuaType.nil;
    const name = end ? null : toLowerAscii(asCString(lua.toBytes(-1) ?? ''));
    lua.pop();
    if (name === null) return flags;
    const flag = SCRIPT_FLAGS.find((each) => each === name);
    if (flag === undefined) throw new LibraryError('unknown flag given');
    flags.add(flag);
  }
}
