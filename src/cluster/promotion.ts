/** A replica takes the place of its master (cluster.c, clusterFailoverReplaceYourMaster). */
import { broadcastPong } from './broadcast.js';
import type { ClusterState } from './cluster-state.js';
import { updateClusterState } from './health.js';
import { resetManualFailover } from './manual-failover.js';
import { setNodeAsMaster } from './roles.js';
import { saveConfigOrDie } from './saving.js';
import { addSlotRange, deleteSlotRange } from './slot-assignment.js';

/** The caller has seen to it that this node has a new config epoch. */
export function replaceMyMaster(state: ClusterState): void {
  const { host, myself } = state;
  const formerMaster = myself.replicaOf;
  if (myself.isMaster || formerMaster === null) return;

  setNodeAsMaster(state, myself);
  host.replication.stopReplicating();

  const slotCount = formerMaster.slots.count;
  for (const [first, last] of formerMaster.slots.ranges) {
    deleteSlotRange(state, formerMaster, first, last);
    addSlotRange(state, myself, first, last);
  }
  const epoch = myself.configEpoch;
  host.emit({ kind: 'promoted', epoch, slotCount, formerMaster: formerMaster.id });
  if (slotCount > 0) {
    host.emit({
      kind: 'slots-moved',
      from: formerMaster.id,
      to: myself.id,
      slotCount,
      epoch,
    });
  }

  updateClusterState(state);
  saveConfigOrDie(state, true);
  broadcastPong(state, 'all');
  resetManualFailover(state);
}
