/** One Redis node: a synchronous machine. Inputs are client bytes, bus messages, stream bytes and timers; outputs go to the connections, the bus links and the storage it was given. */
import type { ClusterBrain } from '../cluster/brain.js';
import type { RoutingResult } from '../cluster/routing.js';
import { redirectError } from '../cluster/routing.js';
import type { AccessControl } from '../commands/acl/access-control.js';
import type { RedisVersion } from '../commands/command.js';
import type { ConfigFile, NodeContext, NotificationClass } from '../commands/context.js';
import { commandTableOf } from '../commands/index.js';
import { SlowLog } from '../commands/server/slow-log.js';
import type { Session } from '../commands/session.js';
import type { CommandTable, ResolvedCommand } from '../commands/table.js';
import type { Config } from '../config/config.js';
import { Keyspace } from '../keyspace/keyspace.js';
import { Persistence } from '../persistence/persistence.js';
import type { ReplicationPoint } from '../rdb/rdb-file.js';
import { Replication } from '../replication/replication.js';
import type { ByteString } from '../resp/byte-string.js';
import { maxClientsReached } from '../resp/errors/index.js';
import { ErrorReply, type Reply } from '../resp/reply.js';
import type { Clock, Timer } from '../time/clock.js';
import type { Random } from '../time/random.js';
import { createAccessControl } from './access-control-host.js';
import { BlockedOnKeys } from './blocked-on-keys.js';
import { type CommandFate, carryOut, type FateHost } from './client-gate.js';
import { ClientLimits } from './client-limits.js';
import { ClientSession, type SessionOwner } from './client-session.js';
import { createBrain } from './cluster-host.js';
import { followConfig, requestLimitsOf } from './config-changes.js';
import { NodeDebugSwitches } from './debug-switches.js';
import { Dispatcher, type DispatchHost } from './dispatch.js';
import { type ExecutionHost, Executor } from './execution.js';
import { Functions } from './functions.js';
import { KeyspaceEvents } from './keyspace-events.js';
import { createKeyspaceHost } from './keyspace-host.js';
import { LatencyMonitor } from './latency-monitor.js';
import { Memory } from './memory.js';
import { memoryHostOf } from './memory-host.js';
import { KeptMigrationLinks } from './migration-links.js';
import { Monitors } from './monitors.js';
import { NodeStart } from './node-start.js';
import { OwnOutput } from './own-output.js';
import { PauseState } from './pause.js';
import { createPersistenceHost } from './persistence-host.js';
import type { ClientConnection, LogLevel, NodeHost, NodeStorage } from './ports.js';
import { Propagation } from './propagation.js';
import { PubSub } from './pub-sub.js';
import { NodeRates } from './rates.js';
import { createReplicationHost } from './replication-host.js';
import { Scripts } from './scripts.js';
import { ServerCron } from './server-cron.js';
import { Shutdown } from './shutdown.js';
import { Snapshots } from './snapshots.js';
import { createNodeStats, type ServerStats } from './stats.js';
import { Tracking } from './tracking.js';
import { WaitingClients } from './waiting-clients.js';

/** The release each version behaves as. */
const RELEASES: Record<RedisVersion, string> = { '7.0': '7.0.15', '7.2': '7.2.4' };

export interface NodeOptions {
  readonly version: RedisVersion;
  readonly config: Config;
}

export class Node implements NodeContext, SessionOwner, ExecutionHost, DispatchHost {
  readonly version: RedisVersion;
  readonly releaseVersion: string;
  readonly runId: string;
  readonly config: Config;
  readonly commands: CommandTable;
  readonly acl: AccessControl;
  readonly keyspace: Keyspace;
  readonly replication: Replication;
  readonly persistence: Persistence;
  readonly shutdown = new Shutdown(this);
  readonly cluster: ClusterBrain | null;
  readonly stats: ServerStats;
  readonly pause: PauseState;
  readonly propagation: Propagation;
  readonly executor: Executor;
  readonly ownOutput: OwnOutput;
  readonly pubSub: PubSub;
  readonly keyspaceEvents: KeyspaceEvents;
  readonly tracking: Tracking;
  readonly monitors: Monitors;
  readonly blockedOnKeys: BlockedOnKeys;
  readonly waiting: WaitingClients;
  readonly migrationLinks: KeptMigrationLinks;
  readonly limits: ClientLimits;
  readonly memory: Memory;
  readonly rates = new NodeRates();
  readonly latency: LatencyMonitor;
  readonly slowLog = new SlowLog();
  readonly scripting: Scripts | null;
  readonly functions: Functions | null;
  readonly debugSwitches = new NodeDebugSwitches(this);
  readonly configFile: ConfigFile | null;
  readonly sessions = new Map<number, ClientSession>();
  /** The dataset is being loaded: commands without the loading flag are refused. */
  loading = false;
  /** A snapshot is being loaded beside the dataset, which is served meanwhile. */
  asyncLoading = false;
  /** A command of the AOF runs: no key counts as expired. */
  replaying = false;
  /** The node sleeps (DEBUG SLEEP) or is about to end: nothing is handled and nothing leaves. */
  halted = false;
  readonly #host: NodeHost;
  readonly #dispatcher: Dispatcher;
  readonly #fates: FateHost;
  readonly #masterSession: ClientSession;
  readonly #cron: ServerCron;
  #nextSessionId = 1;
  /** Sessions that have output or an end to write after the input in hand. */
  #toFlush: ClientSession[] = [];
  /** Sessions to be closed after the input in hand. */
  readonly #doomed: ClientSession[] = [];
  /** maxmemory was set: what is over it goes after the input in hand. */
  #evictsSoon = false;
  /** The process is about to end. */
  #ending = false;
  #stopped = false;
  readonly #start = new NodeStart(this, () => {
    this.#cron.start();
    this.#afterInput();
  });

  constructor(host: NodeHost, options: NodeOptions) {
    this.#host = host;
    this.version = options.version;
    this.releaseVersion = RELEASES[options.version];
    this.config = options.config;
    this.runId = host.random.hex(40);
    this.commands = commandTableOf(options.version, options.config.fileOnly.renamedCommands);
    this.acl = createAccessControl(this, host);
    this.stats = createNodeStats(host.clock.nowMs());
    this.pause = new PauseState(host.clock, () => this.waiting.resumePostponed());
    this.propagation = new Propagation((dbIndex, argv, target) => {
      if (target === 'all') this.persistence.feed(dbIndex, argv);
      this.replication.propagate(dbIndex, argv);
    });
    this.propagation.selectsBeforeMulti = options.version === '7.0';
    this.executor = new Executor(this);
    this.ownOutput = new OwnOutput(options.version, () => this.executor);
    const push = (session: Session, bytes: ByteString): void => this.ownOutput.push(session, bytes);
    this.pubSub = new PubSub(push);
    this.keyspaceEvents = new KeyspaceEvents(this.pubSub);
    this.tracking = new Tracking({
      sessions: this.sessions,
      runsFor: () => this.executor.runsFor,
      maxKeys: () => this.config.values['tracking-table-max-keys'],
      push,
    });
    this.monitors = new Monitors({
      isLoading: () => this.loading || this.asyncLoading,
      nowMs: () => host.clock.nowMs(),
      masterAddress: () => masterAddressOf(this.replication),
      print: (session, line) => this.ownOutput.print(session, line),
    });
    this.#dispatcher = new Dispatcher(this);
    this.waiting = new WaitingClients(this, this.#dispatcher);
    this.#fates = {
      run: (session, argv) => this.#dispatcher.dispatch(session as ClientSession, argv),
      refuse: (session, argv, error) => this.#dispatcher.refuse(session as ClientSession, argv, error),
    };
    const clusterEnabled = this.config.values['cluster-enabled'];
    this.keyspace = new Keyspace(
      createKeyspaceHost(this, host, () => this.executor.runsFor === this.#masterSession),
      clusterEnabled ? 1 : this.config.values.databases,
    );
    this.blockedOnKeys = new BlockedOnKeys({
      keyspace: this.keyspace,
      serve: (waiter, key) => this.waiting.serve(waiter, key),
    });
    this.migrationLinks = new KeptMigrationLinks({
      clock: host.clock,
      random: host.random,
      connect: (target, port, timeoutMs) =>
        host.connectBlocking(target, port, timeoutMs, (durationMs) => this.freeze(durationMs)),
    });
    this.limits = new ClientLimits({
      version: this.version,
      config: this.config,
      sessions: this.sessions,
      stats: this.stats,
      nowMs: () => host.clock.nowMs(),
      log: (level, text) => host.log(level, text),
      onDoomed: (session) => void this.#doomed.push(session),
    });
    this.memory = new Memory(memoryHostOf(this, host));
    this.latency = new LatencyMonitor(
      () => this.config.values['latency-monitor-threshold'],
      () => host.clock.nowMs(),
    );
    this.#masterSession = new ClientSession(this, 0, 'master-link', null);
    const snapshots = new Snapshots(this);
    this.replication = new Replication(
      createReplicationHost({
        host,
        version: this.version,
        config: this.config,
        stats: this.stats,
        snapshots,
        persistence: () => this.persistence,
        pause: this.pause,
        masterSession: () => this.#masterSession,
        onMasterLinkUp: () =>
          this.#masterSession.startLink(this.#nextSessionId++, masterAddressOf(this.replication)),
        isManualFailoverInProgress: () => (this.cluster?.state.manualFailover.endMs ?? 0) !== 0,
        dispatch: (session, argv) => this.#dispatchFromMaster(session, argv),
        disconnectBlockedClients: () => this.waiting.disconnectBlocked(),
        setLoading: (mode) => {
          this.loading = mode === 'blocking';
          this.asyncLoading = mode === 'async';
        },
      }),
    );
    this.persistence = new Persistence(createPersistenceHost(this, host, snapshots));
    this.cluster = clusterEnabled ? createBrain(this, host) : null;
    this.configFile = host.configFile;
    this.config.mirror('replicaof', () => {
      const master = this.replication.masterAddress();
      return master === null ? '' : `${master.host} ${master.port}`;
    });
    this.scripting = host.scripting === null ? null : new Scripts(this, host.scripting);
    this.functions =
      host.scripting === null || this.scripting === null
        ? null
        : new Functions(this, host.scripting, this.scripting.runner);
    this.#cron = new ServerCron(this, host);
    followConfig(this);
  }

  /**
   * Fills the dataset with what the disk holds. To be called before start().
   * @param atLeastMs virtual time that it takes at least; so long the node answers LOADING.
   * @throws StartError when the node cannot start with that.
   */
  load(atLeastMs = 0): void {
    this.#start.load(atLeastMs);
  }

  /** Starts the node's cron. The first run comes within one period, at a random moment of it as between separate processes. */
  start(): void {
    this.#host.emit({ kind: 'started' });
    this.#start.begin();
  }

  /** The process ends: nothing more comes in or goes out. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cron.stop();
    for (const session of [...this.sessions.values()]) session.close('shutdown');
    this.migrationLinks.closeAll();
    this.scripting?.close();
    this.functions?.close();
    this.#host.emit({ kind: 'stopped' });
  }

  /** By its role in the cluster, if it is in one: replication follows a little later. */
  get isReplica(): boolean {
    if (this.cluster !== null) return this.cluster.state.myself.isReplica;
    return this.replication.isReplica || (!this.#start.isOver && this.config.values.replicaof !== null);
  }

  adoptReplicationPoint(point: ReplicationPoint): void {
    this.#start.adoptReplicationPoint(point);
  }

  get storage(): NodeStorage {
    return this.#host.storage;
  }

  get processId(): number {
    return this.#host.processId;
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  get random(): Random {
    return this.#host.random;
  }

  /** A script was left in the middle. */
  get isInScript(): boolean {
    return this.scripting?.runner.isLeft === true;
  }

  continueScript(step: () => void, busy: boolean): void {
    this.halted = !busy;
    this.#host.continueScript(step, busy);
  }

  endScript(): void {
    this.#host.endScript();
  }

  get context(): NodeContext {
    return this;
  }

  get masterClient(): Session | null {
    return this.replication.linkState === 'connected' ? this.#masterSession : null;
  }

  get nextSessionId(): number {
    return this.#nextSessionId;
  }

  /** Handles one input: what it queued leaves after the cluster's state is saved. Errors in our own code do not end the node. */
  handle(input: () => void): void {
    if (this.#stopped || this.#ending) return;
    this.halted = false;
    const before = this.stats.totalCommandsProcessed;
    this.#attempt(input);
    this.stats.cycles++;
    const ran = this.stats.totalCommandsProcessed - before;
    if (ran > this.stats.mostCommandsInCycle) this.stats.mostCommandsInCycle = ran;
    this.#afterInput();
  }

  /** A client connected. Give its bytes to receive() of the session, within handle(). */
  acceptClient(connection: ClientConnection): ClientSession {
    const busLinks = this.cluster === null ? 0 : 2 * (this.cluster.state.nodes.size - 1);
    if (this.sessions.size + busLinks >= this.config.values.maxclients) {
      this.stats.rejectedConnections++;
      const session = new ClientSession(this, 0, 'normal', connection);
      connection.write(`-${maxClientsReached(this.cluster !== null).text}\r\n`);
      session.close('max number of clients reached');
      return session;
    }
    const session = new ClientSession(this, this.#nextSessionId++, 'normal', connection);
    session.user = this.acl.defaultUser;
    session.authenticated = !this.acl.authRequired;
    session.setRequestLimits(requestLimitsOf(this));
    this.stats.totalConnectionsReceived++;
    this.sessions.set(session.id, session);
    this.limits.account(session);
    return session;
  }

  // Session owner

  nowMs(): number {
    return this.#host.clock.nowMs();
  }

  schedule(dueAtMs: number, run: () => void): Timer {
    return this.#host.clock.schedule(dueAtMs, run);
  }

  dispatch(session: ClientSession, argv: readonly ByteString[]): void {
    try {
      const fate = session.isGated ? this.#fateOf(session, argv) : null;
      if (fate === null) this.#dispatcher.dispatch(session, argv);
      else carryOut(this.#fates, session, argv, fate);
    } catch (error) {
      this.#onDispatchError(session, argv, error);
    }
    if (this.blockedOnKeys.hasReadyKeys && !this.isInScript) this.blockedOnKeys.serve();
  }

  /** While a script runs its master's commands wait. */
  #dispatchFromMaster(session: ClientSession, argv: readonly ByteString[]): void {
    if (this.scripting === null) this.dispatch(session, argv);
    else this.scripting.runner.whenFree(() => this.dispatch(session, argv));
  }

  onUnblocked(session: ClientSession, reply: Reply, by?: 'client-unblock'): void {
    this.executor.countUnblocked(session, reply, by);
  }

  onInputReady(session: ClientSession): void {
    this.waiting.onUnblocked(session);
  }

  onOutput(session: ClientSession): void {
    this.#toFlush.push(session);
  }

  onOutputGrew(session: ClientSession): void {
    this.limits.checkOutput(session, true);
  }

  onReplicaReply(session: ClientSession): void {
    this.limits.dropAnsweredReplica(session);
  }

  onBuffersChanged(session: ClientSession): void {
    if (this.sessions.has(session.id)) this.limits.account(session);
  }

  refusesReply(session: Session, bytes: number): boolean {
    const own = this.sessions.get(session.id);
    return own === undefined ? false : this.limits.refusesReply(own, bytes);
  }

  onQueryBufferLimit(session: ClientSession): void {
    this.limits.closeForQueryBuffer(session);
  }

  onClosed(session: ClientSession): void {
    if (session.isGated) this.#host.gate?.onClosed(session);
    this.sessions.delete(session.id);
    this.limits.forget(session);
    this.waiting.forget(session);
    this.keyspace.unwatchAll(session);
    this.replication.removeSession(session);
    this.pubSub.unsubscribeAll(session);
    this.tracking.disable(session);
    this.monitors.remove(session);
  }

  onEmptyLine(session: ClientSession): void {
    if (session.isReplica) this.replication.onReplicaNewline(session);
  }

  countInput(bytes: number): void {
    this.stats.reads++;
    this.stats.totalNetInputBytes += bytes;
  }

  countOutput(session: ClientSession, bytes: number): void {
    this.stats.writes++;
    this.stats.totalNetOutputBytes += bytes;
    if (session.isReplica) this.stats.replicationOutputBytes += bytes;
  }

  // Execution and dispatch host

  notify(eventClass: NotificationClass, event: string, key: ByteString, dbIndex: number): void {
    if (!this.keyspaceEvents.asksFor(eventClass)) return;
    this.executor.event = event;
    this.keyspaceEvents.publish(event, key, dbIndex);
    this.executor.event = null;
  }

  onErrorReply(session: Session, error: ErrorReply): void {
    if (error.isCounted) return;
    if (session.isGated === true) this.#host.gate?.onErrorReply(session, error);
    this.stats.totalErrorReplies++;
    this.stats.errors.set(error.code, (this.stats.errors.get(error.code) ?? 0) + 1);
    if (session.kind !== 'master-link' && !session.isReplica) return;
    this.stats.unexpectedErrorReplies++;
    const [sender, receiver] = session.kind === 'master-link' ? ['replica', 'master'] : ['master', 'replica'];
    this.log(
      'warning',
      `== CRITICAL == This ${sender} is sending an error to its ${receiver}: '-${error.text}' after processing the command '${session.lastCommand}'`,
    );
  }

  onWrite(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): void {
    this.#host.gate?.onWrite(session, command, argv);
  }

  onInternalError(error: unknown, command: string): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.log('warning', `Internal error while handling ${command}: ${message}`);
    this.#host.emit({ kind: 'internal-error', message: `${command}: ${message}` });
  }

  authRequired(session: ClientSession): boolean {
    return !session.authenticated && this.acl.authRequired;
  }

  redirect(session: ClientSession, result: Exclude<RoutingResult, { kind: 'local' }>): ErrorReply {
    return redirectError(this.config.values, result, { version: this.version, tls: session.tls });
  }

  postpone(session: ClientSession, argv: readonly ByteString[]): void {
    this.waiting.postpone(session, argv);
  }

  discardTransaction(session: ClientSession): void {
    session.transaction = null;
    session.watchedKeyChanged = false;
    this.keyspace.unwatchAll(session);
  }

  log(level: LogLevel, text: string): void {
    this.#host.log(level, text);
  }

  freeze(durationMs: number): void {
    this.executor.hold(durationMs);
    this.halted = true;
    this.#host.freeze(durationMs);
  }

  onShutdown(): void {
    this.#host.onShutdown?.();
  }

  exit(reason: string, code = 0): void {
    this.#end();
    this.#host.exit(reason, code);
  }

  restart(delayMs: number): void {
    this.#end();
    this.#host.restart(delayMs);
  }

  /** maxmemory was set: keys are evicted when the command that did it is over. */
  evictSoon(): void {
    this.#evictsSoon = this.memory.onLimitChanged();
  }

  /** A command that waited comes here a second time; the gate has seen it. */
  #fateOf(session: ClientSession, argv: readonly ByteString[]): CommandFate | null {
    const { gate } = this.#host;
    if (gate == null || session.admitted === argv) return null;
    session.admitted = argv;
    return gate.onCommand(session, argv);
  }

  /** A fault of our own, outside of a handler: the client would wait for ever. */
  #onDispatchError(session: ClientSession, argv: readonly ByteString[], error: unknown): void {
    this.onInternalError(error, argv[0] ?? 'a command');
    session.reply(
      new ErrorReply(`ERR internal error: ${error instanceof Error ? error.message : String(error)}`),
    );
    session.closeAfterReply = true;
    this.onOutput(session);
  }

  #end(): void {
    this.#ending = true;
    this.halted = true;
  }

  /** What leaves the node leaves after its state is saved (beforeSleep of server.c): first the replies, then, by the process around it, the messages of the bus. */
  #afterInput(): void {
    do {
      if (this.blockedOnKeys.hasReadyKeys && !this.isInScript)
        this.#attempt(() => this.blockedOnKeys.serve());
      if (this.#stopped || this.halted) return;
      this.cluster?.beforeSleep();
      if (this.cluster?.state.fatalError) {
        this.exit(this.cluster.state.fatalError, 1);
        return;
      }
      this.replication.beforeSleep();
      if (this.#evictsSoon) this.#attempt(() => this.#evict());
    } while (this.#runUnblocked());
    this.tracking.broadcast();
    this.persistence.beforeSleep();
    if (this.halted) return;
    while (this.#toFlush.length > 0) {
      const sessions = this.#toFlush;
      this.#toFlush = [];
      for (const session of sessions) session.flush();
    }
    for (const session of this.#doomed.splice(0)) session.close('limit');
    if (this.limits.isEvicting) this.limits.evict();
  }

  #evict(): void {
    this.#evictsSoon = false;
    this.memory.makeRoom();
  }

  /** @returns false when there were none. */
  #runUnblocked(): boolean {
    const sessions = this.waiting.takeUnblocked();
    for (const session of sessions) this.#attempt(() => session.processInput());
    return sessions.length > 0;
  }

  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.onInternalError(error, 'input');
    }
  }
}

function masterAddressOf(replication: Replication): string {
  const master = replication.masterAddress();
  return master === null ? '' : `${master.host}:${master.port}`;
}
