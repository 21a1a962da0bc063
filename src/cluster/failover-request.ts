/** What CLUSTER FAILOVER sets off on the replica it is sent to (cluster.c, clusterCommand; CLUSTER FAILOVER command page). */
import { sendManualFailoverStart } from './broadcast.js';
import type { ClusterState } from './cluster-state.js';
import { MANUAL_FAILOVER_TIMEOUT_MS } from './constants.js';
import { bumpConfigEpoch } from './epochs.js';
import { resetManualFailover } from './manual-failover.js';
import { replaceMyMaster } from './promotion.js';

/** default = with the consent of the master, force = without it, takeover = without anybody's. */
export type FailoverMode = 'default' | 'force' | 'takeover';

export function requestFailover(state: ClusterState, mode: FailoverMode): void {
  const { host, manualFailover, myself } = state;
  if (myself.isMaster || myself.replicaOf === null) {
    throw new Error(`node ${myself.id} was told to fail over without being a replica of a known master`);
  }
  resetManualFailover(state);
  manualFailover.endMs = host.nowMs() + MANUAL_FAILOVER_TIMEOUT_MS;
  host.emit({ kind: 'manual-failover', step: 'started' });
  if (mode === 'takeover') {
    host.log('notice', 'Taking over the master (user request).');
    bumpConfigEpoch(state);
    replaceMyMaster(state);
  } else if (mode === 'force') {
    host.log('notice', 'Forced failover user request accepted.');
    manualFailover.canStart = true;
  } else {
    host.log('notice', 'Manual failover user request accepted.');
    sendManualFailoverStart(state, myself.replicaOf);
  }
}
