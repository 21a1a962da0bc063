/** Runs scripts, one at a time: EVAL and FCALL (scriptPrepareForRun and scriptResetRun of script.c). */
import type { CommandContext, DebugSwitches, NodeContext } from '../commands/context.js';
import type { RunningDescription } from '../commands/scripting-port.js';
import { isObeyed } from '../commands/session.js';
import type { ByteString } from '../resp/byte-string.js';
import {
  BUSY_FUNCTION,
  BUSY_SCRIPT,
  MASTER_DOWN,
  NO_REPLICAS,
  NOT_BUSY,
  SCRIPT_IN_CLUSTER,
  SCRIPT_ON_STALE_REPLICA,
  SCRIPT_OUT_OF_MEMORY,
  UNKILLABLE,
  UNKILLABLE_FROM_MASTER,
  WRITING_SCRIPT_ON_REPLICA,
  WRITING_SCRIPT_READONLY,
  writingScriptRefused,
} from '../resp/errors/index.js';
import { ErrorReply, OK, type Reply } from '../resp/reply.js';
import { type ScriptEnvironment, SUSPENDED } from '../scripting/environment.js';
import type { ScriptFlag } from '../scripting/shebang.js';
import type { ClientSession, SessionOwner } from './client-session.js';
import { RunningScript, type ScriptCallHost } from './script-calls.js';
import { createScriptSession, prepareScriptSession } from './script-session.js';

export interface ScriptRunnerHost extends ScriptCallHost, SessionOwner {
  readonly context: NodeContext;
  readonly debugSwitches: DebugSwitches;
}

/** What is run. */
export interface ScriptProgram {
  readonly kind: 'eval' | 'function';
  readonly environment: ScriptEnvironment;
  /** Reference of the function in the environment. */
  readonly reference: number;
  /** Its SHA1, or the name of the function. */
  readonly name: string;
  /** Null: a script without flags, as they were before there were any. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  /** Called by a command that may only read. */
  readonly readOnly: boolean;
  /** The command that runs it. */
  readonly argv: readonly ByteString[];
  readonly keys: readonly ByteString[];
  readonly args: readonly ByteString[];
}

export class ScriptRunner {
  readonly #host: ScriptRunnerHost;
  #session: ClientSession | null = null;
  #running: RunningScript | null = null;
  #program: ScriptProgram | null = null;
  #startedAtMs = 0;

  constructor(host: ScriptRunnerHost) {
    this.#host = host;
  }

  run(context: CommandContext, program: ScriptProgram): Reply {
    const refusal = this.#refusalOf(context, program);
    if (refusal !== null) return refusal;
    const { flags } = program;
    this.#session ??= createScriptSession(this.#host);
    prepareScriptSession(this.#session, context.session);
    const running = new RunningScript(
      this.#host,
      program.kind,
      context,
      this.#session,
      {
        readOnly: program.readOnly || flags?.has('no-writes') === true,
        crossSlot: flags === null || flags.has('allow-cross-slot-keys'),
        outOfMemory: flags?.has('allow-oom') === true,
        everyCommand: this.#host.debugSwitches.allowsAllInScripts,
      },
      program.keys[0],
    );
    this.#running = running;
    this.#program = program;
    this.#startedAtMs = this.#host.context.clock.nowMs();
    context.preventPropagation();
    try {
      const reply = this.#start(program, running);
      // An error as the answer is counted like that of any command.
      if (running.hasFailed && !(reply instanceof ErrorReply))
        this.#host.executor.countFailed(context.command);
      return reply;
    } finally {
      this.#running = null;
    }
  }

  get running(): RunningDescription | null {
    const program = this.#running === null ? null : this.#program;
    if (program === null) return null;
    const elapsedMs = this.#host.context.clock.nowMs() - this.#startedAtMs;
    return { kind: program.kind, name: program.name, argv: program.argv, elapsedMs };
  }

  /** SCRIPT KILL and FUNCTION KILL. */
  kill(kind: 'eval' | 'function'): Reply {
    const running = this.#running;
    if (running === null) return NOT_BUSY;
    if (running.obeys) return UNKILLABLE_FROM_MASTER;
    if (running.hasWritten) return UNKILLABLE;
    if (running.kind !== kind) return running.kind === 'eval' ? BUSY_SCRIPT : BUSY_FUNCTION;
    running.isKilled = true;
    return OK;
  }

  #start(program: ScriptProgram, running: RunningScript): Reply {
    const { environment, reference, name, keys, args } = program;
    const onError = (error: ErrorReply): void => {
      running.hasFailed = true;
      this.#host.onErrorReply(running.caller.session as ClientSession, new ErrorReply(error.text));
    };
    try {
      const client = { protocol: running.caller.session.protocol, version: this.#host.version };
      let reply = environment.start({ script: reference, name, keys, args, client, run: running, onError });
      while (reply === SUSPENDED) reply = environment.resume();
      return reply;
    } catch (error) {
      // The interpreter itself broke: on a stack or a memory that the machine does not have.
      environment.lua.engine.isBroken = true;
      const reason = error instanceof RangeError ? 'stack overflow' : 'not enough memory';
      this.#host.context.log('warning', `The Lua interpreter broke in script ${name}: ${String(error)}`);
      return new ErrorReply(`ERR Error running script ${name}, ${reason}`);
    }
  }

  #refusalOf({ session, node }: CommandContext, { flags, readOnly }: ScriptProgram): ErrorReply | null {
    const { replication, config, cluster } = node;
    const isReplica = replication.masterAddress() !== null;
    const isStale = isReplica && !replication.isMasterLinkUp() && !config.values['replica-serve-stale-data'];
    if (flags === null) return isStale ? MASTER_DOWN : null;
    if (flags.has('no-cluster') && cluster !== null) return SCRIPT_IN_CLUSTER;
    if (isStale && !flags.has('allow-stale')) return SCRIPT_ON_STALE_REPLICA;
    if (flags.has('no-writes')) return null;
    const obeys = isObeyed(session);
    if (isReplica && config.values['replica-read-only'] && !obeys) return WRITING_SCRIPT_ON_REPLICA;
    const misconf = node.persistence.writeRefusal;
    if (misconf !== null && !obeys) return writingScriptRefused(misconf);
    if (readOnly) return WRITING_SCRIPT_READONLY;
    if (!replication.hasEnoughGoodReplicas()) return NO_REPLICAS;
    const isOutOfMemory = config.values.maxmemory !== 0 && node.memory.isOutOfMemory;
    return isOutOfMemory && !flags.has('allow-oom') ? SCRIPT_OUT_OF_MEMORY : null;
  }
}
