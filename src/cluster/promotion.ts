/** A replica takes the place of its master (cluster.c, clusterFailoverReplaceYourMaster). */
import { broadcastPong } from './broadcast.js';
import type { ClusterState } from './cluster-state.js';
import { updateClusterState } from './health.js';
import { resetManualFailover } from './manual-failover.js';
import { setNodeAsMaster } from './roles.js';
import { saveConfigOrDie } from './saving.js';
import { addSlot, deleteSlot, slotsOf } from './slot-assignment.js';

/** The caller has seen to it that this node has a new config epoch. */
export function replaceMyMaster(state: ClusterState): void {
  const { host, myself } = state;
  const formerMaster = myself.replicaOf;
  if (myself.isMaster || formerMaster === null) return;

  setNodeAsMaster(state, myself);
  host.replication.stopReplicating();

  const slots = slotsOf(formerMaster);
  for (const slot of slots) {
    deleteSlot(state, slot);
    addSlot(state, myself, slot);
  }
  const epoch = myself.configEpoch;
  host.emit({ kind: 'promoted', epoch, slotCount: slots.length, formerMaster: formerMaster.id });
  if (slots.length > 0) {
    host.emit({
      kind: 'slots-moved',
      from: formerMaster.id,
      to: myself.id,
      slotCount: slots.length,
      epoch,
    });
  }

  updateClusterState(state);
  saveConfigOrDie(state, true);
  broadcastPong(state, 'all');
  resetManualFailover(state);
}
