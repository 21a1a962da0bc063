/** What happens to a command before it runs: existence, arity, authentication, routing, the states that refuse it, pauses, the MULTI queue (processCommand of server.c, in its order). */
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { ClusterBrain } from '../cluster/brain.js';
import { type RoutingResult, routeRequest, servesLocally } from '../cluster/routing.js';
import type { NodeContext } from '../commands/context.js';
import type { QueuedCommand } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import { type ErrorReply, NO_REPLY, QUEUED, type Reply } from '../resp/reply.js';
import type { ClientSession } from './client-session.js';
import type { Executor } from './execution.js';
import type { PauseState } from './pause.js';

export interface DispatchHost {
  readonly context: NodeContext;
  readonly executor: Executor;
  readonly pause: PauseState;
  /** The dataset is being loaded. */
  readonly loading: boolean;
  authRequired(session: ClientSession): boolean;
  redirect(session: ClientSession, result: Exclude<RoutingResult, { kind: 'local' }>): ErrorReply;
  /** Holds the session until the pause ends. */
  postpone(session: ClientSession, argv: readonly ByteString[]): void;
  discardTransaction(session: ClientSession): void;
}

/** Commands that run at once inside MULTI. */
const NOT_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);
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
      this.#reject(session, command, errors.wrongArity(command.fullName));
      return;
    }
    const refusal = this.#refusalBeforeRouting(session, command);
    if (refusal !== null) {
      this.#reject(session, command, refusal);
      return;
    }
    const { cluster } = context;
    if (
      cluster !== null &&
      session.kind === 'normal' &&
      (command.mayHaveKeys || command.fullName === 'exec')
    ) {
      const redirect = this.#redirectOf(session, cluster, command, argv);
      if (redirect !== null) {
        this.#redirect(session, command, redirect);
        return;
      }
    }
    const stateRefusal = this.#refusalAfterRouting(session, command);
    if (stateRefusal !== null) {
      this.#reject(session, command, stateRefusal);
      return;
    }
    if (this.#isPaused(session, command)) {
      this.#host.postpone(session, argv);
      return;
    }
    this.#run(session, command, argv);
  }

  #run(session: ClientSession, command: ResolvedCommand, argv: readonly ByteString[]): void {
    if (session.transaction !== null && !NOT_QUEUED.has(command.fullName)) {
      session.transaction.queue.push({ command, argv });
      session.reply(QUEUED);
    } else {
      const reply = this.#host.executor.execute(session, command, argv);
      // A command that has to wait answers later, by session.unblock().
      if (reply !== NO_REPLY) session.reply(reply);
    }
    endCommand(session, command);
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
      error = errors.wrongArity(container.fullName);
    } else {
      error = errors.unknownSubcommand(container.fullName, argv[1] as ByteString);
    }
    abortTransaction(session);
    session.reply(error);
    endCommand(session, null);
  }

  #refusalBeforeRouting(session: ClientSession, command: ResolvedCommand): ErrorReply | null {
    const { config } = this.#host.context;
    if (command.flags.has('protected') && session.kind === 'normal') {
      const directive = command.fullName.startsWith('debug')
        ? 'enable-debug-command'
        : 'enable-module-command';
      const allowed = config.values[directive];
      if (allowed === 'no' || (allowed === 'local' && !isLocal(session)))
        return errors.protectedCommand(directive === 'enable-debug-command' ? 'DEBUG' : 'MODULE');
    }
    if (!command.flags.has('no_auth') && this.#host.authRequired(session)) return errors.NO_AUTH;
    if (session.transaction !== null && command.flags.has('no_multi'))
      return errors.NOT_ALLOWED_IN_TRANSACTION;
    return null;
  }

  /** @returns null when the command runs here. */
  #redirectOf(
    session: ClientSession,
    cluster: ClusterBrain,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ): Exclude<RoutingResult, { kind: 'local' }> | null {
    const { firstKey, lastKey } = command;
    if (
      firstKey > 0 &&
      firstKey === lastKey &&
      servesLocally(cluster.state, hashSlotOfBytes(argv[firstKey] as ByteString))
    ) {
      return null;
    }
    const { transaction } = session;
    const commands: readonly QueuedCommand[] =
      command.fullName === 'exec' ? (transaction?.queue ?? []) : [{ command, argv }];
    const keys: ByteString[] = [];
    let isWrite = false;
    let isShardedPubsub = false;
    for (const queued of commands) {
      for (const position of queued.command.keyPositions(queued.argv))
        keys.push(queued.argv[position] as ByteString);
      isWrite ||= queued.command.isWrite;
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
    endCommand(session, command);
  }

  #refusalAfterRouting(session: ClientSession, command: ResolvedCommand): ErrorReply | null {
    const { context, loading } = this.#host;
    const { replication, config } = context;
    const isExec = command.fullName === 'exec';
    const queue = isExec ? (session.transaction?.queue ?? []) : [];
    const isWrite = command.isWrite || queue.some((queued) => queued.command.isWrite);
    const obeys = session.kind === 'master-link';
    if (isWrite && !obeys) {
      if (!replication.hasEnoughGoodReplicas()) return errors.NO_REPLICAS;
      if (replication.masterAddress() !== null && config.values['replica-read-only'])
        return errors.READONLY_REPLICA;
    }
    if (
      replication.masterAddress() !== null &&
      !replication.isMasterLinkUp() &&
      !config.values['replica-serve-stale-data'] &&
      (!command.flags.has('stale') || queue.some((queued) => !queued.command.flags.has('stale')))
    ) {
      return errors.MASTER_DOWN;
    }
    if (
      loading &&
      (!command.flags.has('loading') || queue.some((queued) => !queued.command.flags.has('loading')))
    ) {
      return errors.LOADING;
    }
    if (session.isReplica && (isWrite || command.isReadonly || command.flags.has('may_replicate'))) {
      return errors.REPLICA_KEYSPACE_ACCESS;
    }
    return null;
  }

  #isPaused(session: ClientSession, command: ResolvedCommand): boolean {
    const mode = this.#host.pause.active;
    if (mode === null || session.isReplica || session.kind !== 'normal') return false;
    return mode === 'all' || mayReplicate(command) || this.#queueMayReplicate(session, command);
  }

  #queueMayReplicate(session: ClientSession, command: ResolvedCommand): boolean {
    if (command.fullName !== 'exec' || session.transaction === null) return false;
    return session.transaction.queue.some((queued) => mayReplicate(queued.command));
  }

  #reject(session: ClientSession, command: ResolvedCommand, error: ErrorReply): void {
    this.#countRejected(command);
    let reply: Reply = error;
    if (command.fullName === 'exec') {
      this.#host.discardTransaction(session);
      reply = errors.execAborted(error);
    } else {
      abortTransaction(session);
    }
    session.reply(reply);
    endCommand(session, command);
  }

  #countRejected(command: ResolvedCommand): void {
    const { commands } = this.#host.context.stats;
    const counters = commands.get(command.fullName);
    if (counters === undefined)
      commands.set(command.fullName, { calls: 0, rejected: 1, failed: 0, microseconds: 0 });
    else counters.rejected++;
  }
}

function mayReplicate(command: ResolvedCommand): boolean {
  return command.isWrite || command.flags.has('may_replicate');
}

function abortTransaction(session: ClientSession): void {
  if (session.transaction !== null) session.transaction.aborted = true;
}

/** What ends with each command: CLIENT REPLY SKIP, and ASKING, which lives for one command or one transaction. */
function endCommand(session: ClientSession, command: ResolvedCommand | null): void {
  if (session.asking && session.transaction === null && command?.fullName !== 'asking')
    session.asking = false;
  if (session.replyMode === 'skip') session.replyMode = 'on';
  else if (session.replyMode === 'skip-next') session.replyMode = 'skip';
}

function isLocal(session: ClientSession): boolean {
  return (
    session.address.startsWith('127.') ||
    session.address.startsWith('[::1]') ||
    session.address.startsWith('/')
  );
}
