/** Removes a node from the view of this one (cluster.c, clusterDelNode and freeClusterNode). */
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { deleteFailureReport } from './failure-reports.js';
import { freeLink } from './links.js';
import { removeReplica } from './replica-list.js';
import { deleteSlotsOf } from './slot-assignment.js';

/** @param reason for the timeline. */
export function deleteNode(state: ClusterState, node: ClusterNode, reason: string): void {
  const { migratingTo, importingFrom } = state.slots;
  for (const [slot, target] of migratingTo) {
    if (target === node) migratingTo.delete(slot);
  }
  for (const [slot, source] of importingFrom) {
    if (source === node) importingFrom.delete(slot);
  }
  deleteSlotsOf(state, node);
  for (const other of state.nodes.list) {
    if (other !== node) deleteFailureReport(state, other, node);
  }
  // Its replicas stay replicas, of a master that nobody knows any more.
  for (const replica of node.replicas) replica.replicaOf = null;
  if (node.isReplica && node.replicaOf !== null) removeReplica(node.replicaOf, node);
  state.nodes.delete(node);
  if (node.link !== null) freeLink(node.link);
  if (node.inboundLink !== null) freeLink(node.inboundLink);
  state.host.emit({ kind: 'node-removed', node: node.id, reason });
}
