/** A master claims slots: who gets them, and what that makes of this node (cluster.c, clusterUpdateSlotsConfigWith; specification, "Hash slots configuration propagation and update rules"). */
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { setMyMaster } from './roles.js';
import { addSlotRange, deleteSlotRange } from './slot-assignment.js';
import { type SlotSet, slotsIn } from './slot-bitmap.js';

const SAVE_AND_UPDATE = Todo.SAVE_CONFIG | Todo.UPDATE_STATE | Todo.FSYNC_CONFIG;

interface Rebinding {
  /** Slots that changed hands, by former owner. */
  readonly moved: Map<ClusterNode | null, number>;
  /** Slots this node lost while it still has keys in them. */
  readonly dirty: number[];
}

/**
 * @param owner the master the claim is about: the sender of a heartbeat, or the subject of an UPDATE.
 * @param epoch the configEpoch under which it claims.
 */
export function updateSlotOwnership(
  state: ClusterState,
  owner: ClusterNode,
  epoch: number,
  claimed: SlotSet,
): void {
  const { host, myself } = state;
  if (owner === myself) {
    host.log('notice', 'Discarding UPDATE message about myself.');
    return;
  }
  const myMaster = state.myMaster;
  const { moved, dirty } = rebindSlots(state, owner, epoch, claimed);
  owner.slots.shareWith(claimed);
  for (const [from, slotCount] of moved) {
    host.emit({ kind: 'slots-moved', from: from?.id ?? null, to: owner.id, slotCount, epoch });
  }

  const lost = myMaster === null ? 0 : (moved.get(myMaster) ?? 0);
  const grandmaster = myself.replicaOf?.replicaOf ?? null;
  if (lost > 0 && myMaster?.slots.count === 0 && mayFollow(state, claimed, lost)) {
    host.log(
      'notice',
      `Configuration change detected. Reconfiguring myself as a replica of ${owner.id} (${owner.nodename})`,
    );
    setMyMaster(state, owner);
    state.doBeforeSleep(SAVE_AND_UPDATE);
  } else if (grandmaster !== null && grandmaster !== myself) {
    // My master lost its last slot to nobody in particular and follows another one: nothing else would tell me.
    host.log(
      'notice',
      `I'm a sub-replica! Reconfiguring myself as a replica of grandmaster ${grandmaster.id} (${grandmaster.nodename})`,
    );
    setMyMaster(state, grandmaster);
    state.doBeforeSleep(SAVE_AND_UPDATE);
  } else {
    // Still a master: what it no longer owns it must not keep. A node that turned replica gets a new dataset anyway.
    for (const slot of dirty) host.keys.deleteKeysInSlot(slot);
  }
}

/** Without replica migration a node follows only the successor of its whole shard. */
function mayFollow(state: ClusterState, claimed: SlotSet, lost: number): boolean {
  return state.host.config['cluster-allow-replica-migration'] || claimed.count === lost;
}

function rebindSlots(state: ClusterState, owner: ClusterNode, epoch: number, claimed: SlotSet): Rebinding {
  const { slots } = state;
  const rebinding: Rebinding = { moved: new Map(), dirty: [] };
  // Immutable: it stays as it is while slots are added below.
  const owned = owner.slots.snapshot();
  updateDoubts(state, owned, claimed);
  for (const [first, last] of claimed.rangesWithout(owned)) {
    let slot = first;
    while (slot <= last) {
      const isPlain = slots.importingFrom.size === 0 && slots.ownerNotClaiming.count === 0;
      const end = isPlain ? slots.endOfRun(slot, last) : slot;
      claimSlots(state, owner, epoch, slot, end, rebinding);
      slot = end + 1;
    }
  }
  return rebinding;
}

/** A slot that its owner dropped and nobody took stays where it is: a redirect too many does less harm than an unassigned slot. */
function updateDoubts(state: ClusterState, owned: SlotSet, claimed: SlotSet): void {
  const { ownerNotClaiming } = state.slots;
  if (ownerNotClaiming.count > 0) {
    for (const slot of slotsIn(ownerNotClaiming.ranges)) {
      if (owned.has(slot) && claimed.has(slot)) ownerNotClaiming.remove(slot);
    }
  }
  for (const slot of slotsIn(owned.rangesWithout(claimed))) ownerNotClaiming.add(slot);
}

/** The slots, one or many, have the same owner or none, and the same standing. */
function claimSlots(
  state: ClusterState,
  claimer: ClusterNode,
  epoch: number,
  first: number,
  last: number,
  { moved, dirty }: Rebinding,
): void {
  const { host, slots, myself } = state;
  // Whoever imports a slot decides by hand when the move is over.
  if (slots.importingFrom.has(first)) return;
  const former = slots.ownerOf(first);
  if (former !== null) {
    if (former.configEpoch >= epoch && !slots.ownerNotClaiming.has(first)) return;
    if (former === myself) {
      for (let slot = first; slot <= last; slot++) {
        if (host.keys.countKeysInSlot(slot) > 0) dirty.push(slot);
      }
    }
    deleteSlotRange(state, former, first, last);
  }
  moved.set(former, (moved.get(former) ?? 0) + last - first + 1);
  addSlotRange(state, claimer, first, last);
  state.doBeforeSleep(SAVE_AND_UPDATE);
}
