/** Finds the Lua interpreter, a WebAssembly file of the package wasmoon-lua5.1, and starts it once for the process, at the first script. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { LuaEngine } from '../lua/engine.js';
import type { ScriptingHost } from '../node/ports.js';
import { nextLoopTurn, realNowMs } from './natives.js';
import type { RealTimePump } from './real-time-pump.js';

/** What nodes run their scripts with. @param pump takes what goes on with a long script as it takes other input. */
export function scriptingHostOf(pump: RealTimePump): ScriptingHost {
  return {
    engine: luaEngine,
    realNowMs,
    later: (run) => void nextLoopTurn().then(() => pump.input(run)),
  };
}

let engine: LuaEngine | null = null;

/** The process's interpreter. */
export function luaEngine(): LuaEngine {
  if (engine === null || engine.isBroken) engine = new LuaEngine(readInterpreter(), realNowMs);
  return engine;
}

/** The compiled interpreter. */
export function readInterpreter(): Uint8Array {
  const require = createRequire(ownFileName());
  return readFileSync(require.resolve('wasmoon-lua5.1/dist/liblua5.1.wasm'));
}

/** This file's name or URL, by which dependencies are found. There is no expression for it that both module systems know, but a stack trace does. */
function ownFileName(): string {
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_error, sites) => sites[0]?.getFileName() ?? '';
    return String(new Error('for its stack').stack);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
