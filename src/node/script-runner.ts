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
import { ErrorReply, NO_REPLY, OK, type Reply } from '../resp/reply.js';
import { type ScriptEnvironment, SUSPENDED } from '../scripting/environment.js';
import type { ScriptFlag } from '../scripting/shebang.js';
import type { ClientSession, SessionOwner } from './client-session.js';
import type { OwnOutput } from './own-output.js';
import type { ScriptingHost } from './ports.js';
import type { Propagation } from './propagation.js';
import { RunningScript, type ScriptCallHost } from './script-calls.js';
import { createScriptSession, prepareScriptSession } from './script-session.js';

export interface ScriptRunnerHost extends ScriptCallHost, SessionOwner {
  readonly context: NodeContext;
  readonly propagation: Propagation;
  readonly ownOutput: OwnOutput;
  readonly debugSwitches: DebugSwitches;
  /** `step` goes on with the script that is left now. */
  continueScript(step: () => void, busy: boolean): void;
  endScript(): void;
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

/** A script that runs, or was left in the middle. */
interface Run {
  readonly program: ScriptProgram;
  readonly running: RunningScript;
}

export class ScriptRunner {
  readonly #host: ScriptRunnerHost;
  readonly #lua: ScriptingHost;
  #session: ClientSession | null = null;
  #run: Run | null = null;
  #left = false;
  #busy = false;
  /** What the master sent meanwhile: it is not run in between. */
  #held: (() => void)[] = [];

  constructor(host: ScriptRunnerHost, lua: ScriptingHost) {
    this.#host = host;
    this.#lua = lua;
  }

  /** A script was left in the middle. */
  get isLeft(): boolean {
    return this.#left;
  }

  /** What most commands are refused with: a script has been running for longer than busy-reply-threshold. */
  get busyError(): ErrorReply | null {
    if (!this.#busy || this.#run === null) return null;
    return this.#run.program.kind === 'eval' ? BUSY_SCRIPT : BUSY_FUNCTION;
  }

  /** What runs, the command that called it, and for how long, real time. */
  get running(): RunningDescription | null {
    if (this.#run === null) return null;
    const { kind, name, argv } = this.#run.program;
    return { kind, name, argv, elapsedMs: Math.floor(this.#run.running.elapsedMs) };
  }

  run(context: CommandContext, program: ScriptProgram): Reply {
    const refusal = this.#refusalOf(context, program);
    if (refusal !== null) return refusal;
    const { flags } = program;
    this.#session ??= createScriptSession(this.#host);
    prepareScriptSession(this.#session, context.session);
    const running = new RunningScript(
      this.#host,
      this.#lua,
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
    running.mayBeLeft =
      this.#lua.later !== null &&
      context.session.kind === 'normal' &&
      this.#host.propagation.depth === (this.#host.executor.isInExec ? 2 : 1);
    this.#run = { program, running };
    context.preventPropagation();
    const reply = this.#attempt(program, () => this.#start(program, running));
    if (reply === SUSPENDED) {
      this.#leave(running);
      return NO_REPLY;
    }
    this.#run = null;
    this.#countFailures(running, reply);
    return reply;
  }

  /** SCRIPT KILL and FUNCTION KILL. */
  kill(kind: 'eval' | 'function'): Reply {
    if (this.#run === null) return NOT_BUSY;
    const { running } = this.#run;
    if (running.obeys) return UNKILLABLE_FROM_MASTER;
    if (running.hasWritten) return UNKILLABLE;
    if (running.kind !== kind) return running.kind === 'eval' ? BUSY_SCRIPT : BUSY_FUNCTION;
    running.isKilled = true;
    return OK;
  }

  /** Runs when no script is in the middle: now, or later. */
  whenFree(run: () => void): void {
    if (this.#left) this.#held.push(run);
    else run();
  }

  /** The node ends. */
  stop(): void {
    this.#run = null;
  }

  #start(program: ScriptProgram, running: RunningScript): Reply | typeof SUSPENDED {
    const { environment, reference, name, keys, args } = program;
    const onError = (error: ErrorReply, isCounted: boolean): void => {
      if (isCounted) {
        running.countedErrors++;
        return;
      }
      running.hasFailed = true;
      this.#host.onErrorReply(running.caller.session as ClientSession, new ErrorReply(error.text));
    };
    const client = { protocol: running.caller.session.protocol, version: this.#host.version };
    return environment.start({ script: reference, name, keys, args, client, run: running, onError });
  }

  #attempt(
    { environment, name }: ScriptProgram,
    run: () => Reply | typeof SUSPENDED,
  ): Reply | typeof SUSPENDED {
    try {
      return run();
    } catch (error) {
      // The interpreter itself broke: on a stack or a memory that the machine does not have.
      environment.lua.engine.isBroken = true;
      const reason = error instanceof RangeError ? 'stack overflow' : 'not enough memory';
      this.#host.context.log('warning', `The Lua interpreter broke in script ${name}: ${String(error)}`);
      return new ErrorReply(`ERR Error running script ${name}, ${reason}`);
    }
  }

  /** The script's turn is over, and it has not ended. What it changed is not propagated before it does. */
  #leave({ caller }: RunningScript): void {
    this.#left = true;
    this.#host.propagation.enter();
    caller.session.block({ kind: 'script', timeoutAtMs: 0, onTimeout: () => NO_REPLY });
    this.#goOnLater(caller);
  }

  #goOnLater({ session }: CommandContext): void {
    const { ownOutput } = this.#host;
    // Who has a turn now must not be sent what belongs to the script's client.
    if (ownOutput.isPending) ownOutput.reply(session as ClientSession, NO_REPLY);
    this.#checkThreshold();
    this.#host.continueScript(() => this.#goOn(), this.#busy);
  }

  /** An error as the answer is counted like that of any command; of errors within it those that were counted already count each. */
  #countFailures({ caller, hasFailed, countedErrors }: RunningScript, reply: Reply): void {
    if (reply instanceof ErrorReply) return;
    const failures = countedErrors + (hasFailed ? 1 : 0);
    for (let failure = 0; failure < failures; failure++) this.#host.executor.countFailed(caller.command);
  }

  #checkThreshold(): void {
    const threshold = this.#host.context.config.values['busy-reply-threshold'];
    if (this.#busy || this.#run === null || threshold <= 0) return;
    const { program, running } = this.#run;
    if (running.elapsedMs < threshold) return;
    this.#busy = true;
    const command = program.kind === 'eval' ? 'SCRIPT KILL' : 'FUNCTION KILL';
    this.#host.context.log(
      'warning',
      `Slow script detected: still in execution after ${Math.floor(running.elapsedMs)} milliseconds. You can try killing the script using the ${command} command. Script name is: ${program.name}.`,
    );
  }

  #goOn(): void {
    const run = this.#run;
    if (run === null) return;
    const { program, running } = run;
    const session = running.caller.session as ClientSession;
    running.beginTurn();
    this.#host.executor.goOnFor(session, () => {
      const reply = this.#attempt(program, () => program.environment.resume());
      if (reply === SUSPENDED) this.#goOnLater(running.caller);
      else this.#end(running, reply);
    });
  }

  #end(running: RunningScript, reply: Reply): void {
    const { caller } = running;
    const host = this.#host;
    this.#run = null;
    this.#left = false;
    this.#busy = false;
    host.endScript();
    const session = caller.session as ClientSession;
    this.#countFailures(running, reply);
    // What 7.0 counts at the beginning it has not counted as failed.
    if (host.version === '7.0' && reply instanceof ErrorReply) host.executor.countFailed(caller.command);
    const rest = session.blocked?.proceed;
    const answer =
      rest === undefined
        ? reply
        : host.executor.goOnWithTransaction(session, running.called, reply, (late) => rest(late));
    host.executor.endScript(session);
    if (this.isLeft) return;
    if (host.ownOutput.isPending) {
      host.ownOutput.reply(session, answer);
      session.unblock(NO_REPLY);
    } else {
      session.unblock(answer);
    }
    const held = this.#held;
    this.#held = [];
    for (const run of held) run();
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
