/** Doubles on their way into Lua. JavaScript knows one NaN only; C prints two, `nan` and `-nan`. */
import type { LuaState } from '../state.js';
import { Workspace } from './workspace.js';

/** @param isNegative the sign bit of a NaN */
export function pushDouble(lua: LuaState, value: number, isNegative: boolean): void {
  lua.pushNumber(value);
  if (Number.isNaN(value)) Workspace.of(lua).memory.signNumberOnTop(lua.thread, isNegative);
}
