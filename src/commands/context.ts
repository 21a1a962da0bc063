/** What a command handler is given: the session it runs for, the data it works on, and the node around it. */
import type { ClusterBrain } from '../cluster/brain.js';
import type { Config } from '../config/config.js';
import type { Database } from '../keyspace/database.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import type { Persistence } from '../persistence/persistence.js';
import type { Replication } from '../replication/replication.js';
import type { ByteString } from '../resp/byte-string.js';
import type { ErrorReply, NoReply, Reply } from '../resp/reply.js';
import type { LatencyHistogram } from '../structures/latency-histogram.js';
import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import type { AccessControl } from './acl/access-control.js';
import type { DeniedReason } from './acl/permission.js';
import type { RedisVersion } from './command.js';
import type { FunctionsPort } from './functions-port.js';
import type { MigrationLinks } from './generic/migration-link.js';
import type { MonitorPort, PubSubPort, TrackingPort } from './push-ports.js';
import type { ScriptingPort } from './scripting-port.js';
import type { SlowLog } from './server/slow-log.js';
import type { QueuedCommand, Session } from './session.js';
import type { CommandTable, ResolvedCommand } from './table.js';

/** Classes of keyspace notifications, by their letters in notify-keyspace-events. */
export type NotificationClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 'n' | 't' | 'd' | 'm';

export interface CommandContext {
  readonly node: NodeContext;
  readonly session: Session;
  /** The selected database. */
  readonly db: Database;
  /** The command that runs (of a container: the subcommand). */
  readonly command: ResolvedCommand;
  /** Time of this command: constant while it runs, and the same for every command of a transaction. */
  readonly nowMs: number;
  /** The same in microseconds. */
  readonly nowUs: number;
  /** Publishes a keyspace event when notify-keyspace-events asks for its class. */
  notify(eventClass: NotificationClass, event: string, key: ByteString): void;
  /** Replicates this instead of the command as it was given (EXPIRE as PEXPIREAT, SPOP as SREM...). */
  propagateAs(argv: readonly ByteString[]): void;
  /** Replicates this command too, after what the command itself replicates. */
  alsoPropagate(argv: readonly ByteString[]): void;
  /** Does not replicate the command itself, whatever it changed. */
  preventPropagation(): void;
  /** Propagates the command although it changed no key. @param to `replicas`: it does not go to the AOF. */
  forcePropagation(to?: 'replicas'): void;
  /** False inside of MULTI and scripts and on the link to the master: a blocking command answers there as if its time were over. */
  readonly mayBlock: boolean;
  /** Holds the session until one of the keys is ready; then the command runs again. Return what this returns. */
  blockOnKeys(request: KeyWait): NoReply;
  /** A reply of at least so many bytes is more than the client may let wait: it is closed, and the reply need not be made. */
  overflowsOutput(bytes: number): boolean;
  /** Runs a queued command of EXEC (or of a script) with every check that EXEC has not made already. */
  call(queued: QueuedCommand): Reply;
  /** Counts an error that is one reply among those of EXEC or a script. @returns it. */
  countError(error: ErrorReply): ErrorReply;
}

/** Types of values that a client can wait for. */
export type AwaitedType = 'list' | 'zset' | 'stream';

/** What a command that found nothing waits for (blockForKeys of blocked.c). */
export interface KeyWait {
  /** A key of another type does not end the wait. */
  readonly type: AwaitedType;
  readonly keys: readonly ByteString[];
  /** Unix ms; 0 = for ever. */
  readonly timeoutAtMs: number;
  /** What runs when a key is ready: the command as it came, or with what it referred to then (XREAD with the IDs that `$` stood for). */
  readonly argv: readonly ByteString[];
  /** The command for one of its keys alone: before 7.2 a client is served from the key that was ready first, whatever the others hold. */
  narrowedTo(key: ByteString): readonly ByteString[];
  /** A key that is deleted, or becomes another type, ends the wait too (XREADGROUP); before 7.2 with this reply, since then the command runs again. */
  readonly withoutKey?: Reply;
}

/** Sessions that wait for keys; see node/blocked-on-keys.ts. */
export interface KeyWaiters {
  /** A key got something to read without being new (XADD to a stream). New keys are noticed by the keyspace itself. */
  signalReady(dbIndex: number, key: ByteString): void;
  /** For INFO: keys that sessions wait for, and those whose deletion they wait for too. */
  readonly awaitedKeys: number;
  readonly awaitedDeletions: number;
}

/** The counters behind INFO; plain numbers that their owners raise. */
export interface NodeStats {
  readonly startedAtMs: number;
  totalConnectionsReceived: number;
  rejectedConnections: number;
  totalCommandsProcessed: number;
  totalErrorReplies: number;
  totalNetInputBytes: number;
  totalNetOutputBytes: number;
  /** Of these, what came from the master and went to replicas. */
  replicationInputBytes: number;
  replicationOutputBytes: number;
  /** Chunks that clients sent, and writes to them. */
  reads: number;
  writes: number;
  /** Inputs handled, how long they held up the node, and the most commands in one. */
  cycles: number;
  heldUs: number;
  mostCommandsInCycle: number;
  /** Values that were freed in the background, and dumps that were looked through. */
  lazyFreed: number;
  sanitizedDumps: number;
  unexpectedErrorReplies: number;
  evictedClients: number;
  replyBufferShrinks: number;
  replyBufferExpands: number;
  syncFull: number;
  syncPartialOk: number;
  syncPartialError: number;
  /** Failed logins, and what users might not do. */
  readonly aclDenied: Record<DeniedReason | 'auth', number>;
  /** By full command name, e.g. `cluster|meet`. */
  readonly commands: Map<string, CommandStats>;
  /** By error code, e.g. MOVED. */
  readonly errors: Map<string, number>;
}

export interface CommandStats {
  calls: number;
  /** Refused before it ran (arity, auth, redirect...). */
  rejected: number;
  /** Ran and answered an error. */
  failed: number;
  microseconds: number;
  /** Null while latency-tracking is off. */
  histogram: LatencyHistogram | null;
}

/** What happens per second of late. */
export interface Rates {
  readonly commandsPerSecond: number;
  readonly inputBytesPerSecond: number;
  readonly outputBytesPerSecond: number;
  readonly replicationInputBytesPerSecond: number;
  readonly replicationOutputBytesPerSecond: number;
  readonly cyclesPerSecond: number;
  readonly cycleDurationUs: number;
}

/** What LATENCY knows of one second. */
export interface LatencySample {
  readonly atS: number;
  latencyMs: number;
}

export interface LatencyEvents {
  readonly names: readonly string[];
  /** Oldest first. */
  samplesOf(name: string): readonly LatencySample[];
  maxMsOf(name: string): number;
  /** @returns false when there was no such event. */
  reset(name: string): boolean;
}

export interface NodeContext {
  readonly version: RedisVersion;
  /** Full release text, e.g. 7.2.4. */
  readonly releaseVersion: string;
  readonly runId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: Config;
  readonly commands: CommandTable;
  /** Users and their rights. */
  readonly acl: AccessControl;
  readonly keyspace: Keyspace;
  /** Null when cluster-enabled is no. */
  readonly cluster: ClusterBrain | null;
  readonly replication: Replication;
  readonly stats: NodeStats;
  /** Every connected session, by id, in order of arrival. */
  readonly sessions: ReadonlyMap<number, Session>;
  /** The link to our master as a client, while it is up; absent = there is none. */
  readonly masterClient?: Session | null;
  /** The id the next session gets. */
  readonly nextSessionId: number;
  readonly pubSub: PubSubPort;
  /** Client side caching: CLIENT TRACKING. */
  readonly tracking: TrackingPort;
  readonly monitors: MonitorPort;
  /** CLIENT PAUSE and the pause of a manual failover. */
  readonly pause: PauseControl;
  /** The dataset is being loaded. */
  readonly loading?: boolean;
  /** A snapshot is being loaded; the old dataset is served meanwhile. */
  readonly asyncLoading?: boolean;
  /** For CONFIG REWRITE; null or absent: the node was started without a file. */
  readonly configFile?: ConfigFile | null;
  /** Commands that took longer than slowlog-log-slower-than. */
  readonly slowLog?: SlowLog;
  readonly blockedOnKeys: KeyWaiters;
  /** Lua scripts. */
  readonly scripting?: ScriptingPort | null;
  /** Function libraries. */
  readonly functions?: FunctionsPort | null;
  readonly migrationLinks: MigrationLinks;
  readonly memory: MemoryPort;
  readonly rates: Rates;
  readonly latency: LatencyEvents;
  readonly debugSwitches?: DebugSwitches;
  /** Process id for INFO; absent = 1. */
  readonly processId?: number;
  log(level: 'debug' | 'verbose' | 'notice' | 'warning', text: string): void;
  /** DEBUG SLEEP: the whole node, bus included, handles nothing for that long. */
  freeze(durationMs: number): void;
  /** SHUTDOWN, DEBUG SEGFAULT and the like: the process would end here. */
  exit(reason: string, code?: number): void;
  /** DEBUG RESTART and CRASH-AND-RECOVER. */
  restart(delayMs: number): void;
  readonly persistence: Persistence;
  readonly shutdown: ShutdownPort;
}

/** What the node would take of memory, in bytes: INFO memory and maxmemory. */
export interface MemoryPort {
  /** used_memory; told at once, however much data there is. */
  readonly usedBytes: number;
  readonly peakBytes: number;
  /** Of a node without data. */
  readonly startupBytes: number;
  /** Backlog and buffers of replicas, and the part of these that does not count for maxmemory. */
  readonly replicationBytes: number;
  readonly uncountedBytes: number;
  readonly clientBytes: { readonly normal: number; readonly replica: number };
  /** The greatest buffers that clients had in the last seconds. */
  readonly recentClientBuffers: { readonly input: number; readonly output: number };
  /** For how long memory was short although eviction tried: this time, and altogether. */
  readonly exceededUs: { readonly current: number; readonly total: number };
  /** Memory was short when the command in hand (a script, a transaction) began: what it calls with the flag denyoom is refused. */
  readonly isOutOfMemory: boolean;
  /** Clients that maxmemory-clients may close, by powers of two of what they take; null: that is off. */
  readonly clientBuckets: readonly { readonly bytes: number; readonly clients: number }[] | null;
  /** CONFIG RESETSTAT */
  reset(): void;
}

/** What SHUTDOWN was asked to do. */
export interface ShutdownMode {
  readonly save: boolean;
  readonly nosave: boolean;
  readonly now: boolean;
  readonly force: boolean;
}

export interface ShutdownPort {
  /** The client waits for the end. */
  request(mode: ShutdownMode, session: Session): Reply;
  abort(): Reply;
  /** Before a restart: what has to be saved is saved. @returns false when it could not be. */
  saveNow(): boolean;
  /** Until the wait for replicas is given up; null: nothing waits. */
  readonly remainingMs: number | null;
}

/** The file a node was configured from. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** Null: there is none any more. */
  read(): ByteString | null;
  /** Replaces it. @throws Error with the system's words when it cannot. */
  write(text: ByteString): void;
}

/** What DEBUG turns on and off. */
export interface DebugSwitches {
  /** SET-ACTIVE-EXPIRE */
  activeExpire: boolean;
  /** PAUSE-CRON */
  cronPaused: boolean;
  /** REPLYBUFFER PEAK-RESET-TIME, negative = never; REPLYBUFFER RESIZING. */
  replyPeakResetMs: number;
  resizesReplyBuffers: boolean;
  /** SET-SKIP-CHECKSUM-VALIDATION: RESTORE takes payloads with a wrong checksum. */
  skipsChecksums: boolean;
  /** SET-DISABLE-DENY-SCRIPTS: scripts may call commands that are not for them. */
  allowsAllInScripts: boolean;
  /** DROP-CLUSTER-PACKET-FILTER: the type of bus messages that are not handled; -1 = none. */
  droppedPacketType: number;
}

export interface PauseControl {
  /** @param mode what is held back. */
  pause(purpose: 'client-command' | 'failover', mode: 'write' | 'all', untilMs: number): void;
  unpause(purpose: 'client-command' | 'failover'): void;
  /** Null when nothing is paused now. */
  readonly active: 'write' | 'all' | null;
}
