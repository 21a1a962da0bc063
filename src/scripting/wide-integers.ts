/**
 * Functions of Lua's libraries that take integers. Those of servers have 64 bits and are cut to 32 where Lua's own code
 * does so; those of the interpreter here have 32. So what does not fit is turned into what comes out there: before the
 * function runs, or, where more bits are printed or read, in its place.
 */
import type { HostFunction } from '../lua/engine.js';
import { GLOBALS, type LuaState, LuaType, UNGUARDED } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);
const TWO_TO_63 = 2 ** 63;
const ULONG_MAX = 2n ** 64n - 1n;

type Place = 'string' | 'table' | 'math' | 'global';

/** Integers that C's code cuts to an `int`: of each function the arguments that are. */
const CUT: readonly (readonly [Place, string, readonly number[] | 'all'])[] = [
  ['string', 'rep', [2]],
  ['string', 'char', 'all'],
  ['string', 'gsub', [4]],
  ['table', 'remove', [2]],
  ['table', 'concat', [3, 4]],
  ['math', 'ldexp', [2]],
  ['global', 'select', [1]],
  ['global', 'unpack', [2, 3]],
];

/** Places in a string, which may be as far behind its end as one likes. */
const CLAMPED: readonly (readonly [Place, string, readonly number[]])[] = [
  ['string', 'sub', [2, 3]],
  ['string', 'byte', [2, 3]],
  ['string', 'find', [3]],
  ['string', 'match', [3]],
];

/** Once for each engine's function table: a function is kept for ever. */
const CUTTERS = CUT.map(([place, name, positions]) => [place, name, converter(positions, cut)] as const);
const CLAMPERS = CLAMPED.map(
  ([place, name, positions]) => [place, name, converter(positions, clamp)] as const,
);

export function openWideIntegers(lua: LuaState): void {
  for (const [place, name, run] of [...CUTTERS, ...CLAMPERS]) guard(lua, place, name, run, 'wideNumber');
  guard(lua, 'string', 'format', formatWide, 'always');
  guard(lua, 'global', 'tonumber', toNumberOfBase, 'several');
}

function guard(
  lua: LuaState,
  place: Place,
  name: string,
  run: HostFunction,
  when: 'wideNumber' | 'always' | 'several',
): void {
  if (place === 'global') lua.pushValue(GLOBALS);
  else lua.getGlobal(place);
  lua.pushNil();
  lua.getField(-2, name);
  lua.pushGuarded(run, when);
  lua.setField(-2, name);
  lua.pop();
}

function converter(positions: readonly number[] | 'all', convert: (value: number) => number): HostFunction {
  return (lua) => {
    const { top } = lua;
    for (let index = 1; index <= top; index++) {
      if (positions !== 'all' && !positions.includes(index)) continue;
      if (lua.type(index) !== LuaType.number) continue;
      const value = lua.toNumber(index);
      if (value > INT32_MIN - 1 && value < INT32_MAX + 1) continue;
      lua.pushNumber(convert(value));
      lua.replace(index);
    }
    return UNGUARDED;
  };
}

/** A double as a 64-bit integer on the machines that servers run on: what does not fit is the least one. */
function toInt64(value: number): bigint {
  const fits = value >= -TWO_TO_63 && value < TWO_TO_63;
  return fits ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

/** As an unsigned one, which those machines convert in two halves. */
function toUint64(value: number): bigint {
  if (!(value >= TWO_TO_63)) return BigInt.asUintN(64, toInt64(value));
  return value < 2 * TWO_TO_63 ? BigInt(value) : 0n;
}

function cut(value: number): number {
  return Number(BigInt.asIntN(32, toInt64(value)));
}

function clamp(value: number): number {
  return toInt64(value) > 0n ? INT32_MAX : INT32_MIN;
}

/** A conversion of a format: flags, width, precision and what it prints. */
const CONVERSION = /%(?:%|([-+ #0]*)(\d*)(?:\.(\d*))?([a-zA-Z]))/g;
const MOST_FLAGS = 5;
const MOST_DIGITS = 2;

/** string.format(): integers of more than 32 bits are put in as text. */
function formatWide(lua: LuaState): number {
  if (lua.top < 2 || lua.type(1) !== LuaType.string) return UNGUARDED;
  const format = lua.toBytes(1) ?? '';
  let argument = 1;
  let changed = '';
  let copied = 0;
  for (const conversion of format.matchAll(CONVERSION)) {
    const [whole, flags = '', width = '', precision, kind] = conversion;
    if (kind === undefined) continue;
    argument++;
    if (!'diouxX'.includes(kind)) continue;
    const isOdd =
      flags.length > MOST_FLAGS || width.length > MOST_DIGITS || (precision?.length ?? 0) > MOST_DIGITS;
    // Lua itself complains, of this or of what comes before it.
    if (isOdd || argument > lua.top || !lua.isNumeric(argument)) break;
    const value = lua.toNumber(argument);
    const least = kind === 'd' || kind === 'i' ? INT32_MIN : 0;
    if (value >= least && value <= INT32_MAX) continue;
    lua.pushBytes(printInteger(value, flags, Number(width), precision, kind));
    lua.replace(argument);
    changed += `${format.slice(copied, conversion.index)}%s`;
    copied = conversion.index + whole.length;
  }
  if (copied > 0) {
    lua.pushBytes(changed + format.slice(copied));
    lua.replace(1);
  }
  return UNGUARDED;
}

/** As printf() prints a long. */
function printInteger(
  value: number,
  flags: string,
  width: number,
  precision: string | undefined,
  kind: string,
): ByteString {
  const isSigned = kind === 'd' || kind === 'i';
  const integer = isSigned ? toInt64(value) : toUint64(value);
  const magnitude = integer < 0n ? -integer : integer;
  const base = isSigned || kind === 'u' ? 10 : kind === 'o' ? 8 : 16;
  let digits = magnitude.toString(base).padStart(Number(precision ?? 1), '0');
  if (precision !== undefined && Number(precision) === 0 && magnitude === 0n) digits = '';
  let prefix = '';
  if (isSigned) prefix = integer < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (flags.includes('#') && kind === 'o' && !digits.startsWith('0')) digits = `0${digits}`;
  if (flags.includes('#') && base === 16 && magnitude !== 0n) prefix = '0x';
  if (flags.includes('0') && !flags.includes('-') && precision === undefined)
    digits = digits.padStart(width - prefix.length, '0');
  const text = kind === 'X' ? (prefix + digits).toUpperCase() : prefix + digits;
  return flags.includes('-') ? text.padEnd(width, ' ') : text.padStart(width, ' ');
}

/** tonumber() with a base other than ten: as strtoul(), which wraps negative numbers around. */
function toNumberOfBase(lua: LuaState): number {
  const type = lua.type(1);
  if ((type !== LuaType.string && type !== LuaType.number) || !lua.isNumeric(2)) return UNGUARDED;
  const base = cut(lua.toNumber(2));
  if (base < 2 || base > 36 || base === 10) return UNGUARDED;
  const value = readUnsigned(lua.toBytes(1) ?? '', base);
  if (value === null) lua.pushNil();
  else lua.pushNumber(Number(value));
  return 1;
}

const PARTS = /^[ \t-\r]*([+-]?)(0[xX](?=[0-9a-fA-F]))?([0-9a-zA-Z]*)[ \t-\r]*(?:\0|$)/;

function readUnsigned(text: ByteString, base: number): bigint | null {
  const [whole, sign, hexPrefix = '', rest = ''] = PARTS.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = base === 16 ? rest : hexPrefix + rest;
  if (digits === '') return null;
  let value = 0n;
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= base) return null;
    value = value * BigInt(base) + BigInt(worth);
  }
  if (value > ULONG_MAX) return ULONG_MAX;
  return sign === '-' ? BigInt.asUintN(64, -value) : value;
}
