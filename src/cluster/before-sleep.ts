/** Work put off to the end of an input, before anything that was queued leaves the node (cluster.c, clusterBeforeSleep). */
import { type ClusterState, Todo } from './cluster-state.js';
import { handleReplicaFailover } from './election.js';
import { updateClusterState } from './health.js';
import { handleManualFailover } from './manual-failover.js';
import { saveConfigOrDie } from './saving.js';

export function runBeforeSleep(state: ClusterState): void {
  const todo = state.todo;
  // Steps below may ask for another round.
  state.todo = 0;
  if ((todo & Todo.HANDLE_MANUAL_FAILOVER) !== 0) {
    if (state.myself.isReplica) {
      handleManualFailover(state);
      handleReplicaFailover(state);
    }
  } else if ((todo & Todo.HANDLE_FAILOVER) !== 0) {
    handleReplicaFailover(state);
  }
  if ((todo & Todo.UPDATE_STATE) !== 0) updateClusterState(state);
  if ((todo & Todo.SAVE_CONFIG) !== 0) saveConfigOrDie(state, (todo & Todo.FSYNC_CONFIG) !== 0);
}
