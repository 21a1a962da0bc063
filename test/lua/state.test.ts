/** The binding of the Lua interpreter: values pass without loss, errors pass through host functions, states are freed. */
import { afterEach, describe, expect, it } from 'vitest';
import { luaEngine, readInterpreter } from '../../src/io/lua-interpreter.js';
import { LuaEngine, LuaError, LuaErrorValue } from '../../src/lua/engine.js';
import { ALL_RESULTS, GLOBALS, HookMask, type LuaState, LuaStatus, LuaType } from '../../src/lua/state.js';

const states: LuaState[] = [];

function newState(engine = luaEngine()): LuaState {
  const state = engine.newState();
  states.push(state);
  state.openStandardLibraries();
  return state;
}

afterEach(() => {
  for (const state of states.splice(0)) state.close();
});

/** Runs a chunk. @returns its first result as bytes, or the error. */
function run(lua: LuaState, source: string): string | null {
  if (lua.load(source, '@chunk') === LuaStatus.ok) lua.protectedCall(0, 1);
  const result = lua.toBytes(-1);
  lua.pop();
  return result;
}

describe('values', () => {
  it('passes every byte, NUL included, both ways', () => {
    const lua = newState();
    const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    lua.pushBytes(bytes);
    lua.setField(GLOBALS, 'given');
    expect(run(lua, 'return #given .. given')).toBe(`256${bytes}`);
  });

  it('passes strings longer than its scratch memory', () => {
    const lua = newState();
    const bytes = 'long\xff'.repeat(100_000);
    lua.pushBytes(bytes);
    expect(lua.toBytes(-1)).toBe(bytes);
    expect(lua.rawLength(-1)).toBe(500_000);
  });

  it('walks over tables', () => {
    const lua = newState();
    lua.load('return {10, 20, x = true}', '@chunk');
    lua.protectedCall(0, 1);
    const pairs: unknown[] = [];
    lua.pushNil();
    while (lua.next(1)) {
      const isFlag = lua.type(-1) === LuaType.boolean;
      pairs.push(isFlag ? lua.toBoolean(-1) : lua.toNumber(-1));
      lua.pop();
    }
    expect(pairs).toEqual([10, 20, true]);
  });

  it('keeps a value by its reference', () => {
    const lua = newState();
    lua.pushBytes('kept');
    const reference = lua.ref();
    lua.collectGarbage();
    lua.pushRef(reference);
    expect(lua.toBytes(-1)).toBe('kept');
  });
});

describe('host functions', () => {
  it('are given arguments and give results', () => {
    const lua = newState();
    lua.pushFunction((state) => {
      state.pushNumber(state.checkNumber(1) + 1);
      state.pushBytes(state.checkBytes(2));
      return 2;
    });
    lua.setField(GLOBALS, 'host');
    expect(run(lua, 'local a, b = host(41, "x") return a .. b')).toBe('42x');
    expect(run(lua, 'return host("a")')).toBe(
      "chunk:1: bad argument #1 to 'host' (number expected, got string)",
    );
  });

  it('raise errors with their place, or as any value, again and again', () => {
    const lua = newState();
    lua.pushFunction(() => {
      throw new LuaError('no luck');
    });
    lua.setField(GLOBALS, 'fail');
    lua.pushFunction((state) => {
      state.newTable();
      state.pushBytes('in a table');
      state.setField(-2, 'err');
      throw new LuaErrorValue();
    });
    lua.setField(GLOBALS, 'failWithTable');
    expect(run(lua, '\nreturn fail()')).toBe('chunk:2: no luck');
    expect(
      run(
        lua,
        'local n = 0 for i = 1, 10000 do local ok, e = pcall(failWithTable) if not ok and e.err == "in a table" then n = n + 1 end end return n',
      ),
    ).toBe('10000');
    expect(lua.top).toBe(0);
  });

  it('pass errors of what they call', () => {
    const lua = newState();
    lua.pushFunction((state) => {
      state.call(0, ALL_RESULTS);
      return state.top;
    });
    lua.setField(GLOBALS, 'call');
    expect(run(lua, 'return call(function() return "back" end)')).toBe('back');
    expect(run(lua, 'return call(function() error("through") end)')).toBe('chunk:1: through');
    expect(run(lua, 'return select(2, pcall(call, function() error({}) end)) ~= nil and "caught"')).toBe(
      'caught',
    );
  });

  it('work on the stack of the coroutine that calls them', () => {
    const lua = newState();
    lua.pushFunction((state) => {
      state.pushBytes(`<${state.checkBytes(1)}>`);
      return 1;
    });
    lua.setField(GLOBALS, 'host');
    expect(run(lua, 'return coroutine.wrap(function() return host("inside") end)() .. host("out")')).toBe(
      '<inside><out>',
    );
  });
});

describe('errors of scripts', () => {
  it('answers deep recursion and too much memory as errors, and works on', () => {
    const lua = newState(new LuaEngine(readInterpreter(), () => 0, 32 * 1024 * 1024));
    expect(run(lua, 'local function f() return 1 + f() end return f()')).toMatch(/stack overflow/);
    expect(
      run(lua, 'local t = string.rep("x", 2^22) local all = {} for i = 1, 100 do all[i] = t .. i end'),
    ).toBe('not enough memory');
    expect(run(lua, 'return "alive"')).toBe('alive');
  });
});

describe('hooks', () => {
  it('can end a script', () => {
    const lua = newState();
    lua.onHook = () => {
      throw new LuaError('enough');
    };
    lua.setHook(HookMask.count, 1000);
    expect(run(lua, 'while true do end')).toBe('enough');
  });

  it('can leave a coroutine and come back, but not out of a pcall', () => {
    const lua = newState();
    const thread = lua.newThread();
    let left = 0;
    let refused = 0;
    lua.onHook = (state) => {
      if (state.yieldFromHook()) left++;
      else refused++;
    };
    lua.load(
      'local n = 0 for i = 1, 100 do n = n + i end pcall(function() for i = 1, 100 do n = n + 1 end end) return n',
      '@chunk',
    );
    lua.move(lua.main, thread, 1);
    lua.thread = thread;
    lua.setHook(HookMask.count, 50);
    lua.thread = lua.main;
    let status = lua.resume(thread, 0);
    for (let turn = 0; status === LuaStatus.yield && turn < 100; turn++) status = lua.resume(thread, 0);
    lua.thread = thread;
    expect([status, lua.toNumber(-1)]).toEqual([LuaStatus.ok, 5150]);
    lua.thread = lua.main;
    expect(left).toBeGreaterThan(1);
    expect(refused).toBeGreaterThan(1);
  });

  it('refuses a yield of the function that resume() runs, as if it ran in no coroutine', () => {
    const lua = newState();
    const thread = lua.newThread();
    lua.load('return coroutine.yield(1)', '@chunk');
    lua.move(lua.main, thread, 1);
    expect(lua.resume(thread, 0)).toBe(LuaStatus.runtimeError);
    lua.thread = thread;
    expect(lua.toBytes(-1)).toBe('attempt to yield across metamethod/C-call boundary');
    expect(lua.activation(0)?.what).toBe('C');
    expect(lua.activation(1)).toEqual({ what: 'main', source: '@chunk', line: 1 });
    lua.thread = lua.main;
  });
});

it('frees what a closed state held', () => {
  const engine = luaEngine();
  const before = engine.stateCount;
  const bytes = engine.memoryBytes;
  for (let round = 0; round < 1000; round++) {
    const lua = engine.newState();
    lua.openStandardLibraries();
    run(lua, 'kept = string.rep("x", 100000)');
    lua.close();
    lua.close();
  }
  expect(engine.stateCount).toBe(before);
  // A thousand states that stayed would take 100 MB.
  expect(engine.memoryBytes - bytes).toBeLessThan(10_000_000);
});
