/** Gives replication what it needs of its node (replication/ports.ts). */
import type { RedisVersion } from '../commands/command.js';
import type { Config } from '../config/config.js';
import { keyDelayMs } from '../persistence/child.js';
import type { Persistence } from '../persistence/persistence.js';
import type { ReplicationHost } from '../replication/ports.js';
import type { ByteString } from '../resp/byte-string.js';
import type { ClientSession } from './client-session.js';
import type { PauseState } from './pause.js';
import type { NodeHost } from './ports.js';
import type { Snapshots } from './snapshots.js';
import type { ServerStats } from './stats.js';

export interface ReplicationHostParts {
  readonly host: NodeHost;
  readonly version: RedisVersion;
  readonly config: Config;
  readonly stats: ServerStats;
  readonly snapshots: Snapshots;
  persistence(): Persistence;
  readonly pause: PauseState;
  /** The session that the master's stream runs in. */
  masterSession(): ClientSession;
  /** The link to the master is up: from now on it is a client like others. */
  onMasterLinkUp(): void;
  isManualFailoverInProgress(): boolean;
  dispatch(session: ClientSession, argv: readonly ByteString[]): void;
  disconnectBlockedClients(): void;
  /** A snapshot is being loaded: nothing is served meanwhile, or the old data. */
  setLoading(mode: 'blocking' | 'async' | null): void;
}

export function createReplicationHost(parts: ReplicationHostParts): ReplicationHost {
  const { host, config, stats, snapshots, pause } = parts;
  return {
    version: parts.version,
    clock: host.clock,
    random: host.random,
    config: config.values,
    stats,
    connect: (ip, port, handlers) =>
      host.connectStream(ip, port, {
        onConnected: () => handlers.onConnected(),
        onData(chunk) {
          stats.reads++;
          parts.masterSession().lastInteractionMs = host.clock.nowMs();
          stats.totalNetInputBytes += chunk.length;
          stats.replicationInputBytes += chunk.length;
          handlers.onData(chunk);
        },
        onClose: (reason) => handlers.onClose(reason),
      }),
    createSnapshot: (request) => snapshots.create(request),
    saver: {
      get running() {
        return parts.persistence().runningSnapshot;
      },
      start: (rdb, target, watcher) => parts.persistence().saveForReplicas(rdb, target === 'disk', watcher),
      abandon: () => parts.persistence().abandonSnapshot(),
    },
    isDatasetEmpty: () => parts.persistence().isDatasetEmpty,
    beforeLoad: () => parts.persistence().beforeSync(),
    loading: {
      get keyDelayMs() {
        return keyDelayMs(config.values['key-load-delay']);
      },
      begin(isAsync, totalBytes) {
        parts.persistence().startLoad(totalBytes);
        parts.setLoading(isAsync ? 'async' : 'blocking');
      },
      end: () => parts.setLoading(null),
    },
    countKeys: (rdb) => snapshots.countKeys(rdb),
    loadSnapshot(rdb) {
      const loaded = snapshots.load(rdb);
      parts.persistence().onSnapshotLoaded(loaded, rdb.length);
      return loaded;
    },
    onInSync: (rdb) => parts.persistence().afterSync(rdb),
    onPromoted: () => void parts.persistence().followAppendOnly(),
    fsyncedOffset: () => (parts.version === '7.0' ? null : parts.persistence().aof.fsyncedOffset),
    resetMasterSession(dbIndex) {
      const session = parts.masterSession();
      session.transaction = null;
      if (dbIndex !== null) session.dbIndex = dbIndex;
    },
    applyFromMaster: (argv) => parts.dispatch(parts.masterSession(), argv),
    masterSessionDbIndex: () => parts.masterSession().dbIndex,
    localListeningPort: () =>
      config.values['tls-replication'] ? config.values['tls-port'] : config.values.port,
    isStreamPaused: () => pause.active !== null,
    isManualFailoverInProgress: () => parts.isManualFailoverInProgress(),
    pauseWritesForFailover: (untilMs) => pause.pause('failover', 'write', untilMs),
    endFailoverPause: () => pause.unpause('failover'),
    disconnectBlockedClients: () => parts.disconnectBlockedClients(),
    log: (level, text) => host.log(level, text),
    emit(event) {
      if (event.kind === 'in-sync') parts.onMasterLinkUp();
      host.emit(event);
    },
  };
}
