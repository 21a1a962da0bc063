/** Gives slots to nodes and takes them away, with what hangs on it (cluster.c, "Slots management"). */
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { SLOT_COUNT } from './constants.js';
import { NodeFlag } from './node-flags.js';

/** @returns false when the slot has an owner. */
export function addSlot(state: ClusterState, node: ClusterNode, slot: number): boolean {
  if (!state.slots.assign(slot, node)) return false;
  // A new master may get replicas of other masters, but only in a cluster that has replicas at all.
  if (node.slots.count === 1 && anyMasterHasReplicas(state)) node.flags |= NodeFlag.MIGRATE_TO;
  return true;
}

/** Gives slots that have no owner to a node. */
export function addSlotRange(state: ClusterState, node: ClusterNode, first: number, last: number): void {
  const isNewMaster = node.slots.count === 0;
  state.slots.assignRange(first, last, node);
  if (isNewMaster && anyMasterHasReplicas(state)) node.flags |= NodeFlag.MIGRATE_TO;
}

/** Takes slots from the node that owns all of them. */
export function deleteSlotRange(state: ClusterState, owner: ClusterNode, first: number, last: number): void {
  const { clients } = state.host;
  for (let slot = first; slot <= last; slot++) clients.dropShardChannels(slot);
  state.slots.unassignRange(first, last, owner);
}

/** @returns false when the slot has no owner. */
export function deleteSlot(state: ClusterState, slot: number): boolean {
  if (state.slots.ownerOf(slot) === null) return false;
  // Whoever owned it: subscribers of the slot's channels have to subscribe again, at the new owner.
  state.host.clients.dropShardChannels(slot);
  state.slots.unassign(slot);
  return true;
}

/** @returns how many slots the node had. */
export function deleteSlotsOf(state: ClusterState, node: ClusterNode): number {
  const { count, ranges } = node.slots;
  for (const [first, last] of ranges) deleteSlotRange(state, node, first, last);
  return count;
}

export function isSlot(slot: number): boolean {
  return Number.isInteger(slot) && slot >= 0 && slot < SLOT_COUNT;
}

function anyMasterHasReplicas(state: ClusterState): boolean {
  for (const node of state.nodes.list) {
    if (!node.isReplica && node.replicas.length > 0) return true;
  }
  return false;
}
