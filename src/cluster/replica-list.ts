/** The list of replicas a master has (cluster.c, clusterNodeAddSlave, clusterNodeRemoveSlave, clusterCountNonFailingSlaves). */
import type { ClusterNode } from './cluster-node.js';
import { NodeFlag } from './node-flags.js';

/** Also makes the master one that replicas of other masters may migrate to. */
export function addReplica(master: ClusterNode, replica: ClusterNode): void {
  if (master.replicas.includes(replica)) return;
  master.replicas.push(replica);
  master.flags |= NodeFlag.MIGRATE_TO;
}

export function removeReplica(master: ClusterNode, replica: ClusterNode): void {
  const index = master.replicas.indexOf(replica);
  if (index === -1) return;
  master.replicas.splice(index, 1);
  if (master.replicas.length === 0) master.flags &= ~NodeFlag.MIGRATE_TO;
}

/** Replicas without FAIL; possibly failing ones count. */
export function countNonFailingReplicas(master: ClusterNode): number {
  let count = 0;
  for (const replica of master.replicas) {
    if (!replica.isFailing) count++;
  }
  return count;
}
