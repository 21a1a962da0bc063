/** A node with sessions, without sockets and dispatch: for unit tests of the connection, server and transaction handlers. */
import { AccessControl } from '../../src/commands/acl/access-control.js';
import type { RedisVersion } from '../../src/commands/command.js';
import { connectionCommands } from '../../src/commands/connection/index.js';
import type { CommandContext, ConfigFile, DebugSwitches, NodeContext } from '../../src/commands/context.js';
import { serverCommands } from '../../src/commands/server/index.js';
import { SlowLog } from '../../src/commands/server/slow-log.js';
import type { BlockedState, QueuedCommand, Session } from '../../src/commands/session.js';
import { stringCommands } from '../../src/commands/string/index.js';
import { CommandTable } from '../../src/commands/table.js';
import { transactionCommands } from '../../src/commands/transactions/index.js';
import { Config, type ConfigInput } from '../../src/config/config.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { LatencyMonitor } from '../../src/node/latency-monitor.js';
import { PubSub } from '../../src/node/pub-sub.js';
import { NodeRates } from '../../src/node/rates.js';
import { createNodeStats } from '../../src/node/stats.js';
import { Tracking } from '../../src/node/tracking.js';
import { NO_SHUTDOWN_IN_PROGRESS, unknownSubcommand, wrongArity } from '../../src/resp/errors/index.js';
import { NO_REPLY, type Reply } from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { Random } from '../../src/time/random.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

export const START_MS = 1_700_000_000_000;

export class FakeServer {
  readonly config: Config;
  readonly clock = new VirtualClock(START_MS);
  readonly stats = createNodeStats(START_MS);
  readonly slowLog = new SlowLog();
  readonly debugSwitches: DebugSwitches = {
    activeExpire: true,
    cronPaused: false,
    droppedPacketType: -1,
    replyPeakResetMs: 5000,
    resizesReplyBuffers: true,
    skipsChecksums: false,
    allowsAllInScripts: false,
  };
  readonly sessions = new Map<number, FakeSession>();
  readonly keyspace: Keyspace;
  readonly pubSub = new PubSub((session, bytes) => session.sendRaw(bytes));
  readonly tracking = new Tracking({
    sessions: this.sessions as unknown as ReadonlyMap<number, Session>,
    runsFor: () => null,
    maxKeys: () => 0,
    push: (session, bytes) => session.sendRaw(bytes),
  });
  readonly commands: CommandTable;
  readonly acl: AccessControl;
  /** What the commands did to the node, in words. */
  readonly done: string[] = [];
  configFile: ConfigFile | null = null;
  masterAddress: { host: string; port: number } | null = null;
  readonly #version: RedisVersion;

  constructor(config: ConfigInput = {}, version: RedisVersion = '7.2') {
    this.#version = version;
    this.config = new Config(config, version);
    this.commands = new CommandTable(version, [
      connectionCommands,
      serverCommands,
      transactionCommands,
      stringCommands,
    ]);
    this.acl = new AccessControl({
      config: this.config,
      commands: this.commands,
      log: (level, text) => void this.done.push(`${level}: ${text}`),
      files: { read: () => null, write: () => undefined },
      disconnect: (user) => void this.done.push(`disconnect ${user.name}`),
      disconnectSubscribers: (user) => void this.done.push(`disconnect subscribers of ${user.name}`),
    });
    this.keyspace = new Keyspace(
      {
        random: new Random(1),
        nowMs: () => this.clock.nowMs(),
        isReplica: () => false,
        isWritableReplica: () => false,
        isMasterLink: () => false,
        expiryPaused: () => false,
        propagateDeletion: () => undefined,
        notify: () => undefined,
      },
      this.config.values.databases,
    );
  }

  connect(): FakeSession {
    const session = new FakeSession(this, this.sessions.size + 1, this.clock.nowMs());
    session.user = this.acl.defaultUser;
    session.authenticated = !this.acl.authRequired;
    this.sessions.set(session.id, session);
    return session;
  }

  /** Runs a command as dispatch would, arity included. */
  call(session: FakeSession, argv: readonly string[]): Reply {
    const command = this.commands.resolve(argv);
    if (command === undefined) return unknownSubcommand(argv[0]!, argv[1]!);
    if (!command.acceptsArgumentCount(argv.length) || command.declaration.run === undefined) {
      return wrongArity(command.fullName);
    }
    session.lastCommand = command.fullName;
    const context: Partial<CommandContext> = {
      node: this.#node(),
      session: session as unknown as Session,
      db: this.keyspace.database(session.dbIndex),
      command,
      nowMs: this.clock.nowMs(),
      nowUs: this.clock.nowUs(),
      notify: () => undefined,
      propagateAs: () => undefined,
      forcePropagation: () => void this.done.push(`propagate ${argv[0]}`),
      call: (queued: QueuedCommand) => this.call(session, queued.argv),
    };
    return command.declaration.run(context as CommandContext, argv);
  }

  #node(): NodeContext {
    const node: Partial<NodeContext> = {
      version: this.#version,
      releaseVersion: this.#version === '7.0' ? '7.0.15' : '7.2.4',
      runId: 'f'.repeat(40),
      clock: this.clock,
      config: this.config,
      commands: this.commands,
      acl: this.acl,
      keyspace: this.keyspace,
      cluster: null,
      replication: {
        masterAddress: () => this.masterAddress,
        describeReplication: () => [['role', 'master']],
        backlogBytes: 0,
        changeReplicationId: () => void this.done.push('new replication id'),
      } as unknown as NodeContext['replication'],
      stats: this.stats,
      sessions: this.sessions as unknown as ReadonlyMap<number, Session>,
      pubSub: this.pubSub,
      tracking: this.tracking,
      monitors: { add: () => undefined, remove: () => undefined },
      pause: {
        pause: (purpose, mode, untilMs) =>
          void this.done.push(`pause ${purpose} ${mode} ${untilMs - START_MS}`),
        unpause: (purpose) => void this.done.push(`unpause ${purpose}`),
        active: null,
      },
      blockedOnKeys: { signalReady: () => undefined, awaitedKeys: 0, awaitedDeletions: 0 },
      migrationLinks: { count: 0, open: () => 'refused', close: () => undefined },
      memory: NO_MEMORY,
      rates: new NodeRates(),
      latency: new LatencyMonitor(
        () => this.config.values['latency-monitor-threshold'],
        () => this.clock.nowMs(),
      ),
      persistence: {
        rdb: { onFlushAll: () => undefined, lastSaveMs: START_MS },
        child: {
          forks: 0,
          running: null,
          isRunning: () => false,
          copiedBytes: 0,
          lastCopiedBytes: () => 0,
          latestForkUs: 0,
          resetStats: () => undefined,
        },
        aof: { state: 'off' },
        rewriter: {},
        lastLoad: {},
      } as unknown as NodeContext['persistence'],
      shutdown: {
        request: () => {
          this.done.push('exit SHUTDOWN');
          return NO_REPLY;
        },
        abort: () => NO_SHUTDOWN_IN_PROGRESS,
        saveNow: () => true,
        remainingMs: null,
      },
      slowLog: this.slowLog,
      debugSwitches: this.debugSwitches,
      configFile: this.configFile,
      log: (level, text) => void this.done.push(`${level}: ${text}`),
      freeze: (durationMs) => void this.done.push(`freeze ${durationMs}`),
      exit: (reason) => void this.done.push(`exit ${reason}`),
      restart: (delayMs) => void this.done.push(`restart ${delayMs}`),
    };
    return node as NodeContext;
  }
}

export class FakeSession {
  readonly id: number;
  readonly address: string;
  readonly localAddress = '127.0.0.1:6379';
  readonly createdAtMs: number;
  lastInteractionMs: number;
  readonly kind: Session['kind'] = 'normal';
  name = '';
  libName = '';
  libVersion = '';
  protocol: 2 | 3 = 2;
  dbIndex = 0;
  user: Session['user'] = null;
  authenticated = true;
  readonlyMode = false;
  asking = false;
  transaction: Session['transaction'] = null;
  watchedKeyChanged = false;
  readonly watchedKeys: Session['watchedKeys'] = new Set();
  replyMode: Session['replyMode'] = 'on';
  noEvict = false;
  noTouch = false;
  readonly pendingBytes = 0;
  readonly queryBytes = 0;
  readonly queryRoom = 16368;
  readonly argumentBytes = 0;
  readonly replyRoom = 16392;
  readonly replyPeak = 16392;
  isReplica = false;
  closeAfterReply = false;
  lastCommand = 'NULL';
  blocked: BlockedState | null = null;
  /** What came outside of replies, or `closed`. */
  readonly received: string[] = [];
  readonly #server: FakeServer;

  constructor(server: FakeServer, id: number, nowMs: number) {
    this.#server = server;
    this.id = id;
    this.address = `127.0.0.1:${50_000 + id}`;
    this.createdAtMs = nowMs;
    this.lastInteractionMs = nowMs;
  }

  /** Arguments separated by spaces; the reply as it goes over the wire, with spaces for line ends. */
  run(line: string): string {
    return this.runArgs(...line.split(' '));
  }

  runArgs(...argv: readonly string[]): string {
    return printed(this.#server.call(this, argv), this.protocol);
  }

  send(reply: Reply): void {
    this.received.push(printed(reply, this.protocol));
  }

  unblock(reply: Reply): void {
    this.blocked = null;
    this.send(reply);
  }

  close(): void {
    this.received.push('closed');
    this.#server.sessions.delete(this.id);
  }
}

const NO_MEMORY: NodeContext['memory'] = {
  usedBytes: 1_000_000,
  peakBytes: 1_000_000,
  startupBytes: 1_000_000,
  replicationBytes: 0,
  uncountedBytes: 0,
  clientBytes: { normal: 0, replica: 0 },
  exceededUs: { current: 0, total: 0 },
  isOutOfMemory: false,
  clientBuckets: null,
  recentClientBuffers: { input: 0, output: 0 },
  reset: () => undefined,
};

function printed(reply: Reply, protocol: 2 | 3): string {
  return encodeReply(reply, protocol).replaceAll('\r\n', ' ').trim();
}
