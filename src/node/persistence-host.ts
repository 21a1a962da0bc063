/** Gives persistence what it needs of its node (persistence/ports.ts). */
import type { LoadedRdb, PersistenceHost } from '../persistence/ports.js';
import type { ByteString } from '../resp/byte-string.js';
import { ClientSession } from './client-session.js';
import type { Node } from './node.js';
import type { NodeHost } from './ports.js';
import type { Snapshots } from './snapshots.js';

export function createPersistenceHost(node: Node, host: NodeHost, snapshots: Snapshots): PersistenceHost {
  let replaySession: ClientSession | null = null;
  return {
    version: node.version,
    clock: host.clock,
    config: node.config.values,
    storage: host.storage,
    keyspace: node.keyspace,
    processId: host.processId,
    get isReplica(): boolean {
      return node.isReplica;
    },
    get isInTransaction(): boolean {
      return node.executor.isInExec;
    },
    get streamOffset(): number {
      return node.replication.streamOffset;
    },
    writeRdb: (what) => snapshots.createFile(what),
    loadRdb: (file, options) => snapshots.loadFile(file, options),
    emptyDataset(): void {
      node.keyspace.flush(null);
      node.functions?.flush();
    },
    functions: () => node.functions?.codes ?? [],
    replay(argv: readonly ByteString[]): boolean {
      const command = node.commands.resolve(argv);
      if (command?.declaration.run === undefined || !command.acceptsArgumentCount(argv.length)) return false;
      replaySession ??= new ClientSession(node, 0, 'aof', null);
      node.replaying = true;
      node.executor.replay(replaySession, command, argv);
      node.replaying = false;
      return true;
    },
    adoptReplicationPoint(loaded: LoadedRdb): void {
      const { streamDbIndex, replicationId, replicationOffset, expired } = loaded;
      if (streamDbIndex === null || streamDbIndex < 0 || replicationId === null || replicationOffset === null)
        return;
      node.adoptReplicationPoint({ streamDbIndex, replicationId, replicationOffset });
      // Who goes on from there has them still.
      const deletion = node.config.values['lazyfree-lazy-expire'] ? 'UNLINK' : 'DEL';
      for (const { dbIndex, key } of expired) node.replication.propagate(dbIndex, [deletion, key]);
    },
    spawnChild: (onKilled) => host.spawnChild?.(onKilled) ?? null,
    exit: (code) => node.exit('', code),
    log: (level, text) => host.log(level, text),
  };
}
