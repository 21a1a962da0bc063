/** Stretches of time in which a node of a healthy cluster does nothing but exchange heartbeats, and what remembers when they came. */
import type { ClusterState } from './cluster-state.js';
import { NodeFlag } from './node-flags.js';

const UNSETTLED = NodeFlag.PFAIL | NodeFlag.FAIL | NodeFlag.HANDSHAKE | NodeFlag.NOADDR;

/** True when every other node is connected both ways and has answered, nobody suspects anybody, and no failover is under way. */
export function isClusterIdle(state: ClusterState): boolean {
  if (!state.ok || state.todo !== 0 || state.manualFailover.endMs !== 0 || state.droppedType !== null)
    return false;
  return state.nodes.list.every(
    (node) =>
      node.isMyself ||
      (!node.hasFlag(UNSETTLED) &&
        node.link !== null &&
        node.inboundLink !== null &&
        node.pingSentMs === 0 &&
        node.orphanedTimeMs === 0 &&
        !node.hasFailReports),
  );
}

/** As if the heartbeats had gone on for so long: everybody was heard of as recently as before. */
export function leaveOutHeartbeats(state: ClusterState, durationMs: number): void {
  for (const node of state.nodes.list) {
    if (node.pongReceivedMs !== 0) node.pongReceivedMs += durationMs;
    if (node.dataReceivedMs !== 0) node.dataReceivedMs += durationMs;
    if (node.replicationOffsetTimeMs !== 0) node.replicationOffsetTimeMs += durationMs;
  }
}
