/** The Lua state of one node in which function libraries are loaded and their functions run (function_lua.c). */
import type { LuaEngine } from '../lua/engine.js';
import { HookMask, LuaStatus, LuaType } from '../lua/state.js';
import { asCString, type ByteString } from '../resp/byte-string.js';
import { type EnvironmentOptions, ScriptEnvironment } from './environment.js';
import type { LibraryFunction } from './function-libraries.js';
import { LibraryError } from './library-error.js';
import { pushLibraryApi, raise } from './redis-library.js';
import { FunctionGlobals } from './sandbox.js';
import type { LogLevel } from './script-run.js';

/** Instructions between two looks at the clock. */
const INTERRUPT_INTERVAL = 100_000;

export interface LibraryLoad {
  /** Asked from time to time. @returns true: the library takes too long. */
  isTimedOut(): boolean;
  log(level: LogLevel, text: ByteString): void;
}

export class FunctionEnvironment extends ScriptEnvironment {
  readonly #shown: FunctionGlobals;
  #load: LibraryLoad | null = null;

  constructor(engine: LuaEngine, options: EnvironmentOptions) {
    super(engine, { ...options, forFunctions: true });
    pushLibraryApi(this.lua, options.release);
    this.#shown = new FunctionGlobals(this.lua, this.globals);
  }

  override log(level: LogLevel, text: ByteString): void {
    if (this.#load === null) super.log(level, text);
    else this.#load.log(level, text);
  }

  /** Compiles and runs the code of a library. @returns the functions that it registered. Throws LibraryError. */
  loadLibrary(source: ByteString, load: LibraryLoad): ReadonlyMap<ByteString, LibraryFunction> {
    const { lua } = this;
    const registered = new Map<ByteString, LibraryFunction>();
    this.#shown.show('library');
    this.registered = registered;
    this.#load = load;
    try {
      if (lua.load(source, '@user_function') !== LuaStatus.ok) {
        throw new LibraryError(`Error compiling function: ${this.#popError('')}`);
      }
      lua.setHook(HookMask.count, INTERRUPT_INTERVAL);
      const status = lua.protectedCall(0, 0);
      lua.setHook(0, 0);
      if (status !== LuaStatus.ok) {
        throw new LibraryError(`Error registering functions: ${this.#popError('ERR ')}`);
      }
      if (registered.size === 0) throw new LibraryError('No functions registered');
      return registered;
    } catch (error) {
      this.release(registered.values());
      throw error;
    } finally {
      this.#load = null;
      this.registered = null;
      this.#shown.show('function');
    }
  }

  /** Lets go of functions that nobody will call any more. */
  release(functions: Iterable<LibraryFunction>): void {
    for (const { reference } of functions) this.lua.unref(reference);
  }

  protected override onHook(): void {
    if (this.#load === null) {
      super.onHook();
    } else if (this.#load.isTimedOut()) {
      // From now on each line fails, so that no pcall() can hold it.
      this.lua.setHook(HookMask.line, 0);
      raise(this.lua, 'FUNCTION LOAD timeout');
    }
  }

  /** Of an error as a table its own text, else the text with a code before it. */
  #popError(code: string): ByteString {
    const { lua } = this;
    let text: ByteString | null;
    if (lua.type(-1) === LuaType.table) {
      lua.rawGetField(-1, 'err');
      text = lua.toBytes(-1);
      lua.pop();
    } else {
      const plain = lua.toBytes(-1);
      text = plain === null ? null : `${code}${plain}`;
    }
    lua.pop();
    return asCString(text ?? '(null)');
  }
}
