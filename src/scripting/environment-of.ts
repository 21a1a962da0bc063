/** Finds what belongs to a Lua state: host functions are shared by all of them. */
import type { LuaState } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import type { LibraryFunction } from './function-libraries.js';
import type { Random48 } from './random48.js';
import type { LogLevel, ScriptRun } from './script-run.js';
import type { ThreadChain } from './thread-chain.js';

/** What host functions need to know. */
export interface HostEnvironment {
  readonly version: '7.0' | '7.2';
  readonly random: Random48;
  /** The functions that a library has registered while it is loaded; null = none is. */
  readonly registered: Map<ByteString, LibraryFunction> | null;
  /** redis.log() */
  log(level: LogLevel, text: ByteString): void;
  readonly chain: ThreadChain;
  /** The script that runs has to end. */
  readonly isKilled: boolean;
  /** The script that runs now. */
  readonly run: ScriptRun;
}

export function attachEnvironment(lua: LuaState, environment: HostEnvironment): void {
  lua.attachment = environment;
}

export function environmentOf(lua: LuaState): HostEnvironment {
  if (lua.attachment === null) throw new Error('a Lua state without an environment');
  return lua.attachment as HostEnvironment;
}
