/** math.random() and math.randomseed() of scripts, which draw the same numbers everywhere (script_lua.c). */
import { type HostFunction, LuaError } from '../lua/engine.js';
import type { LuaState } from '../lua/state.js';
import { environmentOf } from './environment-of.js';
import { RANDOM48_LIMIT } from './random48.js';

const random: HostFunction = (lua) => {
  const fraction = (environmentOf(lua).random.next() % RANDOM48_LIMIT) / RANDOM48_LIMIT;
  switch (lua.top) {
    case 0:
      lua.pushNumber(fraction);
      return 1;
    case 1: {
      const upper = int32(lua, 1);
      if (upper < 1) lua.argumentError(1, 'interval is empty');
      lua.pushNumber(Math.floor(fraction * upper) + 1);
      return 1;
    }
    case 2: {
      const lower = int32(lua, 1);
      const upper = int32(lua, 2);
      if (lower > upper) lua.argumentError(2, 'interval is empty');
      lua.pushNumber(Math.floor(fraction * ((upper - lower + 1) | 0)) + lower);
      return 1;
    }
    default:
      throw new LuaError('wrong number of arguments');
  }
};

const randomSeed: HostFunction = (lua) => {
  environmentOf(lua).random.seed(int32(lua, 1));
  return 0;
};

function int32(lua: LuaState, argument: number): number {
  return Math.trunc(lua.checkNumber(argument)) | 0;
}

export function openMathLibrary(lua: LuaState): void {
  lua.getGlobal('math');
  lua.pushFunction(random);
  lua.setField(-2, 'random');
  lua.pushFunction(randomSeed);
  lua.setField(-2, 'randomseed');
  lua.pop();
}
