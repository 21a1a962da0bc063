/** Runs a command's handler: statistics, what is propagated, and the protection of the node against a handler that throws (call() of server.c). */
import type {
  CommandContext,
  CommandStats,
  KeyWait,
  NodeContext,
  NotificationClass,
} from '../commands/context.js';
import type { SlowLog } from '../commands/server/slow-log.js';
import type { QueuedCommand, Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { Database } from '../keyspace/database.js';
import type { ByteString } from '../resp/byte-string.js';
import { ErrorReply, NO_REPLY, type NoReply, type Reply } from '../resp/reply.js';
import { LatencyHistogram } from '../structures/latency-histogram.js';
import type { BlockedOnKeys } from './blocked-on-keys.js';
import type { LatencyMonitor } from './latency-monitor.js';
import type { Monitors } from './monitors.js';
import type { OwnOutput } from './own-output.js';
import type { Propagation, PropagationTarget } from './propagation.js';
import { logSlowCommand } from './slow-commands.js';
import type { Tracking } from './tracking.js';

/** What execution needs of the node beyond what handlers see. */
export interface ExecutionHost {
  readonly context: NodeContext;
  readonly propagation: Propagation;
  readonly ownOutput: OwnOutput;
  readonly monitors: Monitors;
  readonly tracking: Tracking;
  readonly slowLog: SlowLog;
  readonly latency: LatencyMonitor;
  readonly blockedOnKeys: BlockedOnKeys;
  notify(eventClass: NotificationClass, event: string, key: ByteString, dbIndex: number): void;
  /** A reply of so many bytes is too much for the client, which is closed. */
  refusesReply(session: Session, bytes: number): boolean;
  onErrorReply(session: Session, error: ErrorReply): void;
  /** The command changed data; its place in the replication stream is known. */
  onWrite(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): void;
  onInternalError(error: unknown, command: string): void;
}

/** Commands that meet expired keys which their caller did not name: each of their deletions is replicated by itself. */
const TOUCHING_ARBITRARY_KEYS = new Set(['randomkey', 'scan']);

export class Executor {
  readonly #host: ExecutionHost;
  /** Time of the execution in hand; commands of one transaction share it. */
  #executionNowMs = 0;
  /** Null until a command of the execution asks. */
  #executionNowUs: number | null = null;
  #heldUs = 0;
  /** What runs the script whose command is in hand. */
  #script: QueuedCommand | null = null;
  /** The session whose command runs now. */
  runsFor: Session | null = null;
  /** What it is; of EXEC the queued command in hand. */
  command: ResolvedCommand | null = null;
  argv: readonly ByteString[] = [];
  /** EXEC runs. */
  isInExec = false;
  /** The keyspace event that is being published. */
  event: ByteString | null = null;
  /** The command runs once more, after a wait. */
  isRetry = false;

  constructor(host: ExecutionHost) {
    this.#host = host;
  }

  get nowUs(): number {
    this.#executionNowUs ??= this.#host.context.clock.nowUs();
    return this.#executionNowUs;
  }

  /** Runs a command that passed every check, and propagates what it changed. */
  execute(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): Reply {
    const { propagation } = this.#host;
    if (propagation.depth === 0) {
      this.#executionNowMs = this.#host.context.clock.nowMs();
      this.#executionNowUs = null;
    }
    propagation.enter();
    const outer = this.runsFor;
    this.runsFor = session;
    const wasInExec = this.isInExec;
    const { keyspace } = this.#host.context;
    const dirtyBefore = keyspace.dirty;
    this.isInExec = wasInExec || command.fullName === 'exec';
    try {
      return this.#run(session, command, argv);
    } finally {
      this.runsFor = outer;
      this.isInExec = wasInExec;
      const offsetBefore = this.#host.context.replication.streamOffset;
      propagation.leave(!TOUCHING_ARBITRARY_KEYS.has(command.fullName));
      const offset = this.#host.context.replication.streamOffset;
      if (offset !== offsetBefore) session.lastWriteOffset = offset;
      if (keyspace.dirty !== dirtyBefore && session.kind === 'normal')
        this.#host.onWrite(session, command, argv);
    }
  }

  /** A command of a script: it runs for the client that called the script. @param replicates false: what it changes stays here. */
  executeForScript(
    session: Session,
    command: ResolvedCommand,
    argv: readonly ByteString[],
    replicates: boolean,
    called: QueuedCommand,
  ): Reply {
    const { propagation } = this.#host;
    propagation.enter();
    this.#script = called;
    try {
      return this.#run(session, command, argv, replicates);
    } finally {
      propagation.leave(true);
      this.#script = null;
      this.command = null;
    }
  }

  /** A script that was left in the middle goes on, for the client that called it. */
  goOnFor(session: Session, run: () => void): void {
    const outer = this.runsFor;
    this.runsFor = session;
    try {
      run();
    } finally {
      this.runsFor = outer;
    }
  }

  /** A script of a transaction was left and has ended with this reply: the rest of the transaction runs. @returns the reply of EXEC, or NO_REPLY: another script was left */
  goOnWithTransaction(
    session: Session,
    queued: QueuedCommand,
    reply: Reply,
    rest: (reply: Reply) => Reply,
  ): Reply {
    const { waitsWith } = session;
    session.waitsWith = queued;
    this.countUnblocked(session, reply);
    session.waitsWith = waitsWith;
    if (reply instanceof ErrorReply) this.#host.onErrorReply(session, reply);
    const outer = this.runsFor;
    this.runsFor = session;
    this.isInExec = true;
    try {
      return rest(reply);
    } finally {
      this.runsFor = outer;
      this.isInExec = false;
    }
  }

  /** The script that was left has ended: what it changed is propagated now. */
  endScript(session: Session): void {
    const { propagation, context } = this.#host;
    const offset = context.replication.streamOffset;
    propagation.leave(true);
    if (context.replication.streamOffset !== offset)
      session.lastWriteOffset = context.replication.streamOffset;
  }

  /** Time of the execution in hand. */
  get nowMs(): number {
    return this.#executionNowMs;
  }

  #run(session: Session, command: ResolvedCommand, argv: readonly ByteString[], replicates = true): Reply {
    const host = this.#host;
    const { keyspace, stats } = host.context;
    const context = new ExecutionContext(host, this, session, command, this.#executionNowMs);
    const dirtyBefore = keyspace.dirty;
    keyspace.noTouch = session.noTouch;
    let reply: Reply;
    try {
      const handler = command.declaration.run;
      if (handler === undefined) throw new Error(`${command.fullName} has no handler`);
      // No reply of a command in a script is sent: nothing has a place in one.
      this.command = session.kind === 'script' ? null : command;
      this.argv = argv;
      reply = handler(context, argv);
    } catch (error) {
      host.onInternalError(error, command.fullName);
      reply = new ErrorReply(`ERR internal error: ${error instanceof Error ? error.message : String(error)}`);
    }
    const changed = keyspace.dirty !== dirtyBefore;
    // A command that waits is counted when it ends; in 7.0, when it begins.
    const countsBeginning = host.context.version === '7.0';
    const isWaiting = reply === NO_REPLY && session.blocked !== null;
    const counters = this.#countersOf(command.fullName);
    if (countsBeginning ? !this.isRetry : !isWaiting) {
      counters.calls++;
      stats.totalCommandsProcessed++;
    }
    if (reply instanceof ErrorReply || context.hasCountedError) counters.failed++;
    this.#countDuration(counters, command, isWaiting);
    if (isWaiting) {
      session.waitsWith = { command, argv };
    } else if (session.kind !== 'master-link') {
      // What runs once more in 7.0 is made up; the client sent something else.
      const sent = this.isRetry ? (session.waitsWith?.argv ?? argv) : argv;
      logSlowCommand(host.slowLog, host.context, session, command, sent, this.#heldUs);
    }
    this.#heldUs = 0;
    if (!host.monitors.isEmpty && !this.isRetry) host.monitors.feed(session, command, argv);
    context.addPropagation(changed && replicates, argv);
    // Of a script that reads, its commands are remembered, for the client that called it.
    if (command.isReadonly && command.declaration.traitsOf === undefined) {
      const client = this.runsFor ?? session;
      // In 7.0 the keys that the script was called with, whatever it reads.
      const read = (host.context.version === '7.0' ? this.#script : null) ?? { command, argv };
      if (client.tracking) host.tracking.remember(client, client.tracking, read.command, read.argv);
    }
    return reply;
  }

  /**
   * The command that a session waited with ended without running again (updateStatsOnUnblock of blocked.c). In 7.0 that
   * was counted when it began, but for CLIENT UNBLOCK, to which it failed whatever the answer; and the arguments are
   * gone when the slow log gets it.
   */
  countUnblocked(session: Session, reply: Reply, by?: 'client-unblock'): void {
    const { slowLog, context } = this.#host;
    const { waitsWith } = session;
    if (waitsWith === null || (context.version === '7.0' && by !== 'client-unblock')) return;
    const { command } = waitsWith;
    const argv = context.version === '7.0' ? [] : waitsWith.argv;
    const counters = this.#countersOf(command.fullName);
    if (context.version === '7.0') {
      counters.failed++;
    } else {
      counters.calls++;
      context.stats.totalCommandsProcessed++;
      if (reply instanceof ErrorReply && !reply.isCounted) counters.failed++;
    }
    logSlowCommand(slowLog, context, session, command, argv, 0);
  }

  /** A script was refused a command, or failed itself. */
  countRejected(command: ResolvedCommand): void {
    this.#countersOf(command.fullName).rejected++;
  }

  countFailed(command: ResolvedCommand): void {
    this.#countersOf(command.fullName).failed++;
  }

  #countersOf(command: string): CommandStats {
    const { commands } = this.#host.context.stats;
    let counters = commands.get(command);
    if (counters === undefined) {
      counters = { calls: 0, rejected: 0, failed: 0, microseconds: 0, histogram: null };
      commands.set(command, counters);
    }
    return counters;
  }

  #countDuration(counters: CommandStats, command: ResolvedCommand, isWaiting: boolean): void {
    const { stats, config } = this.#host.context;
    const durationUs = this.#heldUs;
    if (durationUs > 0) {
      counters.microseconds += durationUs;
      stats.heldUs += durationUs;
      const event = command.flags.has('fast') ? 'fast-command' : 'command';
      this.#host.latency.add(event, Math.floor(durationUs / 1000));
    }
    if (isWaiting || !config.values['latency-tracking']) return;
    counters.histogram ??= new LatencyHistogram();
    counters.histogram.record(durationUs * 1000);
  }

  /** The command in hand holds up the node that long. */
  hold(durationMs: number): void {
    this.#heldUs += Math.round(durationMs * 1000);
  }

  /** A command of the AOF: no check, no statistics, no propagation. */
  replay(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): void {
    this.#executionNowMs = this.#host.context.clock.nowMs();
    this.#executionNowUs = null;
    const context = new ExecutionContext(this.#host, this, session, command, this.#executionNowMs);
    this.runsFor = session;
    try {
      command.declaration.run?.(context, argv);
    } catch (error) {
      this.#host.onInternalError(error, command.fullName);
    }
    this.runsFor = null;
  }

  /** A command inside EXEC or a script: its error counts as an error reply of its own. */
  call(session: Session, queued: QueuedCommand): Reply {
    const reply = this.execute(session, queued.command, queued.argv);
    if (reply instanceof ErrorReply) this.#host.onErrorReply(session, reply);
    const { ownOutput } = this.#host;
    return ownOutput.isPending ? ownOutput.surround(session, reply) : reply;
  }
}

class ExecutionContext implements CommandContext {
  readonly session: Session;
  readonly db: Database;
  readonly command: ResolvedCommand;
  readonly nowMs: number;
  /** It failed, whatever it answers. */
  hasCountedError = false;
  readonly #host: ExecutionHost;
  readonly #executor: Executor;
  #rewritten: readonly ByteString[] | null = null;
  #also: (readonly ByteString[])[] | null = null;
  #prevented = false;
  #forced: PropagationTarget | null = null;

  constructor(
    host: ExecutionHost,
    executor: Executor,
    session: Session,
    command: ResolvedCommand,
    nowMs: number,
  ) {
    this.#host = host;
    this.#executor = executor;
    this.session = session;
    this.command = command;
    this.nowMs = nowMs;
    this.db = host.context.keyspace.databases[session.dbIndex] as Database;
  }

  get node(): NodeContext {
    return this.#host.context;
  }

  get nowUs(): number {
    return this.#executor.nowUs;
  }

  notify(eventClass: NotificationClass, event: string, key: ByteString): void {
    this.#host.notify(eventClass, event, key, this.session.dbIndex);
  }

  propagateAs(argv: readonly ByteString[]): void {
    this.#rewritten = argv;
  }

  alsoPropagate(argv: readonly ByteString[]): void {
    this.#also ??= [];
    this.#also.push(argv);
  }

  preventPropagation(): void {
    this.#prevented = true;
  }

  forcePropagation(to: PropagationTarget = 'all'): void {
    this.#forced = to;
  }

  get mayBlock(): boolean {
    return this.session.kind === 'normal' && this.session.transaction === null;
  }

  blockOnKeys(wait: KeyWait): NoReply {
    const { session, command, db } = this;
    this.#host.blockedOnKeys.block({ session, command, dbIndex: db.index, wait });
    return NO_REPLY;
  }

  overflowsOutput(bytes: number): boolean {
    return this.#host.refusesReply(this.session, bytes);
  }

  call(queued: QueuedCommand): Reply {
    return this.#executor.call(this.session, queued);
  }

  countError(error: ErrorReply): ErrorReply {
    this.#host.onErrorReply(this.session, error);
    this.hasCountedError = true;
    return error;
  }

  /** EXEC itself is never propagated: its commands are, and the propagation wraps them. */
  addPropagation(changed: boolean, argv: readonly ByteString[]): void {
    const { propagation } = this.#host;
    const { dbIndex } = this.session;
    if ((changed || this.#forced !== null) && !this.#prevented && this.command.fullName !== 'exec') {
      propagation.add(dbIndex, this.#rewritten ?? argv, changed ? 'all' : (this.#forced ?? 'all'));
    }
    if (this.#also === null) return;
    for (const also of this.#also) propagation.add(dbIndex, also);
  }
}
