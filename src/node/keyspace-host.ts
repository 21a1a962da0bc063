/** Gives the keyspace of a node what it needs of it. */
import type { DeletionReason, KeyspaceHost } from '../keyspace/host.js';
import type { Node } from './node.js';
import type { NodeHost } from './ports.js';

const LAZY_DELETION_DIRECTIVES = {
  expire: 'lazyfree-lazy-expire',
  eviction: 'lazyfree-lazy-eviction',
  slot: 'lazyfree-lazy-server-del',
} as const satisfies Record<DeletionReason, string>;

/** @param runsForMaster whether the command in hand came over the link to the master. */
export function createKeyspaceHost(node: Node, host: NodeHost, runsForMaster: () => boolean): KeyspaceHost {
  return {
    random: host.random,
    nowMs: () => (node.isInScript ? node.executor.nowMs : host.clock.nowMs()),
    isReplica: () => node.replication.isReplica || node.replaying,
    isWritableReplica: () => !node.config.values['replica-read-only'],
    isMasterLink: () => runsForMaster() || node.replaying,
    expiryPaused: () => node.pause.active !== null,
    // What the node deletes by itself is deleted on its replicas by its word.
    propagateDeletion: (dbIndex, key, reason) => {
      const lazily = node.config.values[LAZY_DELETION_DIRECTIVES[reason]];
      node.propagation.add(dbIndex, [lazily ? 'UNLINK' : 'DEL', key]);
    },
    onExpired: (pieces) => {
      if (!node.config.values['lazyfree-lazy-expire']) node.latency.onExpired(pieces);
    },
    notify: (eventClass, event, key, dbIndex) => node.notify(eventClass, event, key, dbIndex),
    onKeyModified: (_dbIndex, key, byNode) => node.tracking.onKeyModified(key, byNode),
    onFlush: () => node.tracking.onFlush(),
    hasKeyWaiters: () => !node.blockedOnKeys.isEmpty,
    onKeyAdded: (dbIndex, key) => {
      if (!node.blockedOnKeys.isEmpty) node.blockedOnKeys.signalReady(dbIndex, key);
    },
    onKeyRemoved: (dbIndex, key) => {
      if (node.blockedOnKeys.awaitsDeletions) node.blockedOnKeys.signalRemoved(dbIndex, key);
    },
  };
}
