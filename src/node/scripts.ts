/** EVAL and SCRIPT of one node: its cache of scripts and the Lua state they run in (eval.c). */
import type { RedisVersion } from '../commands/command.js';
import type { CommandContext } from '../commands/context.js';
import type { CommandTraits, RunningDescription, ScriptingPort } from '../commands/scripting-port.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import {
  NEGATIVE_SCRIPT_KEYS,
  NO_SCRIPT,
  NOT_AN_INTEGER,
  scriptDoesNotCompile,
  TOO_MANY_SCRIPT_KEYS,
} from '../resp/errors/index.js';
import { parseInteger } from '../resp/integer.js';
import { ErrorReply, type Reply } from '../resp/reply.js';
import { ScriptEnvironment } from '../scripting/environment.js';
import { Random48 } from '../scripting/random48.js';
import type { Monitors } from './monitors.js';
import type { ScriptingHost } from './ports.js';
import { type CachedScript, readScript, ScriptCache, SHA_LENGTH, traitsWith } from './script-cache.js';
import { ScriptRunner, type ScriptRunnerHost } from './script-runner.js';

/** Bytes of a Lua state in which no script has run: it is made at the first one. */
const EMPTY_STATE_BYTES = 31_744;

export interface ScriptsHost extends ScriptRunnerHost {
  readonly version: RedisVersion;
  readonly releaseVersion: string;
  readonly monitors: Monitors;
}

export class Scripts implements ScriptingPort {
  readonly runner: ScriptRunner;
  readonly #host: ScriptsHost;
  readonly #lua: ScriptingHost;
  readonly #cache = new ScriptCache();
  /** Outlives SCRIPT FLUSH, as the generator of a server does. */
  readonly #random = new Random48();
  #environment: ScriptEnvironment | null = null;
  /** References of the compiled scripts of this environment. */
  #compiled = new Map<CachedScript, number>();

  constructor(host: ScriptsHost, lua: ScriptingHost) {
    this.#host = host;
    this.#lua = lua;
    this.runner = new ScriptRunner(host, lua);
  }

  get busyError(): ErrorReply | null {
    return this.runner.busyError;
  }

  get running(): RunningDescription | null {
    return this.runner.running;
  }

  get scriptCount(): number {
    return this.#cache.size;
  }

  get scriptBytes(): number {
    return this.#cache.bytes;
  }

  get stateBytes(): number {
    const environment = this.#environment;
    return environment === null || environment.lua.engine.isBroken
      ? EMPTY_STATE_BYTES
      : environment.lua.usedBytes;
  }

  evaluate(context: CommandContext, argv: readonly ByteString[], bySha: boolean): Reply {
    // Before it runs, so that its commands come after it.
    const { monitors } = this.#host;
    if (!monitors.isEmpty) monitors.show(context.session, argv);
    const [, script, count] = argv as readonly [ByteString, ByteString, ByteString];
    if (bySha && script.length !== SHA_LENGTH) return NO_SCRIPT;
    const keyCount = parseInteger(count);
    if (keyCount === null) return NOT_AN_INTEGER;
    if (keyCount > argv.length - 3) return TOO_MANY_SCRIPT_KEYS;
    if (keyCount < 0) return NEGATIVE_SCRIPT_KEYS;
    const cached = bySha ? (this.#cache.get(script) ?? NO_SCRIPT) : this.#remember(script);
    if (cached instanceof ErrorReply) return cached;
    const environment = this.#currentEnvironment();
    const reference = this.#compile(environment, cached);
    if (reference instanceof ErrorReply) return reference;
    const firstArgument = 3 + Number(keyCount);
    return this.runner.run(context, {
      kind: 'eval',
      environment,
      reference,
      name: cached.sha,
      flags: cached.flags,
      readOnly: context.command.isReadonly,
      argv,
      keys: argv.slice(3, firstArgument),
      args: argv.slice(firstArgument),
    });
  }

  traitsOf(
    command: ResolvedCommand,
    [, script = '']: readonly ByteString[],
    bySha: boolean,
  ): CommandTraits | null {
    if (!bySha && !script.startsWith('#!')) return null;
    const known = bySha ? this.#cache.get(script) : (this.#cache.withText(script) ?? readScript(script));
    if (known === undefined || known instanceof ErrorReply || known.flags === null) return null;
    return traitsWith(command, known.flags);
  }

  load(text: ByteString): ByteString | ErrorReply {
    const cached = this.#remember(text);
    return cached instanceof ErrorReply ? cached : cached.sha;
  }

  has(sha: ByteString): boolean {
    return this.#cache.get(sha) !== undefined;
  }

  flush(): void {
    this.#cache.clear();
    this.#dropEnvironment();
  }

  kill(kind: 'eval' | 'function'): Reply {
    return this.runner.kill(kind);
  }

  /** The node ends: its Lua state is freed. */
  close(): void {
    this.runner.stop();
    this.#dropEnvironment();
  }

  /** The script of that text; a new one is compiled first, and stays if that works. */
  #remember(text: ByteString): CachedScript | ErrorReply {
    const known = this.#cache.withText(text);
    if (known !== undefined) return known;
    const script = readScript(text);
    if (script instanceof ErrorReply) return script;
    const reference = this.#compile(this.#currentEnvironment(), script);
    if (reference instanceof ErrorReply) return reference;
    this.#cache.add(text, script);
    return script;
  }

  #compile(environment: ScriptEnvironment, script: CachedScript): number | ErrorReply {
    const known = this.#compiled.get(script);
    if (known !== undefined) return known;
    const compiled = environment.load(script.source);
    if ('error' in compiled) return scriptDoesNotCompile(compiled.error);
    this.#compiled.set(script, compiled.reference);
    return compiled.reference;
  }

  #currentEnvironment(): ScriptEnvironment {
    let environment = this.#environment;
    if (environment?.lua.engine.isBroken) this.#dropEnvironment();
    else if (environment !== null) return environment;
    const { version, releaseVersion } = this.#host;
    environment = new ScriptEnvironment(this.#lua.engine(), {
      version,
      release: releaseVersion,
      random: this.#random,
    });
    this.#environment = environment;
    return environment;
  }

  #dropEnvironment(): void {
    this.#environment?.close();
    this.#environment = null;
    this.#compiled = new Map();
  }
}
