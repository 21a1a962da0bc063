/** cjson, cmsgpack, struct and bit in a bare Lua state. What they do in detail is compared with redis-server in test/parity. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { luaEngine } from '../../src/io/lua-interpreter.js';
import { openRedisLibraries } from '../../src/lua/libraries/open-libraries.js';
import { GLOBALS, type LuaState, LuaStatus } from '../../src/lua/state.js';

let lua: LuaState;

beforeAll(() => {
  lua = luaEngine().newState();
  lua.openStandardLibraries();
  openRedisLibraries(lua);
});
afterAll(() => lua.close());

/** The first result of a chunk as bytes, or the error. */
function run(source: string): string | null {
  if (lua.load(source, '@chunk') === LuaStatus.ok) lua.protectedCall(0, 1);
  const result = lua.toBytes(-1);
  lua.pop();
  return result;
}

describe('cjson', () => {
  it.each([
    ['cjson.encode({1, "a/b", {x = cjson.null}, 0.1})', '[1,"a\\/b",{"x":null},0.1]'],
    ['cjson.decode([[{"a":[1,{"b":"\\u20ac"}]}]]).a[2].b', '\xe2\x82\xac'],
    ['cjson.encode({[1000] = 1})', 'chunk:1: Cannot serialise table: excessively sparse array'],
    ['cjson.decode("[1,")', 'chunk:1: Expected value but found T_END at character 4'],
    ['cjson.encode(1, 2)', "chunk:1: bad argument #1 to 'encode' (expected 1 argument)"],
  ])('%s', (expression, result) => {
    expect(run(`return ${expression}`)).toBe(result);
  });

  it('walks as deep as Lua’s stack allows, which is deeper than calls can go', () => {
    const deep = 'local c = cjson.new() c.encode_max_depth(1e6) c.decode_max_depth(1e6) local t = {}';
    expect(run(`${deep} for i = 1, 7900 do t = {t} end return #c.encode(t)`)).toBe('15802');
    expect(run(`${deep} for i = 1, 8000 do t = {t} end return c.encode(t)`)).toBe(
      'chunk:1: Cannot serialise, excessive nesting (7998)',
    );
    expect(run(`${deep} return #c.decode(string.rep('[', 3900) .. string.rep(']', 3900))`)).toBe('1');
  });

  it('keeps its settings in Lua, which frees them', () => {
    const before = lua.usedBytes;
    run('for i = 1, 20000 do cjson.new() end');
    lua.collectGarbage();
    expect(lua.usedBytes - before).toBeLessThan(100_000);
  });

  it('copes with memory that grows while it makes values', () => {
    const json = `[${Array.from({ length: 40_000 }, (_, index) => `{"n":${index},"s":"\\n${index}"}`)}]`;
    lua.pushBytes(json);
    lua.setField(GLOBALS, 'json');
    expect(run('local t = cjson.decode(json) return #t .. t[40000].s')).toBe('40000\n39999');
    expect(run('return tostring(#cjson.encode(cjson.decode(json)) == #json)')).toBe('true');
    run('json = nil');
  });
});

describe('cmsgpack', () => {
  it.each([
    ['cmsgpack.pack(1, "a", {x = true}, {1.5, -1})', '\x01\xa1a\x81\xa1x\xc3\x92\xca\x3f\xc0\x00\x00\xff'],
    ['cmsgpack.unpack(cmsgpack.pack({{{"deep"}}}))[1][1][1]', 'deep'],
    ['select(2, cmsgpack.unpack_one("\\1\\2"))', '1'],
    ['cmsgpack.unpack("\\193")', 'chunk:1: Bad data format in input.'],
    ['cmsgpack.unpack("\\146\\1")', 'chunk:1: Missing bytes in input.'],
  ])('%s', (expression, result) => {
    expect(run(`return ${expression}`)).toBe(result);
  });
});

describe('struct and bit', () => {
  it.each([
    ['struct.pack(">Ihs", 1, -2, "ab")', '\0\0\0\x01\xff\xfeab\0'],
    ['struct.unpack("<i8", "\\255\\255\\255\\255\\255\\255\\255\\255")', '-1'],
    ['struct.size("!bd")', '16'],
    ['struct.pack("q")', "chunk:1: bad argument #1 to 'pack' (invalid format option 'q')"],
    ['bit.bxor(0xff00ff00, 0x0ff00ff0)', '-252645136'],
    ['bit.tohex(-1)', 'ffffffff'],
    ['bit.band("x")', "chunk:1: bad argument #1 to 'band' (number expected, got string)"],
  ])('%s', (expression, result) => {
    expect(run(`return ${expression}`)).toBe(result);
  });
});
