/** The library bit of Redis scripts: BitOp 1.0.2 (lua_bit.c, https://bitop.luajit.org/). */
import type { HostFunction } from '../engine.js';
import type { LuaState } from '../state.js';

/** Added to a double, this leaves the integer part, rounded half to even, in the low bits of the sum. */
const ROUNDING = 2 ** 52 + 2 ** 51;
const TYPE_NAME_NUMBER = 'number';

const SUM = new Float64Array(1);
const SUM_BITS = new Int32Array(SUM.buffer);

export function pushBit(lua: LuaState): void {
  lua.newTable();
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    lua.pushFunction(run);
    lua.setField(-2, name);
  }
}

function bits(lua: LuaState, argument: number): number {
  SUM[0] = lua.toNumber(argument) + ROUNDING;
  const value = SUM_BITS[0]!;
  if (value === 0 && !lua.isNumeric(argument)) {
    const { luaL_typerror } = lua.engine.exports;
    luaL_typerror(lua.thread, argument, lua.engine.name(TYPE_NAME_NUMBER));
  }
  return value;
}

function unary(operate: (value: number) => number): HostFunction {
  return (lua) => {
    lua.pushNumber(operate(bits(lua, 1)) | 0);
    return 1;
  };
}

function variadic(operate: (left: number, right: number) => number): HostFunction {
  return (lua) => {
    let value = bits(lua, 1);
    for (let argument = lua.top; argument > 1; argument--) value = operate(value, bits(lua, argument));
    lua.pushNumber(value);
    return 1;
  };
}

function shift(operate: (value: number, count: number) => number): HostFunction {
  return (lua) => {
    const value = bits(lua, 1);
    lua.pushNumber(operate(value, bits(lua, 2) & 31) | 0);
    return 1;
  };
}

function toHexadecimal(lua: LuaState): number {
  const value = bits(lua, 1) >>> 0;
  const wanted = lua.top < 2 ? 8 : bits(lua, 2);
  const text = value.toString(16).padStart(8, '0');
  const digits = text.slice(8 - Math.min(8, Math.abs(wanted)));
  lua.pushBytes(wanted < 0 ? digits.toUpperCase() : digits);
  return 1;
}

const FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  tobit: unary((value) => value),
  bnot: unary((value) => ~value),
  band: variadic((left, right) => left & right),
  bor: variadic((left, right) => left | right),
  bxor: variadic((left, right) => left ^ right),
  lshift: shift((value, count) => value << count),
  rshift: shift((value, count) => value >>> count),
  arshift: shift((value, count) => value >> count),
  rol: shift((value, count) => (value << count) | (value >>> (32 - count))),
  ror: shift((value, count) => (value << (32 - count)) | (value >>> count)),
  bswap: unary(
    (value) => (value >>> 24) | ((value >>> 8) & 0xff00) | ((value & 0xff00) << 8) | (value << 24),
  ),
  tohex: toHexadecimal,
};
