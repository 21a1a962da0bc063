/** After a start: keys in slots the configuration does not give to this node (cluster.c, verifyClusterConfigWithData). */
import type { ClusterState } from './cluster-state.js';
import { SLOT_COUNT } from './constants.js';
import { saveConfigOrDie } from './saving.js';
import { addSlot } from './slot-assignment.js';

/** Takes unassigned slots that have keys; slots of others become importing, so that redis-cli can see and fix it. */
export function verifyKeysAfterLoad(state: ClusterState): void {
  const { host, myself, slots } = state;
  // A replica gets its keys from its master, whatever they are.
  if (myself.isReplica || host.keys.totalKeys() === 0) return;
  let changed = false;
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    if (host.keys.countKeysInSlot(slot) === 0) continue;
    const owner = slots.ownerOf(slot);
    if (owner === myself || slots.importingFrom.has(slot)) continue;
    changed = true;
    if (owner === null) {
      host.log('notice', `I have keys for unassigned slot ${slot}. Taking responsibility for it.`);
      addSlot(state, myself, slot);
    } else {
      host.log(
        'notice',
        `I have keys for slot ${slot}, but the slot is assigned to another node. Setting it to importing state.`,
      );
      slots.importingFrom.set(slot, owner);
    }
  }
  if (changed) saveConfigOrDie(state, true);
}
