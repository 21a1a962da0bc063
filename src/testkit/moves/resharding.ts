/** Which slots go where when many move, as redis-cli --cluster reshard and rebalance choose them; and their moves. */
import { SLOT_COUNT } from '../../cluster/constants.js';
import { nextLoopTurn } from '../../io/natives.js';
import type { TestNode } from '../test-node.js';
import { keysOfSlot, migrateKeys, pipelineOn } from './node-commands.js';
import type { SlotMoveOwner } from './slot-move.js';

/** One slot on its way. */
export interface PlannedMove {
  readonly slot: number;
  readonly from: TestNode;
  readonly to: TestNode;
}

/** Slots that move together; clients get a turn after each group. */
const GROUP_SIZE = 16;
/** Keys that one MIGRATE takes, as in redis-cli. */
const BATCH = 10;

/**
 * Moves slots in groups: each command of a slot's move is sent for all slots of a group at once, so that a node saves its
 * nodes.conf and tells its news once for a group. Clients go on meanwhile, and virtual time does not.
 */
export async function moveSlots(owner: SlotMoveOwner, moves: readonly PlannedMove[]): Promise<void> {
  let group: PlannedMove[] = [];
  for (const [index, move] of moves.entries()) {
    group.push(move);
    const next = moves[index + 1];
    if (next?.from === move.from && next.to === move.to && group.length < GROUP_SIZE) continue;
    owner.assertRunning();
    await moveGroup(
      owner,
      move.from,
      move.to,
      group.map(({ slot }) => slot),
    );
    group = [];
    await nextLoopTurn();
  }
  await owner.deliverDue();
}

async function moveGroup(
  { pump, nodes, whileTimePasses }: SlotMoveOwner,
  from: TestNode,
  to: TestNode,
  slots: readonly number[],
): Promise<void> {
  const setSlots = async (node: TestNode, action: string, other: TestNode): Promise<void> => {
    await pipelineOn(
      node,
      pump,
      slots.map((slot) => ['CLUSTER', 'SETSLOT', slot, action, other.id]),
    );
  };
  await setSlots(to, 'IMPORTING', from);
  await setSlots(from, 'MIGRATING', to);
  for (const slot of slots) {
    for (let keys = keysOfSlot(from, slot, BATCH); keys.length > 0; keys = keysOfSlot(from, slot, BATCH))
      await whileTimePasses(migrateKeys(pump, from, to, keys));
  }
  await setSlots(to, 'NODE', to);
  for (const node of [from, ...nodes.filter((other) => other !== from && other !== to)]) {
    // Who has just lost its last slot is a replica by now.
    if (node.state === 'running' && node.role === 'master') await setSlots(node, 'NODE', to);
  }
}

/** The slots that a reshard takes: from each source in proportion to what it has, the lowest first; see clusterManagerComputeReshardTable. */
export function planReshard(sources: readonly TestNode[], to: TestNode, count: number): PlannedMove[] {
  const sorted = sources
    .map((node) => ({ node, slots: slotsOf(node) }))
    .sort((one, other) => other.slots.length - one.slots.length);
  const total = sorted.reduce((sum, { slots }) => sum + slots.length, 0);
  const moves: PlannedMove[] = [];
  for (const [index, { node, slots }] of sorted.entries()) {
    const share = (count / total) * slots.length;
    const taken = index === 0 ? Math.ceil(share) : Math.floor(share);
    for (const slot of slots.slice(0, taken)) {
      if (moves.length < count) moves.push({ slot, from: node, to });
    }
  }
  // Shares are rounded: the biggest source gives what is missing.
  const chosen = new Set(moves.map(({ slot }) => slot));
  for (const { node, slots } of sorted) {
    for (const slot of slots) {
      if (moves.length < count && !chosen.has(slot)) moves.push({ slot, from: node, to });
    }
  }
  return moves;
}

interface Balance {
  readonly node: TestNode;
  /** What it has too much; negative = what it lacks. */
  excess: number;
  readonly slots: number[];
}

/** The moves after which every master has its share; none when all are within the threshold. */
export function planRebalance(
  masters: readonly TestNode[],
  weightOf: (node: TestNode) => number,
  thresholdPercent: number,
): PlannedMove[] {
  const totalWeight = masters.reduce((sum, node) => sum + weightOf(node), 0);
  const totalSlots = masters.reduce((sum, node) => sum + slotsOf(node).length, 0);
  let isOff = false;
  let spare = totalSlots;
  const balances: Balance[] = masters.map((node) => {
    const slots = slotsOf(node);
    const share = (totalSlots * weightOf(node)) / totalWeight;
    if (isOverThreshold(slots.length, share, thresholdPercent)) isOff = true;
    spare -= Math.floor(share);
    return { node, slots, excess: slots.length - Math.floor(share) };
  });
  if (!isOff) return [];
  // What rounding left over stays with those who have too much.
  for (const balance of balances.toSorted((one, other) => other.excess - one.excess)) {
    if (spare === 0) break;
    if (weightOf(balance.node) === 0) continue;
    balance.excess--;
    spare--;
  }
  const moves: PlannedMove[] = [];
  for (const lacking of balances) {
    for (const giving of balances) {
      while (lacking.excess < 0 && giving.excess > 0) {
        moves.push({ slot: giving.slots.shift() as number, from: giving.node, to: lacking.node });
        lacking.excess++;
        giving.excess--;
      }
    }
  }
  return moves;
}

function isOverThreshold(has: number, share: number, thresholdPercent: number): boolean {
  if (has === 0 || share === 0) return has !== Math.floor(share);
  return Math.abs(100 - (100 * share) / has) > thresholdPercent;
}

/** All of them, ascending. */
export function slotsOf(node: TestNode): number[] {
  const slots: number[] = [];
  for (const [first, last] of node.slots) {
    for (let slot = first; slot <= last && slot < SLOT_COUNT; slot++) slots.push(slot);
  }
  return slots;
}
