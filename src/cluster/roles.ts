/** Turning nodes into masters and this node into a replica (cluster.c, clusterSetNodeAsMaster and clusterSetMaster). */
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { resetManualFailover } from './manual-failover.js';
import { NodeFlag } from './node-flags.js';
import { addReplica, removeReplica } from './replica-list.js';
import { setShardId } from './shards.js';

/** A node that was a replica acts as a master now. */
export function setNodeAsMaster(state: ClusterState, node: ClusterNode): void {
  if (node.isMaster) return;
  if (node.replicaOf !== null) {
    removeReplica(node.replicaOf, node);
    // It took over from a master that had replicas, so it shall get replicas again.
    if (node !== state.myself) node.flags |= NodeFlag.MIGRATE_TO;
  }
  node.flags = (node.flags & ~NodeFlag.REPLICA) | NodeFlag.MASTER;
  node.replicaOf = null;
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE);
  if (node !== state.myself) state.host.emit({ kind: 'role-seen', node: node.id, role: 'master', of: null });
}

/** Makes this node a replica of `master`, from a master without slots or from a replica of whomever. */
export function setMyMaster(state: ClusterState, master: ClusterNode): void {
  const { myself } = state;
  if (master === myself) throw new Error(`node ${myself.id} was told to replicate itself`);
  if (myself.slots.count !== 0) {
    throw new Error(
      `node ${myself.id} was told to become a replica while it owns ${myself.slots.count} slots`,
    );
  }
  if (myself.isMaster) {
    myself.flags &= ~(NodeFlag.MASTER | NodeFlag.MIGRATE_TO);
    myself.flags |= NodeFlag.REPLICA;
    state.slots.closeAllOpenSlots();
  } else if (myself.replicaOf !== null) {
    removeReplica(myself.replicaOf, myself);
  }
  myself.replicaOf = master;
  setShardId(state, myself, master.shardId);
  addReplica(master, myself);
  replicateFrom(state, master);
  resetManualFailover(state);
  state.host.emit({ kind: 'became-replica', of: master.id });
}

/** Points the replication of this node at the address that `master` has now. */
export function replicateFrom(state: ClusterState, master: ClusterNode): void {
  const { config, clients, replication } = state.host;
  // Redis sends blocked clients away each time it gets a master, even when it had another one before.
  clients.disconnectBlockedClients();
  replication.replicateFrom(master.ip, config['tls-replication'] ? master.tlsPort : master.port);
}
