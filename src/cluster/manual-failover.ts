/** CLUSTER FAILOVER without votes of its own: the pause of the master and the wait of the replica (cluster.c, "CLUSTER manual failover"; specification, "Manual failover"). */
import { sendPing } from './broadcast.js';
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { MANUAL_FAILOVER_PAUSE_FACTOR, MANUAL_FAILOVER_TIMEOUT_MS } from './constants.js';

/** Ends or clears a manual failover on either side; a paused master serves writes again. */
export function resetManualFailover(state: ClusterState): void {
  const { manualFailover } = state;
  if (manualFailover.endMs !== 0) state.host.emit({ kind: 'manual-failover', step: 'ended' });
  clear(state);
}

/** On the master: one of its replicas wants to take over. Holds back writes and tells the replica the final offset. */
export function onManualFailoverStart(state: ClusterState, sender: ClusterNode, link: BusLink): void {
  if (sender.replicaOf !== state.myself) return;
  const { host, manualFailover } = state;
  resetManualFailover(state);
  const nowMs = host.nowMs();
  manualFailover.endMs = nowMs + MANUAL_FAILOVER_TIMEOUT_MS;
  manualFailover.replica = sender;
  host.clients.pauseWritesForFailover(nowMs + MANUAL_FAILOVER_TIMEOUT_MS * MANUAL_FAILOVER_PAUSE_FACTOR);
  host.log('notice', `Manual failover requested by replica ${sender.id} (${sender.nodename}).`);
  host.emit({ kind: 'manual-failover', step: 'paused' });
  // The header of this ping carries the offset; it goes back on the link of the request, which is up for sure.
  sendPing(state, link, 'ping');
}

/** On the replica: the paused master told its final offset. */
export function onPausedMasterOffset(state: ClusterState, offset: number): void {
  state.manualFailover.masterOffset = offset;
  state.doBeforeSleep(Todo.HANDLE_MANUAL_FAILOVER);
  state.host.log('notice', `Received replication offset for paused master manual failover: ${offset}`);
}

/** On the replica: lets the election start once everything the master had is here. */
export function handleManualFailover(state: ClusterState): void {
  const { host, manualFailover } = state;
  if (manualFailover.endMs === 0 || manualFailover.canStart || manualFailover.masterOffset === -1) return;
  if (manualFailover.masterOffset !== host.replication.offset()) {
    state.doBeforeSleep(Todo.HANDLE_MANUAL_FAILOVER);
    return;
  }
  manualFailover.canStart = true;
  host.log('notice', 'All master replication stream processed, manual failover can start.');
  host.emit({ kind: 'manual-failover', step: 'offset-reached' });
  state.doBeforeSleep(Todo.HANDLE_FAILOVER);
}

/** Gives a manual failover up, on either side, when its time is over. */
export function checkManualFailoverTimeout(state: ClusterState): void {
  const { host, manualFailover } = state;
  if (manualFailover.endMs === 0 || manualFailover.endMs >= host.nowMs()) return;
  host.log('warning', 'Manual failover timed out.');
  host.emit({ kind: 'manual-failover', step: 'timed-out' });
  clear(state);
}

function clear(state: ClusterState): void {
  const { host, manualFailover } = state;
  if (manualFailover.replica !== null) host.clients.endFailoverPause();
  manualFailover.endMs = 0;
  manualFailover.canStart = false;
  manualFailover.replica = null;
  manualFailover.masterOffset = -1;
}
