/** Runs a command's handler: statistics, what is propagated, and the protection of the node against a handler that throws (call() of server.c). */
import type { CommandContext, NodeContext, NotificationClass } from '../commands/context.js';
import type { QueuedCommand, Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { Database } from '../keyspace/database.js';
import type { ByteString } from '../resp/byte-string.js';
import { ErrorReply, type Reply } from '../resp/reply.js';
import type { Propagation } from './propagation.js';

/** What execution needs of the node beyond what handlers see. */
export interface ExecutionHost {
  readonly context: NodeContext;
  readonly propagation: Propagation;
  notify(eventClass: NotificationClass, event: string, key: ByteString, dbIndex: number): void;
  onErrorReply(session: Session, error: ErrorReply): void;
  onInternalError(error: unknown, command: string): void;
}

export class Executor {
  readonly #host: ExecutionHost;
  /** Time of the execution in hand; commands of one transaction share it. */
  #executionNowMs = 0;
  /** The session whose command runs now. */
  runsFor: Session | null = null;

  constructor(host: ExecutionHost) {
    this.#host = host;
  }

  /** Runs a command that passed every check, and propagates what it changed. */
  execute(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): Reply {
    const { propagation } = this.#host;
    if (propagation.depth === 0) this.#executionNowMs = this.#host.context.clock.nowMs();
    propagation.enter();
    const outer = this.runsFor;
    this.runsFor = session;
    try {
      return this.#run(session, command, argv);
    } finally {
      this.runsFor = outer;
      const offsetBefore = this.#host.context.replication.streamOffset;
      propagation.leave();
      const offset = this.#host.context.replication.streamOffset;
      if (offset !== offsetBefore) session.lastWriteOffset = offset;
    }
  }

  #run(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): Reply {
    const host = this.#host;
    const { keyspace, stats } = host.context;
    const context = new ExecutionContext(host, this, session, command, this.#executionNowMs);
    const dirtyBefore = keyspace.dirty;
    let reply: Reply;
    try {
      const handler = command.declaration.run;
      if (handler === undefined) throw new Error(`${command.fullName} has no handler`);
      reply = handler(context, argv);
    } catch (error) {
      host.onInternalError(error, command.fullName);
      reply = new ErrorReply(`ERR internal error: ${error instanceof Error ? error.message : String(error)}`);
    }
    const changed = keyspace.dirty !== dirtyBefore;
    let counters = stats.commands.get(command.fullName);
    if (counters === undefined) {
      counters = { calls: 0, rejected: 0, failed: 0, microseconds: 0 };
      stats.commands.set(command.fullName, counters);
    }
    counters.calls++;
    stats.totalCommandsProcessed++;
    if (reply instanceof ErrorReply) counters.failed++;
    context.addPropagation(changed, argv);
    return reply;
  }

  /** A command inside EXEC or a script: its error counts as an error reply of its own. */
  call(session: Session, queued: QueuedCommand): Reply {
    const reply = this.execute(session, queued.command, queued.argv);
    if (reply instanceof ErrorReply) this.#host.onErrorReply(session, reply);
    return reply;
  }
}

class ExecutionContext implements CommandContext {
  readonly session: Session;
  readonly db: Database;
  readonly command: ResolvedCommand;
  readonly nowMs: number;
  readonly #host: ExecutionHost;
  readonly #executor: Executor;
  #rewritten: readonly ByteString[] | null = null;
  #also: (readonly ByteString[])[] | null = null;
  #prevented = false;
  #forced = false;

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

  forcePropagation(): void {
    this.#forced = true;
  }

  call(queued: QueuedCommand): Reply {
    return this.#executor.call(this.session, queued);
  }

  /** EXEC itself is never propagated: its commands are, and the propagation wraps them. */
  addPropagation(changed: boolean, argv: readonly ByteString[]): void {
    const { propagation } = this.#host;
    const { dbIndex } = this.session;
    if ((changed || this.#forced) && !this.#prevented && this.command.fullName !== 'exec') {
      propagation.add(dbIndex, this.#rewritten ?? argv);
    }
    for (const also of this.#also ?? []) propagation.add(dbIndex, also);
  }
}
