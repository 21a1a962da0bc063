/** Config epochs that no vote gave: collisions and bumps (cluster.c, "CLUSTER config epoch handling"; specification, "Configuration epoch conflicts resolution algorithm"). */
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { saveConfigOrDie } from './saving.js';

/** The greatest epoch this node has heard of. */
function maxEpoch(state: ClusterState): number {
  let max = state.currentEpoch;
  for (const node of state.nodes.list) {
    if (node.configEpoch > max) max = node.configEpoch;
  }
  return max;
}

/**
 * Takes the next epoch without asking anybody, unless this node has the greatest one already. Two nodes may take the
 * same one at a time; the collision rule below repairs that.
 *
 * @returns false when nothing changed.
 */
export function bumpConfigEpoch(state: ClusterState): boolean {
  const { host, myself } = state;
  if (myself.configEpoch !== 0 && myself.configEpoch === maxEpoch(state)) return false;
  state.currentEpoch++;
  myself.configEpoch = state.currentEpoch;
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.FSYNC_CONFIG);
  host.log('notice', `New configEpoch set to ${myself.configEpoch}`);
  host.emit({ kind: 'config-epoch-changed', epoch: myself.configEpoch, reason: 'bump' });
  return true;
}

/** Another master has my epoch: of the two, the one with the smaller id takes a new one. */
export function resolveEpochCollision(state: ClusterState, sender: ClusterNode): void {
  const { host, myself } = state;
  if (sender.configEpoch !== myself.configEpoch || !sender.isMaster || !myself.isMaster) return;
  if (sender.id <= myself.id) return;
  state.currentEpoch++;
  myself.configEpoch = state.currentEpoch;
  saveConfigOrDie(state, true);
  host.log(
    'verbose',
    `WARNING: configEpoch collision with node ${sender.id} (${sender.nodename}). configEpoch set to ${myself.configEpoch}`,
  );
  host.emit({ kind: 'config-epoch-changed', epoch: myself.configEpoch, reason: 'collision' });
}

/** CLUSTER SET-CONFIG-EPOCH: gives a node that knows nobody its first epoch. */
export function setConfigEpoch(state: ClusterState, epoch: number): void {
  const { host, myself } = state;
  myself.configEpoch = epoch;
  host.log('notice', `configEpoch set to ${epoch} via CLUSTER SET-CONFIG-EPOCH`);
  state.currentEpoch = Math.max(state.currentEpoch, epoch);
  // No fsync: should the epoch get lost, the collision rule gives the node another one.
  state.doBeforeSleep(Todo.UPDATE_STATE | Todo.SAVE_CONFIG);
  host.emit({ kind: 'config-epoch-changed', epoch, reason: 'command' });
}
