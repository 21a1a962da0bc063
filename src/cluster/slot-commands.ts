/** The effects of the CLUSTER commands about slots; the commands check before that they may happen (cluster.c, clusterCommand; specification, "Cluster live reconfiguration"). */
import { broadcastPong } from './broadcast.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { bumpConfigEpoch } from './epochs.js';
import { setMyMaster } from './roles.js';
import { addSlot, deleteSlot, deleteSlotsOf } from './slot-assignment.js';

const SAVE_AND_UPDATE = Todo.SAVE_CONFIG | Todo.UPDATE_STATE;

/** CLUSTER ADDSLOTS and ADDSLOTSRANGE. */
export function addSlotsToMyself(state: ClusterState, slots: Iterable<number>): void {
  let added = 0;
  for (const slot of slots) {
    state.slots.importingFrom.delete(slot);
    if (!addSlot(state, state.myself, slot)) throw new Error(`slot ${slot} was to be added but has an owner`);
    added++;
  }
  emitMoved(state, null, state.myself, added);
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

/** CLUSTER DELSLOTS and DELSLOTSRANGE: makes this node forget the owners, whoever they are. */
export function unassignSlots(state: ClusterState, slots: Iterable<number>): void {
  for (const slot of slots) {
    state.slots.importingFrom.delete(slot);
    if (!deleteSlot(state, slot)) throw new Error(`slot ${slot} was to be deleted but has no owner`);
  }
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

/** CLUSTER FLUSHSLOTS. */
export function flushMySlots(state: ClusterState): void {
  deleteSlotsOf(state, state.myself);
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

/** CLUSTER SETSLOT MIGRATING. */
export function setSlotMigrating(state: ClusterState, slot: number, target: ClusterNode): void {
  state.slots.migratingTo.set(slot, target);
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

/** CLUSTER SETSLOT IMPORTING. */
export function setSlotImporting(state: ClusterState, slot: number, source: ClusterNode): void {
  state.slots.importingFrom.set(slot, source);
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

/** CLUSTER SETSLOT STABLE. */
export function setSlotStable(state: ClusterState, slot: number): void {
  state.slots.importingFrom.delete(slot);
  state.slots.migratingTo.delete(slot);
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

/** CLUSTER SETSLOT NODE: ends a migration, or repairs the view of this node. */
export function setSlotNode(state: ClusterState, slot: number, node: ClusterNode): void {
  const { host, myself, slots } = state;
  if (host.keys.countKeysInSlot(slot) === 0) slots.migratingTo.delete(slot);
  const former = slots.ownerOf(slot);
  deleteSlot(state, slot);
  addSlot(state, node, slot);
  if (former !== node) emitMoved(state, former, node, 1);

  if (
    former === myself &&
    node !== myself &&
    myself.slots.count === 0 &&
    host.config['cluster-allow-replica-migration']
  ) {
    host.log(
      'notice',
      `Configuration change detected. Reconfiguring myself as a replica of ${node.id} (${node.nodename})`,
    );
    setMyMaster(state, node);
    state.doBeforeSleep(Todo.FSYNC_CONFIG);
  }
  if (node === myself && slots.importingFrom.has(slot)) {
    // The others believe the new owner only under a greater epoch, and a vote for each slot would be too slow.
    if (bumpConfigEpoch(state)) host.log('notice', `configEpoch updated after importing slot ${slot}`);
    slots.importingFrom.delete(slot);
    broadcastPong(state, 'all');
  }
  state.doBeforeSleep(SAVE_AND_UPDATE);
}

function emitMoved(state: ClusterState, from: ClusterNode | null, to: ClusterNode, slotCount: number): void {
  if (slotCount === 0) return;
  state.host.emit({
    kind: 'slots-moved',
    from: from === null ? null : from.id,
    to: to.id,
    slotCount,
    epoch: to.configEpoch,
  });
}
