/** redis.call() and redis.pcall(): what a command of a script is asked before it runs (scriptCall of script.c). */
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import { routeRequest, servesLocally } from '../cluster/routing.js';
import { refusalInScript } from '../commands/acl/denial-texts.js';
import { denialOf } from '../commands/acl/permission.js';
import { logDenial } from '../commands/acl/refusals.js';
import type { CommandContext, NodeContext } from '../commands/context.js';
import { slotOfFixedKeys } from '../commands/fixed-keys.js';
import { isObeyed, type QueuedCommand } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import { NO_REPLICAS, OUT_OF_MEMORY, READONLY_REPLICA } from '../resp/errors/index.js';
import { ErrorReply, type Reply } from '../resp/reply.js';
import {
  type CallRefusal,
  LOG_LEVELS,
  type LogLevel,
  ReplicationFlag,
  type ScriptRun,
} from '../scripting/script-run.js';
import type { ClientSession } from './client-session.js';
import type { Executor } from './execution.js';
import type { ScriptingHost } from './ports.js';

/** Real time that a script has before others get a turn. */
const TURN_MS = 20;
/** A script that cannot be left holds up everything in this process: after that much real time beyond its turn it is ended. */
const STUCK_MS = 10_000;

export interface ScriptCallHost {
  readonly context: NodeContext;
  readonly executor: Executor;
  onErrorReply(session: ClientSession, error: ErrorReply): void;
}

/** What a script may do, decided before it begins. */
export interface ScriptRights {
  readonly readOnly: boolean;
  readonly crossSlot: boolean;
  /** It may go on although memory is short. */
  readonly outOfMemory: boolean;
  /** DEBUG SET-DISABLE-DENY-SCRIPTS */
  readonly everyCommand: boolean;
}

const EXEC: readonly ByteString[] = ['EXEC'];

/** One run of a script. */
export class RunningScript implements ScriptRun {
  replicationFlags: number = ReplicationFlag.all;
  isKilled = false;
  /** It called a command that writes: it cannot be killed any more. */
  hasWritten = false;
  /** It met an error that its caller is told of. */
  hasFailed = false;
  /** Errors in its answer that were counted where they arose. */
  countedErrors = 0;
  readonly kind: 'eval' | 'function';
  readonly caller: CommandContext;
  readonly session: ClientSession;
  /** It can be left in the middle: its caller can wait. */
  mayBeLeft = false;
  turnEndsAtMs = 0;
  readonly #host: ScriptCallHost;
  readonly #lua: ScriptingHost;
  readonly #startedAtMs: number;
  readonly #rights: ScriptRights;
  /** The command that runs the script. */
  readonly called: QueuedCommand;
  /** What the client sent. */
  readonly #sent: readonly ByteString[];
  /** The slot of the keys it works on, once there is one. */
  #slot: number | null;

  constructor(
    host: ScriptCallHost,
    lua: ScriptingHost,
    kind: 'eval' | 'function',
    caller: CommandContext,
    session: ClientSession,
    rights: ScriptRights,
    firstKey: ByteString | undefined,
  ) {
    this.#host = host;
    this.#lua = lua;
    this.#startedAtMs = lua.realNowMs();
    this.beginTurn();
    this.kind = kind;
    this.caller = caller;
    this.session = session;
    this.#rights = rights;
    this.called = { command: caller.command, argv: host.executor.argv };
    this.#sent = caller.session.transaction === null ? host.executor.argv : EXEC;
    this.#slot = firstKey === undefined ? null : hashSlotOfBytes(firstKey);
  }

  get protocol(): 2 | 3 {
    return this.session.protocol;
  }

  set protocol(protocol: 2 | 3) {
    this.session.protocol = protocol;
  }

  get obeys(): boolean {
    return isObeyed(this.caller.session);
  }

  call(argv: readonly ByteString[]): Reply | CallRefusal {
    const { context, executor } = this.#host;
    const command = context.commands.resolve(argv);
    const refusal = this.#refusalOf(command, argv);
    if (refusal !== null || command === undefined) return this.#refuse(command, refusal ?? '');
    const { session } = this;
    session.lastCommand = command.fullName;
    const reply = executor.executeForScript(
      session,
      command,
      argv,
      (this.replicationFlags & ReplicationFlag.replicas) !== 0,
      this.called,
    );
    if (reply instanceof ErrorReply) this.#host.onErrorReply(session, reply);
    return reply;
  }

  mayRun(argv: readonly ByteString[]): boolean | null {
    const command = this.#host.context.commands.resolve(argv);
    if (command === undefined) return null;
    return denialOf(this.caller.session.user, command, argv) === null;
  }

  log(level: LogLevel, text: ByteString): void {
    const least = LOG_LEVELS.indexOf(this.#host.context.config.values.loglevel as LogLevel);
    if (least >= 0 && LOG_LEVELS.indexOf(level) >= least) this.#host.context.log(level, text);
  }

  /** Its turn is over. Without others to give the node to, a script never stops. */
  isInterrupted(): boolean {
    return this.#lua.realNowMs() >= this.turnEndsAtMs && this.mayBeLeft;
  }

  isStuck(): boolean {
    return this.#lua.realNowMs() >= this.turnEndsAtMs + STUCK_MS;
  }

  /** Real time since it began. */
  get elapsedMs(): number {
    return this.#lua.realNowMs() - this.#startedAtMs;
  }

  beginTurn(): void {
    this.turnEndsAtMs = this.#lua.realNowMs() + TURN_MS;
  }

  #refuse(command: ResolvedCommand | undefined, text: ByteString): CallRefusal {
    this.#host.onErrorReply(
      this.session,
      new ErrorReply(text.startsWith('-') ? text.slice(1) : `ERR ${text}`),
    );
    if (command !== undefined) this.#host.executor.countRejected(command);
    return { refusal: text };
  }

  /** @returns the text of an error: with a code behind a minus, or without one. */
  #refusalOf(command: ResolvedCommand | undefined, argv: readonly ByteString[]): ByteString | null {
    if (command?.declaration.run === undefined && !hasSubcommands(command))
      return 'Unknown Redis command called from script';
    if (command.declaration.run === undefined || !command.acceptsArgumentCount(argv.length))
      return 'Wrong number of args calling Redis command from script';
    if (command.flags.has('noscript') && !this.#rights.everyCommand)
      return 'This Redis command is not allowed from script';
    if (this.#isStale && !command.flags.has('stale')) return 'Can not execute the command on a stale replica';
    const refusal = this.#aclRefusalOf(command, argv) ?? this.#writeRefusalOf(command);
    if (refusal !== null) return refusal;
    if (this.#lacksMemoryFor(command)) return `-${OUT_OF_MEMORY.text}`;
    if (command.isWrite) this.hasWritten = true;
    return this.#clusterRefusalOf(command, argv);
  }

  get #isStale(): boolean {
    const { replication, config } = this.#host.context;
    return (
      replication.masterAddress() !== null &&
      !replication.isMasterLinkUp() &&
      !config.values['replica-serve-stale-data']
    );
  }

  #aclRefusalOf(command: ResolvedCommand, argv: readonly ByteString[]): ByteString | null {
    const { session } = this.caller;
    const { user } = session;
    const denial = user === null || user.isUnrestricted ? null : denialOf(user, command, argv);
    if (denial === null || user === null) return null;
    const { context } = this.#host;
    logDenial(context, session, command, argv, { ...denial, context: 'lua', sent: this.#sent });
    return refusalInScript(context.version, user, command, denial);
  }

  /** Memory was short when the script began; one that has written goes on. */
  #lacksMemoryFor(command: ResolvedCommand): boolean {
    const { memory, config } = this.#host.context;
    return (
      config.values.maxmemory !== 0 &&
      memory.isOutOfMemory &&
      command.flags.has('denyoom') &&
      !this.#rights.outOfMemory &&
      !this.hasWritten &&
      !this.obeys
    );
  }

  #writeRefusalOf(command: ResolvedCommand): ByteString | null {
    if (this.#rights.readOnly && command.mayReplicate)
      return 'Write commands are not allowed from read-only scripts.';
    // Once it has written it must be able to go on.
    if (!command.isWrite || this.hasWritten) return null;
    const { replication, config } = this.#host.context;
    if (replication.masterAddress() !== null && config.values['replica-read-only'] && !this.obeys)
      return `-${READONLY_REPLICA.text}`;
    const misconf = this.#host.context.persistence.writeRefusal;
    if (misconf !== null) return `-${misconf.text}`;
    return replication.hasEnoughGoodReplicas() ? null : `-${NO_REPLICAS.text}`;
  }

  #clusterRefusalOf(command: ResolvedCommand, argv: readonly ByteString[]): ByteString | null {
    const { cluster } = this.#host.context;
    if (cluster === null || !command.mayHaveKeys || this.obeys) return null;
    const fixedSlot = slotOfFixedKeys(command, argv);
    if (fixedSlot !== null && servesLocally(cluster.state, fixedSlot))
      return this.#crossSlotRefusalOf(fixedSlot);
    const keys = command.keyPositions(argv).map((position) => argv[position] as ByteString);
    const [firstKey] = keys;
    if (firstKey === undefined) return null;
    const { session } = this.caller;
    const route = routeRequest(cluster.state, {
      keys,
      isWrite: command.isWrite,
      asking: session.asking || command.flags.has('asking'),
      readonlyMode: session.readonlyMode,
      isMigrate: command.fullName === 'migrate',
      isShardedPubsub: command.declaration.channelPositions !== undefined,
    });
    if (route.kind === 'downReadsOnly')
      return 'Script attempted to execute a write command while the cluster is down and readonly';
    if (route.kind === 'down') return 'Script attempted to execute a command while the cluster is down';
    if (route.kind !== 'local') return 'Script attempted to access a non local key in a cluster node';
    return this.#crossSlotRefusalOf(hashSlotOfBytes(firstKey));
  }

  #crossSlotRefusalOf(slot: number): ByteString | null {
    if (this.#rights.crossSlot) return null;
    this.#slot ??= slot;
    return this.#slot === slot ? null : 'Script attempted to access keys that do not hash to the same slot';
  }
}

/** A container called without a subcommand is known, but has too few arguments. */
function hasSubcommands(command: ResolvedCommand | undefined): command is ResolvedCommand {
  return command !== undefined && command.subcommands.size > 0;
}
