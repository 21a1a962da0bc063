/** Shard membership: a master and its replicas share a shard id (cluster.c, clusterAddNodeToShard and updateShardId). */
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';

/** Puts a node that has just become known at the end of its shard. */
export function joinShard(state: ClusterState, node: ClusterNode): void {
  state.shardJoins++;
  node.shardOrder = state.shardJoins;
}

/** Takes over the shard id that a node announced or got from its master. */
export function setShardId(state: ClusterState, node: ClusterNode, shardId: string): void {
  const { myself } = state;
  if (node.shardId !== shardId) {
    node.shardId = shardId;
    joinShard(state, node);
    state.doBeforeSleep(Todo.SAVE_CONFIG);
  }
  // The two differ only after an upgrade from a version without shard ids.
  if (node !== myself && myself.replicaOf === node && myself.shardId !== shardId) {
    myself.shardId = shardId;
    joinShard(state, myself);
    state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.FSYNC_CONFIG);
  }
}

/** The members of a shard in the order in which they joined it; handshakes belong to none. */
export function nodesInShard(state: ClusterState, shardId: string): ClusterNode[] {
  const members: ClusterNode[] = [];
  for (const node of state.nodes.list) {
    if (node.shardId === shardId && !node.inHandshake) members.push(node);
  }
  return members.sort(byShardOrder);
}

function byShardOrder(first: ClusterNode, second: ClusterNode): number {
  return first.shardOrder - second.shardOrder;
}
