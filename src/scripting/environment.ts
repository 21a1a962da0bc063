/** The Lua state of one node, with what scripts find in it, and how a script runs there. */
import type { LuaEngine } from '../lua/engine.js';
import { openRedisLibraries } from '../lua/libraries/open-libraries.js';
import { type LuaState, LuaStatus } from '../lua/state.js';
import type { ByteString } from '../resp/byte-string.js';
import { ErrorReply, type Reply } from '../resp/reply.js';
import { proceed } from './chained-calls.js';
import { attachEnvironment, type HostEnvironment } from './environment-of.js';
import type { LibraryFunction } from './function-libraries.js';
import { popReply } from './lua-to-reply.js';
import { openMathLibrary } from './math-library.js';
import type { Random48 } from './random48.js';
import { openRedisLibrary, raiseKilled, raiseStuck } from './redis-library.js';
import { lockGlobals } from './sandbox.js';
import { failureOf } from './script-failure.js';
import type { LogLevel, ScriptRun } from './script-run.js';
import { type Link, ThreadChain } from './thread-chain.js';
import { openWideIntegers } from './wide-integers.js';

/** Scripts between two steps of garbage collection, and the size of a step. */
const COLLECTION_PERIOD = 50;

export interface EnvironmentOptions {
  readonly version: '7.0' | '7.2';
  /** Full release text, e.g. 7.2.4. */
  readonly release: string;
  readonly random: Random48;
  /** Of functions, which get their keys and arguments as parameters; else of scripts, which find them in globals. */
  readonly forFunctions?: boolean;
}

/** What a script is started with. */
export interface ScriptCall {
  /** Reference of the compiled function, see load(). */
  readonly script: number;
  /** Its SHA1, for error texts. */
  readonly name: string;
  readonly keys: readonly ByteString[];
  readonly args: readonly ByteString[];
  readonly run: ScriptRun;
  /** How its reply is written. */
  readonly client: { readonly protocol: 2 | 3; readonly version: '7.0' | '7.2' };
  /** An error in what the script returned. @param isCounted INFO errorstats knows of it. */
  onError(error: ErrorReply, isCounted: boolean): void;
}

/** The script did not end: resume() goes on with it. */
export const SUSPENDED = Symbol('suspended');

export class ScriptEnvironment implements HostEnvironment {
  readonly version: '7.0' | '7.2';
  readonly random: Random48;
  readonly lua: LuaState;
  /** Of functions that a library has registered while it is loaded; null = none is. */
  registered: Map<ByteString, LibraryFunction> | null = null;
  /** Reference to the table of globals. */
  protected readonly globals: number;
  readonly #forFunctions: boolean;
  #call: ScriptCall | null = null;
  readonly chain: ThreadChain;
  /** Of the script that runs. */
  #link: Link | null = null;
  #runs = 0;
  /** The script was told that it has to end, and may try to go on. */
  #isEnded = false;

  constructor(engine: LuaEngine, options: EnvironmentOptions) {
    this.version = options.version;
    this.#forFunctions = options.forFunctions ?? false;
    this.random = options.random;
    const lua = engine.newState();
    this.lua = lua;
    this.chain = new ThreadChain(lua);
    attachEnvironment(lua, this);
    lua.openStandardLibraries();
    openRedisLibraries(lua);
    openRedisLibrary(lua, options.release, this.#forFunctions);
    openMathLibrary(lua);
    openWideIntegers(lua);
    this.globals = lockGlobals(lua);
    lua.onHook = () => this.onHook();
  }

  close(): void {
    this.lua.close();
  }

  log(level: LogLevel, text: ByteString): void {
    this.run.log(level, text);
  }

  get isKilled(): boolean {
    return this.#isEnded || this.#call?.run.isKilled === true;
  }

  get run(): ScriptRun {
    if (this.#call === null) throw new Error('no script runs');
    return this.#call.run;
  }

  /** @returns a reference to the compiled script, or what is wrong with it. */
  load(source: ByteString): { reference: number } | { error: ByteString } {
    const { lua } = this;
    if (lua.load(source, '@user_script') === LuaStatus.ok) return { reference: lua.ref() };
    const error = lua.toBytes(-1) ?? '';
    lua.pop();
    return { error };
  }

  /** Runs a script to its end, or until it is interrupted. */
  start(call: ScriptCall): Reply | typeof SUSPENDED {
    const { lua } = this;
    this.#call = call;
    this.#isEnded = false;
    if (!this.#forFunctions) {
      this.#setGlobal('KEYS', call.keys);
      this.#setGlobal('ARGV', call.args);
    }
    lua.pushRef(call.script);
    if (this.#forFunctions) {
      this.#pushArray(call.keys);
      this.#pushArray(call.args);
    }
    const argumentCount = this.#forFunctions ? 2 : 0;
    const link = this.chain.enter(0, 1 + argumentCount, 'script');
    this.#link = link;
    return this.#settle(call, link, this.chain.resume(link, argumentCount));
  }

  resume(): Reply | typeof SUSPENDED {
    const call = this.#call;
    const link = this.#link;
    if (call === null || link === null) throw new Error('no script to resume');
    return this.#settle(call, link, proceed(this.lua, link.thread));
  }

  #settle(call: ScriptCall, link: Link, status: number): Reply | typeof SUSPENDED {
    const { lua } = this;
    if (status === LuaStatus.yield) return SUSPENDED;
    lua.thread = link.thread;
    try {
      return status === LuaStatus.ok ? this.#result(call) : this.#failure(call, status);
    } finally {
      lua.thread = lua.main;
      this.chain.leave(link, status !== LuaStatus.ok);
      this.chain.clear();
      this.#call = null;
      this.#link = null;
      this.#collectGarbage();
    }
  }

  #result(call: ScriptCall): Reply {
    const { lua } = this;
    lua.top = 1;
    const reply = popReply(lua, {
      protocol: call.run.protocol,
      client: call.client,
      onError: (error, isCounted) => call.onError(error, isCounted),
    });
    return reply;
  }

  #failure(call: ScriptCall, status: number): Reply {
    const { lua } = this;
    const failure = failureOf(lua, status, call.name);
    if (failure.isCounted) return failure;
    call.onError(failure, false);
    return new ErrorReply(failure.text, true);
  }

  #setGlobal(name: 'KEYS' | 'ARGV', items: readonly ByteString[]): void {
    const { lua } = this;
    lua.pushRef(this.globals);
    lua.pushBytes(name);
    this.#pushArray(items);
    lua.rawSet(-3);
    lua.pop();
  }

  #pushArray(items: readonly ByteString[]): void {
    const { lua } = this;
    lua.newTable(items.length);
    let position = 1;
    for (const item of items) {
      lua.pushBytes(item);
      lua.rawSetAt(-2, position++);
    }
  }

  /** Called from time to time while a script runs. */
  protected onHook(): void {
    const { run, chain, lua } = this;
    chain.raisePending();
    const isKilled = run.isKilled;
    if (isKilled || run.isStuck()) {
      // From now on each line fails, so that no pcall() of the script can hold it.
      this.#isEnded = true;
      chain.watchClosely(lua.thread);
      if (isKilled) raiseKilled(lua);
      raiseStuck(lua);
    }
    if (run.isInterrupted()) chain.tryToLeave();
  }

  #collectGarbage(): void {
    this.#runs++;
    if (this.#runs % COLLECTION_PERIOD === 0) this.lua.stepGarbageCollection(COLLECTION_PERIOD);
  }
}
