/** Which node owns each hash slot, seen from one node, with the slots that are open for migration. Cluster specification, "Key distribution model" and "Cluster live reconfiguration". */
import type { ClusterNode } from './cluster-node.js';
import { SLOT_COUNT } from './constants.js';
import { SlotBitmap } from './slot-bitmap.js';

export class SlotTable {
  /** Index into #owners for each slot; 0 = unassigned. Indexes keep an idle node small. */
  readonly #ownerIndex = new Uint16Array(SLOT_COUNT);
  readonly #owners: (ClusterNode | null)[] = [null];
  readonly #indexes = new Map<ClusterNode, number>();
  readonly #freeIndexes: number[] = [];
  /** Slots whose owner stopped claiming them in its own headers, without anybody else having taken them. */
  readonly ownerNotClaiming = new SlotBitmap();
  /** Slots this node is handing over, and to whom. */
  readonly migratingTo = new Map<number, ClusterNode>();
  /** Slots this node is taking over, and from whom. */
  readonly importingFrom = new Map<number, ClusterNode>();
  #assigned = 0;

  /** Number of slots that have an owner. */
  get assignedCount(): number {
    return this.#assigned;
  }

  ownerOf(slot: number): ClusterNode | null {
    return this.#owners[this.#ownerIndex[slot] ?? 0] ?? null;
  }

  /** Gives an unassigned slot to a node. @returns false when the slot has an owner. */
  assign(slot: number, node: ClusterNode): boolean {
    if (this.#ownerIndex[slot] !== 0) return false;
    this.#ownerIndex[slot] = this.#indexOf(node);
    node.slots.add(slot);
    this.#assigned++;
    return true;
  }

  /** Gives unassigned slots to a node: none of them may have an owner. */
  assignRange(first: number, last: number, node: ClusterNode): void {
    this.#ownerIndex.fill(this.#indexOf(node), first, last + 1);
    node.slots.addRange(first, last);
    this.#assigned += last - first + 1;
  }

  /** Takes slots from the one node that owns all of them. */
  unassignRange(first: number, last: number, owner: ClusterNode): void {
    this.#ownerIndex.fill(0, first, last + 1);
    owner.slots.removeRange(first, last);
    if (this.ownerNotClaiming.count > 0) {
      for (let slot = first; slot <= last; slot++) this.ownerNotClaiming.remove(slot);
    }
    this.#assigned -= last - first + 1;
    if (owner.slots.count === 0) this.#release(owner);
  }

  /** The last slot up to `limit` that has the same owner as all from `slot` on. */
  endOfRun(slot: number, limit: number): number {
    const ownerIndex = this.#ownerIndex;
    const index = ownerIndex[slot];
    let end = slot;
    while (end < limit && ownerIndex[end + 1] === index) end++;
    return end;
  }

  /** Takes the slot from its owner. @returns the former owner, null when there was none. */
  unassign(slot: number): ClusterNode | null {
    const owner = this.ownerOf(slot);
    if (owner === null) return null;
    owner.slots.remove(slot);
    this.#ownerIndex[slot] = 0;
    this.ownerNotClaiming.remove(slot);
    this.#assigned--;
    if (owner.slots.count === 0) this.#release(owner);
    return owner;
  }

  /** True when nobody owns the slot, or its owner no longer claims it. */
  isUnclaimed(slot: number): boolean {
    return this.#ownerIndex[slot] === 0 || this.ownerNotClaiming.has(slot);
  }

  closeAllOpenSlots(): void {
    this.migratingTo.clear();
    this.importingFrom.clear();
  }

  #indexOf(node: ClusterNode): number {
    let index = this.#indexes.get(node);
    if (index === undefined) {
      index = this.#freeIndexes.pop() ?? this.#owners.length;
      this.#owners[index] = node;
      this.#indexes.set(node, index);
    }
    return index;
  }

  #release(node: ClusterNode): void {
    const index = this.#indexes.get(node);
    if (index === undefined) return;
    this.#indexes.delete(node);
    this.#owners[index] = null;
    this.#freeIndexes.push(index);
  }
}
