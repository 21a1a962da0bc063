/** Whether the cluster is ok or fail as this node sees it (cluster.c, clusterUpdateState; specification, "Availability" and "Replica election and promotion"). */
import { type ClusterState, Todo } from './cluster-state.js';
import { REJOIN_DELAY_MAX_MS, REJOIN_DELAY_MIN_MS, SLOT_COUNT, WRITABLE_DELAY_MS } from './constants.js';
import { NodeFlag } from './node-flags.js';

/** Recomputes the size of the cluster and its state. */
export function updateClusterState(state: ClusterState): void {
  const { host, myself } = state;
  const nowMs = host.nowMs();
  state.todo &= ~Todo.UPDATE_STATE;

  // A master that has just started may have been replaced: it waits for that news before it accepts writes.
  // Redis counts from the first call and not from the start, so that loading the dataset takes nothing away.
  if (state.firstStateUpdateMs === 0) state.firstStateUpdateMs = nowMs;
  if (myself.isMaster && !state.ok && nowMs - state.firstStateUpdateMs < WRITABLE_DELAY_MS) return;

  let size = 0;
  let reachable = 0;
  let covered = state.slots.assignedCount === SLOT_COUNT;
  for (const node of state.nodes.list) {
    if (node.slots.count === 0) continue;
    // A possibly failing owner still covers its slots.
    if (node.isFailing) covered = false;
    if (!node.isMaster) continue;
    size++;
    if (!node.hasFlag(NodeFlag.FAIL | NodeFlag.PFAIL)) reachable++;
  }
  state.size = size;

  let ok = covered || !host.config['cluster-require-full-coverage'];
  if (reachable < state.quorum) {
    ok = false;
    state.lastMinorityMs = nowMs;
  }
  if (ok === state.ok) return;

  // Back from a minority, a master gives the majority time to tell it of a new configuration.
  if (ok && myself.isMaster && nowMs - state.lastMinorityMs < rejoinDelayMs(state)) return;
  host.log(ok ? 'notice' : 'warning', `Cluster state changed: ${ok ? 'ok' : 'fail'}`);
  state.ok = ok;
  host.emit({ kind: 'state-changed', ok });
}

function rejoinDelayMs(state: ClusterState): number {
  const nodeTimeoutMs = state.host.config['cluster-node-timeout'];
  return Math.max(REJOIN_DELAY_MIN_MS, Math.min(nodeTimeoutMs, REJOIN_DELAY_MAX_MS));
}
