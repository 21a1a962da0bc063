/** The function libraries of one node, and the Lua state they live in (functions.c). */
import type { RedisVersion } from '../commands/command.js';
import type { CommandContext } from '../commands/context.js';
import type { FunctionsPort, RestorePolicy } from '../commands/functions-port.js';
import type { CommandTraits } from '../commands/scripting-port.js';
import type { ResolvedCommand } from '../commands/table.js';
import { verifyDumpPayload } from '../rdb/dump-payload.js';
import { createFunctionPayload, readFunctionPayload } from '../rdb/function-payload.js';
import { RDB_VERSION_70, RDB_VERSION_72 } from '../rdb/rdb-file.js';
import { RdbFormatError } from '../rdb/rdb-format-error.js';
import {
  asCString,
  type ByteString,
  byteStringToBytes,
  bytesToByteString,
  toLowerAscii,
} from '../resp/byte-string.js';
import {
  BAD_FUNCTION_KEY_COUNT,
  NEGATIVE_SCRIPT_KEYS,
  NO_FUNCTION,
  TOO_MANY_SCRIPT_KEYS,
  WRONG_PAYLOAD,
} from '../resp/errors/index.js';
import { parseInteger } from '../resp/integer.js';
import { ErrorReply, type Reply } from '../resp/reply.js';
import { FunctionEnvironment } from '../scripting/function-environment.js';
import { checkName, FunctionLibraries, type FunctionLibrary } from '../scripting/function-libraries.js';
import { LibraryError } from '../scripting/library-error.js';
import { readLibraryHeader } from '../scripting/library-header.js';
import { Random48 } from '../scripting/random48.js';
import { LOG_LEVELS, type LogLevel } from '../scripting/script-run.js';
import type { Monitors } from './monitors.js';
import type { ScriptingHost } from './ports.js';
import { traitsWith } from './script-cache.js';
import type { ScriptRunner, ScriptRunnerHost } from './script-runner.js';

/** A library that takes longer to load is refused. */
const LOAD_TIMEOUT_MS = 500;
/** Bytes of a Lua state without libraries, and what Redis keeps for each library and function beside their texts. */
const EMPTY_STATE_BYTES = 32_768;
const BASE_BYTES = 184;
const LIBRARY_BYTES = 152;
const FUNCTION_BYTES = 72;

export interface FunctionsHost extends ScriptRunnerHost {
  readonly version: RedisVersion;
  readonly releaseVersion: string;
  readonly monitors: Monitors;
}

export class Functions implements FunctionsPort {
  readonly libraries = new FunctionLibraries();
  readonly #host: FunctionsHost;
  readonly #lua: ScriptingHost;
  readonly #runner: ScriptRunner;
  readonly #random = new Random48();
  #environment: FunctionEnvironment | null = null;

  constructor(host: FunctionsHost, lua: ScriptingHost, runner: ScriptRunner) {
    this.#host = host;
    this.#lua = lua;
    this.#runner = runner;
  }

  get libraryCount(): number {
    return this.libraries.size;
  }

  get functionCount(): number {
    return this.libraries.functionCount;
  }

  get libraryBytes(): number {
    let bytes = BASE_BYTES;
    for (const { name, code, functions } of this.libraries) {
      bytes += LIBRARY_BYTES + name.length + code.length;
      for (const each of functions.values()) {
        bytes += FUNCTION_BYTES + each.name.length + (each.description?.length ?? 0);
      }
    }
    return bytes;
  }

  get stateBytes(): number {
    const environment = this.#environment;
    return environment === null || environment.lua.engine.isBroken
      ? EMPTY_STATE_BYTES
      : environment.lua.usedBytes;
  }

  /** The codes of the libraries, for RDB and append only files. */
  get codes(): ByteString[] {
    return [...this.libraries].map(({ code }) => code);
  }

  call(context: CommandContext, argv: readonly ByteString[]): Reply {
    // Before it runs, so that its commands come after it.
    const { monitors } = this.#host;
    if (!monitors.isEmpty) monitors.show(context.session, argv);
    const environment = this.#liveEnvironment();
    const called = this.libraries.function(argv[1]!);
    if (called === undefined) return NO_FUNCTION;
    const keyCount = parseInteger(argv[2]!);
    if (keyCount === null) return BAD_FUNCTION_KEY_COUNT;
    if (keyCount > argv.length - 3) return TOO_MANY_SCRIPT_KEYS;
    if (keyCount < 0) return NEGATIVE_SCRIPT_KEYS;
    const firstArgument = 3 + Number(keyCount);
    return this.#runner.run(context, {
      kind: 'function',
      environment,
      reference: called.reference,
      name: called.name,
      flags: called.flags,
      readOnly: context.command.isReadonly,
      argv,
      keys: argv.slice(3, firstArgument),
      args: argv.slice(firstArgument),
    });
  }

  traitsOf(command: ResolvedCommand, argv: readonly ByteString[]): CommandTraits | null {
    const called = this.libraries.function(argv[1] ?? '');
    return called === undefined ? null : traitsWith(command, called.flags);
  }

  load(code: ByteString, replaces: boolean, isObeyed: boolean): ByteString | ErrorReply {
    const environment = this.#liveEnvironment();
    try {
      const timeoutMs = isObeyed ? null : LOAD_TIMEOUT_MS;
      return this.#create(environment, this.libraries, code, replaces, timeoutMs).name;
    } catch (error) {
      return refusalOf(error);
    }
  }

  delete(name: ByteString): boolean {
    const library = this.libraries.get(name);
    if (library === undefined) return false;
    this.libraries.remove(library);
    this.#release([library]);
    return true;
  }

  flush(): void {
    this.libraries.clear();
    this.close();
  }

  dump(): ByteString {
    const compress = this.#host.context.config.values.rdbcompression;
    return bytesToByteString(createFunctionPayload(this.codes, this.#rdbVersion, compress));
  }

  restore(payload: ByteString, policy: RestorePolicy): ErrorReply | null {
    const bytes = byteStringToBytes(payload);
    if (!verifyDumpPayload(bytes, this.#rdbVersion)) return WRONG_PAYLOAD;
    const environment = this.#liveEnvironment();
    const restored = new FunctionLibraries();
    try {
      for (const code of readFunctionPayload(bytes)) this.#create(environment, restored, code, false, null);
      if (policy === 'flush') {
        this.#release(this.libraries);
        this.libraries.clear();
      }
      this.#release(this.libraries.join(restored, policy === 'replace'));
      return null;
    } catch (error) {
      this.#release(restored);
      return refusalOf(error);
    }
  }

  /** A library of an RDB file. Throws RdbFormatError. */
  loadFromRdb(code: ByteString, replaces = false): void {
    try {
      this.#create(this.#liveEnvironment(), this.libraries, code, replaces, null);
    } catch (error) {
      if (!(error instanceof LibraryError)) throw error;
      this.#host.context.log('warning', `Failed loading library, ${error.message}`);
      throw new RdbFormatError(`Failed loading library, ${error.message}`, { cause: error });
    }
  }

  /** The node ends, or has no more libraries: the Lua state is freed. */
  close(): void {
    this.#environment?.close();
    this.#environment = null;
  }

  /** Throws LibraryError. @param timeoutMs null = as long as it takes */
  #create(
    environment: FunctionEnvironment,
    libraries: FunctionLibraries,
    code: ByteString,
    replaces: boolean,
    timeoutMs: number | null,
  ): FunctionLibrary {
    const { name, engine, source } = readLibraryHeader(code);
    checkName(name);
    if (toLowerAscii(engine) !== 'lua') throw new LibraryError(`Engine '${engine}' not found`);
    const old = libraries.get(name);
    if (old !== undefined && !replaces) throw new LibraryError(`Library '${name}' already exists`);
    const functions = this.#run(environment, source, timeoutMs);
    const library: FunctionLibrary = { name, code, functions };
    try {
      if (old === undefined) libraries.add(library);
      else libraries.replace(old, library);
    } catch (error) {
      this.#release([library]);
      throw error;
    }
    if (old !== undefined) this.#release([old]);
    return library;
  }

  #run(
    environment: FunctionEnvironment,
    source: ByteString,
    timeoutMs: number | null,
  ): FunctionLibrary['functions'] {
    const { context } = this.#host;
    const startedAtMs = this.#lua.realNowMs();
    try {
      return environment.loadLibrary(source, {
        isTimedOut: () => timeoutMs !== null && this.#lua.realNowMs() - startedAtMs > timeoutMs,
        log: (level, text) => {
          const least = LOG_LEVELS.indexOf(context.config.values.loglevel as LogLevel);
          if (least >= 0 && LOG_LEVELS.indexOf(level) >= least) context.log(level, text);
        },
      });
    } catch (error) {
      if (error instanceof LibraryError) throw error;
      // The interpreter itself broke: on a stack or a memory that the machine does not have.
      environment.lua.engine.isBroken = true;
      context.log('warning', `The Lua interpreter broke in a function library: ${String(error)}`);
      throw new LibraryError('Error registering functions: ERR not enough memory', { cause: error });
    }
  }

  #release(libraries: Iterable<FunctionLibrary>): void {
    const environment = this.#environment;
    if (environment === null || environment.lua.engine.isBroken) return;
    for (const { functions } of libraries) environment.release(functions.values());
  }

  /** The state of the libraries; when the interpreter broke, a new one with the same libraries. */
  #liveEnvironment(): FunctionEnvironment {
    const current = this.#environment;
    if (current !== null && !current.lua.engine.isBroken) return current;
    this.close();
    const { version, releaseVersion } = this.#host;
    const environment = new FunctionEnvironment(this.#lua.engine(), {
      version,
      release: releaseVersion,
      random: this.#random,
    });
    this.#environment = environment;
    const { codes } = this;
    this.libraries.clear();
    for (const code of codes) this.#create(environment, this.libraries, code, false, null);
    return environment;
  }

  get #rdbVersion(): number {
    return this.#host.version === '7.0' ? RDB_VERSION_70 : RDB_VERSION_72;
  }
}

function refusalOf(error: unknown): ErrorReply {
  if (!(error instanceof LibraryError || error instanceof RdbFormatError)) throw error;
  return new ErrorReply(`ERR ${asCString(error.message)}`);
}
