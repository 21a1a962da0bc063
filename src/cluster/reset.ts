/** CLUSTER RESET (cluster.c, clusterReset). */
import { type ClusterState, Todo } from './cluster-state.js';
import { NODE_ID_LENGTH, SLOT_COUNT } from './constants.js';
import { resetManualFailover } from './manual-failover.js';
import { deleteNode } from './node-removal.js';
import { setNodeAsMaster } from './roles.js';
import { joinShard } from './shards.js';
import { deleteSlot } from './slot-assignment.js';

/** @param hard also gives up the identity of the node: id, shard and epochs. */
export function resetCluster(state: ClusterState, hard: boolean): void {
  const { host, myself } = state;
  if (myself.isReplica) {
    setNodeAsMaster(state, myself);
    host.replication.stopReplicating();
    host.keys.emptyDataset();
  }
  state.slots.closeAllOpenSlots();
  resetManualFailover(state);
  for (let slot = 0; slot < SLOT_COUNT; slot++) deleteSlot(state, slot);
  for (const node of state.nodes.list) {
    if (node !== myself) deleteNode(state, node, 'cluster reset');
  }
  state.nodes.clearBlacklist();
  if (hard) {
    state.currentEpoch = 0;
    state.lastVoteEpoch = 0;
    myself.configEpoch = 0;
    host.log('notice', 'configEpoch set to 0 via CLUSTER RESET HARD');
    state.nodes.rename(myself, host.random.hex(NODE_ID_LENGTH));
    myself.shardId = host.random.hex(NODE_ID_LENGTH);
    host.log('notice', `Node hard reset, now I'm ${myself.id}`);
  }
  joinShard(state, myself);
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE | Todo.FSYNC_CONFIG);
  host.emit({ kind: 'reset', hard });
}
