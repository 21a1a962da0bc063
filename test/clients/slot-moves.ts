/** Moves slots as redis-cli does: by CLUSTER SETSLOT on the nodes concerned. */
import type { Cluster, TestNode } from '../../src/index.js';

/** Gives a slot without keys to another master. Only the two masters concerned are told; the others learn it by gossip. */
export async function moveEmptySlot(cluster: Cluster, slot: number, target: TestNode): Promise<void> {
  const source = cluster.nodeForSlot(slot);
  for (const node of [target, source]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
}

/** Starts to move a slot: the owner sends clients that ask for keys it does not have to the target, by ASK. */
export async function startSlotMigration(
  cluster: Cluster,
  slot: number,
  target: TestNode,
): Promise<TestNode> {
  const source = cluster.nodeForSlot(slot);
  await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
  await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
  return source;
}

/** Another master than the owner of the slot. */
export function otherMaster(cluster: Cluster, slot: number): TestNode {
  const owner = cluster.nodeForSlot(slot);
  const other = cluster.masters.find((node) => node !== owner);
  if (other === undefined) throw new Error('the cluster has one master only');
  return other;
}
