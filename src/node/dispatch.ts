/** What happens to a command before it runs: existence, arity, authentication, permissions, routing, the states that refuse it, pauses, the MULTI queue (processCommand of server.c, in its order). */
import type { ClusterBrain } from '../cluster/brain.js';
import { type RoutingResult, routeRequest, servesLocally } from '../cluster/routing.js';
import { refusalOf } from '../commands/acl/refusals.js';
import { argumentBytes } from '../commands/client-memory.js';
import type { NodeContext } from '../commands/context.js';
import { slotOfFixedKeys } from '../commands/fixed-keys.js';
import type { CommandTraits } from '../commands/scripting-port.js';
import { isObeyed, type QueuedCommand } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import { type ErrorReply, NO_REPLY, QUEUED, type Reply } from '../resp/reply.js';
import type { ClientLimits } from './client-limits.js';
import type { ClientSession } from './client-session.js';
import type { Executor } from './execution.js';
import type { Memory } from './memory.js';
import type { Monitors } from './monitors.js';
import type { OwnOutput } from './own-output.js';
import type { PauseState } from './pause.js';
import type { Scripts } from './scripts.js';
import type { Tracking } from './tracking.js';

export interface DispatchHost {
  readonly scripting: Scripts | null;
  readonly context: NodeContext;
  readonly executor: Executor;
  readonly ownOutput: OwnOutput;
  readonly tracking: Tracking;
  readonly monitors: Monitors;
  readonly pause: PauseState;
  readonly memory: Memory;
  readonly limits: ClientLimits;
  /** The dataset is being loaded. */
  readonly loading: boolean;
  readonly asyncLoading: boolean;
  authRequired(session: ClientSession): boolean;
  redirect(session: ClientSession, result: Exclude<RoutingResult, { kind: 'local' }>): ErrorReply;
  /** Holds the session until the pause ends. */
  postpone(session: ClientSession, argv: readonly ByteString[]): void;
  discardTransaction(session: ClientSession): void;
}

/** Commands that run at once inside MULTI. */
const NOT_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);
/** Commands of a transaction that are never refused for want of memory, EXEC with its queue apart. */
const ALLOWED_WITHOUT_MEMORY = new Set(['exec', 'discard', 'quit', 'reset']);
/** What a subscriber of RESP2, which takes all it gets for messages, may send. */
const FOR_SUBSCRIBERS = new Set([
  'ping',
  'subscribe',
  'ssubscribe',
  'unsubscribe',
  'sunsubscribe',
  'psubscribe',
  'punsubscribe',
  'quit',
  'reset',
]);
/** What the cluster answers instead of running a command: EXEC passes it on as it is. */
const REDIRECTIONS = new Set(['MOVED', 'ASK', 'TRYAGAIN', 'CLUSTERDOWN', 'CROSSSLOT']);
const NO_COMMANDS: readonly QueuedCommand[] = [];
/** First words of an HTTP request: somebody talks HTTP to us, maybe through a victim's browser. */
const HTTP_WORDS = new Set(['host:', 'post']);

export class Dispatcher {
  readonly #host: DispatchHost;

  constructor(host: DispatchHost) {
    this.#host = host;
  }

  dispatch(session: ClientSession, argv: readonly ByteString[]): void {
    const name = argv[0] as ByteString;
    const { context } = this.#host;
    const command = context.commands.resolve(argv);
    if (command === undefined || command.declaration.run === undefined) {
      this.#refuseUnknown(session, argv, name);
      return;
    }
    session.lastCommand = command.fullName;
    if (!command.acceptsArgumentCount(argv.length)) {
      this.#reject(session, command, errors.wrongArity(command.fullName), argv);
      return;
    }
    const refusal = this.#refusalBeforeRouting(session, command, argv);
    if (refusal !== null) {
      this.#reject(session, command, refusal, argv);
      return;
    }
    const { cluster } = context;
    const traits = command.declaration.traitsOf?.(context, command, argv) ?? command;
    if (
      cluster !== null &&
      session.kind === 'normal' &&
      (command.mayHaveKeys || command.fullName === 'exec')
    ) {
      const redirect = this.#redirectOf(session, cluster, command, argv, traits);
      if (redirect !== null) {
        this.#redirect(session, command, redirect);
        return;
      }
    }
    const { limits } = this.#host;
    if (limits.isEvicting) {
      limits.evict();
      if (session.isEnding) return;
    }
    const stateRefusal = this.#refusalAfterRouting(session, command, traits);
    if (stateRefusal !== null) {
      this.#reject(session, command, stateRefusal, argv);
      return;
    }
    if (this.#isPaused(session, command, traits)) {
      this.#host.postpone(session, argv);
      return;
    }
    this.#run(session, command, argv, traits);
  }

  /** Answers a command with an error instead of running it, as one that is refused or sent elsewhere. */
  refuse(session: ClientSession, argv: readonly ByteString[], error: ErrorReply): void {
    const command = this.#host.context.commands.resolve(argv);
    if (command === undefined) {
      abortTransaction(session);
      session.reply(error);
      session.endCommand(false);
      return;
    }
    session.lastCommand = command.fullName;
    if (command.fullName === 'exec' && REDIRECTIONS.has(error.code)) {
      this.#host.discardTransaction(session);
      this.#countRejected(command);
      session.reply(error);
      session.endCommand(false);
      return;
    }
    this.#reject(session, command, error, argv);
  }

  /** Runs a command that passed all checks before, when its session began to wait with it. */
  runUnchecked(session: ClientSession, command: ResolvedCommand, argv: readonly ByteString[]): void {
    this.#run(session, command, argv, command);
  }

  #run(
    session: ClientSession,
    command: ResolvedCommand,
    argv: readonly ByteString[],
    traits: CommandTraits,
  ): void {
    const { transaction } = session;
    if (transaction !== null && !NOT_QUEUED.has(command.fullName)) {
      // A transaction that cannot succeed any more is not kept: EXEC must not be redirected because of it.
      if (!transaction.aborted && !session.watchedKeyChanged) {
        transaction.queue.push({ command, argv, traits });
        transaction.bytes += argumentBytes(argv);
      }
      session.reply(QUEUED);
    } else {
      const { executor, ownOutput, tracking } = this.#host;
      const reply = executor.execute(session, command, argv);
      // A command that has to wait answers later, by session.unblock().
      if (ownOutput.isPending) ownOutput.reply(session, reply);
      else if (reply !== NO_REPLY) session.reply(reply);
      if (tracking.isPending) tracking.sendPending(session);
    }
    // A command that waits ends with its answer.
    if (session.blocked === null) session.endCommand(command.fullName === 'asking');
  }

  #refuseUnknown(session: ClientSession, argv: readonly ByteString[], name: ByteString): void {
    const container = this.#host.context.commands.get(name);
    let error: ErrorReply;
    if (container === undefined) {
      if (HTTP_WORDS.has(name.toLowerCase())) {
        this.#host.context.log(
          'warning',
          'Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection aborted.',
        );
        session.close('security');
        return;
      }
      error = errors.unknownCommand(name, argv.slice(1));
    } else if (argv.length < 2) {
      session.lastCommand = container.fullName;
      this.#reject(session, container, errors.wrongArity(container.fullName), argv);
      return;
    } else {
      error = errors.unknownSubcommand(name, argv[1] as ByteString);
    }
    session.lastCommand = 'NULL';
    abortTransaction(session);
    session.reply(error);
    session.endCommand(false);
  }

  #refusalBeforeRouting(
    session: ClientSession,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ): ErrorReply | null {
    const { context } = this.#host;
    const { config } = context;
    if (command.isProtected && session.kind === 'normal') {
      const directive = command.fullName.startsWith('debug')
        ? 'enable-debug-command'
        : 'enable-module-command';
      const allowed = config.values[directive];
      if (allowed === 'no' || (allowed === 'local' && !isLocal(session)))
        return errors.protectedCommand(directive === 'enable-debug-command' ? 'DEBUG' : 'MODULE');
    }
    if (!command.needsNoAuth && this.#host.authRequired(session)) return errors.NO_AUTH;
    if (session.transaction !== null && command.flags.has('no_multi'))
      return errors.NOT_ALLOWED_IN_TRANSACTION;
    const { user } = session;
    return user === null || user.isUnrestricted ? null : refusalOf(context, session, command, argv);
  }

  /** @returns null when the command runs here. */
  #redirectOf(
    session: ClientSession,
    cluster: ClusterBrain,
    command: ResolvedCommand,
    argv: readonly ByteString[],
    traits: CommandTraits,
  ): Exclude<RoutingResult, { kind: 'local' }> | null {
    const slot = slotOfFixedKeys(command, argv);
    if (slot !== null && servesLocally(cluster.state, slot)) return null;
    const { transaction } = session;
    const commands: readonly QueuedCommand[] =
      command.fullName === 'exec' ? (transaction?.queue ?? []) : [{ command, argv, traits }];
    const keys: ByteString[] = [];
    let isWrite = false;
    let isShardedPubsub = false;
    for (const queued of commands) {
      for (const position of queued.command.keyPositions(queued.argv))
        keys.push(queued.argv[position] as ByteString);
      isWrite ||= traitsOf(queued).isWrite;
      isShardedPubsub ||= queued.command.declaration.channelPositions !== undefined;
    }
    const result = routeRequest(cluster.state, {
      keys,
      isWrite,
      isExec: command.fullName === 'exec',
      // Of EXEC its own flags count, not those of what was queued.
      asking: session.asking || command.flags.has('asking'),
      readonlyMode: session.readonlyMode,
      isMigrate: command.fullName === 'migrate',
      isShardedPubsub: isShardedPubsub && command.fullName !== 'exec',
    });
    return result.kind === 'local' ? null : result;
  }

  #redirect(
    session: ClientSession,
    command: ResolvedCommand,
    result: Exclude<RoutingResult, { kind: 'local' }>,
  ): void {
    if (command.fullName === 'exec') this.#host.discardTransaction(session);
    else abortTransaction(session);
    this.#countRejected(command);
    session.reply(this.#host.redirect(session, result));
    session.endCommand(false);
  }

  #refusalAfterRouting(
    session: ClientSession,
    command: ResolvedCommand,
    traits: CommandTraits,
  ): ErrorReply | null {
    const { context, loading, asyncLoading, tracking } = this.#host;
    const { replication, config } = context;
    const queue = command.fullName === 'exec' ? (session.transaction?.queue ?? NO_COMMANDS) : NO_COMMANDS;
    const isInScript = this.#host.scripting?.runner.isLeft === true;
    if (config.values.maxmemory !== 0 && !isInScript && this.#lacksMemory(session, command, traits, queue))
      return errors.OUT_OF_MEMORY;
    if (tracking.isActive) tracking.limit();
    const isWrite = traits.isWrite || queue.some(isQueuedWrite);
    const obeys = isObeyed(session);
    if ((isWrite || command.fullName === 'ping') && !obeys) {
      const misconf = context.persistence.writeRefusal;
      if (misconf !== null) return misconf;
    }
    if (isWrite && !obeys) {
      if (!replication.hasEnoughGoodReplicas()) return errors.NO_REPLICAS;
      if (replication.masterAddress() !== null && config.values['replica-read-only'])
        return errors.READONLY_REPLICA;
    }
    if (session.subscriptions !== null && session.protocol === 2 && !FOR_SUBSCRIBERS.has(command.fullName))
      return errors.notForSubscribers(command.fullName);
    if (
      replication.masterAddress() !== null &&
      !replication.isMasterLinkUp() &&
      !config.values['replica-serve-stale-data'] &&
      (!traits.flags.has('stale') || queue.some(isNotForStale))
    ) {
      return errors.MASTER_DOWN;
    }
    if (loading && (!command.flags.has('loading') || queue.some(isNotForLoading))) {
      return errors.LOADING;
    }
    if (
      asyncLoading &&
      (traits.flags.has('no_async_loading') ||
        queue.some((queued) => traitsOf(queued).flags.has('no_async_loading')))
    ) {
      return errors.LOADING;
    }
    const busy = command.flags.has('allow_busy') ? null : (this.#host.scripting?.busyError ?? null);
    if (busy !== null) return busy;
    if ((session.isReplica || session.isMonitor) && (isWrite || traits.isReadonly || traits.mayReplicate)) {
      return errors.REPLICA_KEYSPACE_ACCESS;
    }
    return null;
  }

  /** maxmemory: evicts what it can first. Within MULTI nothing is queued while memory is short, for the queue takes memory too. */
  #lacksMemory(
    session: ClientSession,
    command: ResolvedCommand,
    traits: CommandTraits,
    queue: readonly QueuedCommand[],
  ): boolean {
    const { memory, tracking } = this.#host;
    memory.isOutOfMemory = !memory.makeRoom();
    if (tracking.isPending) tracking.sendPending(session);
    if (!memory.isOutOfMemory) return false;
    if (session.transaction !== null && !ALLOWED_WITHOUT_MEMORY.has(command.fullName)) return true;
    return traits.flags.has('denyoom') || queue.some((queued) => traitsOf(queued).flags.has('denyoom'));
  }

  #isPaused(session: ClientSession, command: ResolvedCommand, traits: CommandTraits): boolean {
    const mode = this.#host.pause.active;
    if (mode === null || session.isReplica || session.isMonitor || session.kind !== 'normal') return false;
    return mode === 'all' || traits.mayReplicate || this.#queueMayReplicate(session, command);
  }

  #queueMayReplicate(session: ClientSession, command: ResolvedCommand): boolean {
    if (command.fullName !== 'exec' || session.transaction === null) return false;
    return session.transaction.queue.some((queued) => traitsOf(queued).mayReplicate);
  }

  #reject(
    session: ClientSession,
    command: ResolvedCommand,
    error: ErrorReply,
    argv: readonly ByteString[],
  ): void {
    this.#countRejected(command);
    let reply: Reply = error;
    if (command.fullName === 'exec') {
      this.#host.discardTransaction(session);
      reply = errors.execAborted(error);
    } else {
      abortTransaction(session);
    }
    session.reply(reply);
    // Monitors saw MULTI: they see that it ended.
    if (reply !== error && !this.#host.monitors.isEmpty) this.#host.monitors.show(session, argv);
    session.endCommand(command.fullName === 'asking');
  }

  #countRejected(command: ResolvedCommand): void {
    const { commands } = this.#host.context.stats;
    const counters = commands.get(command.fullName);
    if (counters === undefined)
      commands.set(command.fullName, { calls: 0, rejected: 1, failed: 0, microseconds: 0, histogram: null });
    else counters.rejected++;
  }
}

function traitsOf({ command, traits }: QueuedCommand): CommandTraits {
  return traits ?? command;
}

// Functions of their own: every command comes by where they are asked for.
function isQueuedWrite(queued: QueuedCommand): boolean {
  return traitsOf(queued).isWrite;
}

function isNotForStale(queued: QueuedCommand): boolean {
  return !traitsOf(queued).flags.has('stale');
}

function isNotForLoading({ command }: QueuedCommand): boolean {
  return !command.flags.has('loading');
}

function abortTransaction(session: ClientSession): void {
  if (session.transaction !== null) session.transaction.aborted = true;
}

function isLocal(session: ClientSession): boolean {
  return (
    session.address.startsWith('127.') ||
    session.address.startsWith('[::1]') ||
    session.address.startsWith('/')
  );
}
