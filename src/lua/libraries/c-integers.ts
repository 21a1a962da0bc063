/** How the compiled original turns doubles into integers: C leaves it open, these are the instructions of x86-64. */

const TWO_63 = 2 ** 63;
const INT64_MIN = -(2n ** 63n);

/** (int64_t) of a double. */
export function toInt64(value: number): bigint {
  return value >= -TWO_63 && value < TWO_63 ? BigInt(Math.trunc(value)) : INT64_MIN;
}

/** (uint64_t) of a double. */
export function toUint64(value: number): bigint {
  if (!(value >= TWO_63)) return BigInt.asUintN(64, toInt64(value));
  return BigInt.asUintN(64, toInt64(value - TWO_63) ^ INT64_MIN);
}

/** lua_Integer, 64 bits, from a double, as a double again: exact up to 2^53, which is more than any use here needs. */
export function toLuaInteger(value: number): number {
  return value >= -TWO_63 && value < TWO_63 ? Math.trunc(value) : -TWO_63;
}

/** (int) of a lua_Integer. */
export function luaIntegerToInt32(value: number): number {
  return Number(BigInt.asIntN(32, toInt64(value)));
}
