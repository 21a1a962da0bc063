/** What a node needs of the process it lives in. Everything impure comes through here: connections, storage, time, randomness, logs. */
import type { BusLink } from '../cluster/bus-link.js';
import type { ClusterEvent } from '../cluster/events.js';
import type { ConfigFile } from '../commands/context.js';
import type { BlockingConnection } from '../commands/generic/migration-link.js';
import type { LuaEngine } from '../lua/engine.js';
import type { ChildProcess } from '../persistence/ports.js';
import type { Storage } from '../persistence/storage.js';
import type { ReplicationEvent } from '../replication/events.js';
import type { ByteStream, ByteStreamHandlers } from '../replication/ports.js';
import type { ByteString } from '../resp/byte-string.js';
import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import type { ClientGate } from './client-gate.js';

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

/** What a node reports for the timeline. */
export type NodeEvent =
  | ClusterEvent
  | ReplicationEvent
  | { readonly kind: 'started' | 'stopped' }
  | { readonly kind: 'internal-error'; readonly message: string };

/** In memory by default; a directory when a process asks for one. */
export type NodeStorage = Storage;

/** The Lua interpreter, and real time: a script keeps the node busy however virtual the time of the cluster is. */
export interface ScriptingHost {
  /** The interpreter of this process; another one when the last one broke. */
  engine(): LuaEngine;
  /** Milliseconds of a clock that runs while a script does. */
  realNowMs(): number;
  /** Calls back soon, once others have had their turn. Null: nobody has a turn before a script ends. */
  readonly later: ((run: () => void) => void) | null;
}

export interface NodeHost {
  /** Null: this node runs no scripts. */
  readonly scripting: ScriptingHost | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: NodeStorage;
  /** Null or absent: clients are served without further ado. */
  readonly gate?: ClientGate | null;
  /** What CONFIG REWRITE writes; null: the node was started without a file. */
  readonly configFile: ConfigFile | null;
  /** Opens a bus link; the callbacks of links go to the node's bus methods. Null = failed on the spot. */
  connectBus(ip: string, busPort: number): BusLink | null;
  /** Opens a byte stream to a master's client port. */
  connectStream(host: string, port: number, handlers: ByteStreamHandlers): ByteStream | null;
  /**
   * Opens a connection on which the node waits for each step (MIGRATE).
   * @param spend called with how long the node was held up, where that is virtual time.
   */
  connectBlocking(
    host: string,
    port: number,
    timeoutMs: number,
    spend: (durationMs: number) => void,
  ): BlockingConnection | 'refused' | 'timeout';
  log(level: LogLevel, text: string): void;
  emit(event: NodeEvent): void;
  /** The node handles nothing for that long (DEBUG SLEEP). */
  freeze(durationMs: number): void;
  /** Of the operating system; the nodes of a test have numbers of their own. */
  readonly processId: number;
  /** Starts a process that stands for a child which saves; null: it cannot. */
  spawnChild?(onKilled: (signal: number) => void): ChildProcess | null;
  /** SHUTDOWN is about to end the process, and nothing stands in its way. */
  onShutdown?(): void;
  /**
   * A script is left in the middle: `step` goes on with it soon. Until endScript() the node handles nothing, or, when it
   * is `busy`, what comes from sockets but no timer.
   */
  continueScript(step: () => void, busy: boolean): void;
  endScript(): void;
  /** The process ends (SHUTDOWN, a fatal error). @param reason for the log; '' = it is there already. */
  exit(reason: string, code?: number): void;
  /** The process is started again after the delay (DEBUG RESTART). */
  restart(delayMs: number): void;
}

/** The connection of a client: a socket or an in-memory pipe. */
export interface ClientConnection {
  /** `ip:port` of the client. */
  readonly remoteAddress: string;
  /** `ip:port` the client connected to. */
  readonly localAddress: string;
  /** The client came over TLS. */
  readonly tls?: boolean;
  /** Bytes that were written and have not left yet: the other end does not take them. Absent = none ever. */
  readonly pendingBytes?: number;
  /** Not a client from outside, but a replica of the same cluster or the test kit itself: no gate stops it. */
  readonly isOurs?: boolean;
  /** Writes bytes; called at most once for each input the node handles, and for each reply with a mark. */
  write(bytes: ByteString | Uint8Array, mark?: object): void;
  /** Closes after what was written is out. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** Closes with a reset, after what was written before. Absent: as destroy(). */
  reset?(): void;
}
