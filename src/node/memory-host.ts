/** Gives the memory of a node what it needs of it. */
import type { MemoryHost } from './memory.js';
import type { Node } from './node.js';
import type { NodeHost } from './ports.js';

export function memoryHostOf(node: Node, host: NodeHost): MemoryHost {
  return {
    config: node.config,
    keyspace: node.keyspace,
    limits: node.limits,
    pause: node.pause,
    get loading() {
      return node.loading || node.asyncLoading;
    },
    get isReplica() {
      return node.replication.isReplica;
    },
    backlogBytes: () => node.replication.backlogBytes,
    slowestReplicaBytes: () => {
      let most = 0;
      for (const { session } of node.replication.replicas) {
        most = Math.max(most, node.sessions.get(session.id)?.pendingBytes ?? 0);
      }
      return most;
    },
    nowUs: () => host.clock.nowUs(),
    log: (level, text) => host.log(level, text),
  };
}
