/** The master's side of an election: granting a vote (cluster.c, clusterSendFailoverAuthIfNeeded; specification, "Masters reply to replica vote request"). */
import { sendVote } from './broadcast.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import type { MessageHeader } from './message.js';
import type { SlotSet } from './slot-bitmap.js';

/** The header of the request has already raised my currentEpoch. */
export function onVoteRequest(state: ClusterState, candidate: ClusterNode, request: MessageHeader): void {
  const { host, myself } = state;
  if (myself.isReplica || myself.slots.count === 0) return;

  const { currentEpoch } = state;
  const name = `${candidate.id} (${candidate.nodename})`;
  if (request.currentEpoch < currentEpoch) {
    deny(state, candidate, name, `reqEpoch (${request.currentEpoch}) < curEpoch(${currentEpoch})`);
    return;
  }
  if (state.lastVoteEpoch === currentEpoch) {
    deny(state, candidate, name, `already voted for epoch ${currentEpoch}`);
    return;
  }
  const master = candidate.replicaOf;
  if (candidate.isMaster) {
    deny(state, candidate, name, 'it is a master node');
    return;
  }
  if (master === null) {
    deny(state, candidate, name, "I don't know its master");
    return;
  }
  if (!master.isFailing && !request.forceAck) {
    deny(state, candidate, name, 'its master is up');
    return;
  }
  // One vote about a master in this time gives the winner the time to tell of its new configuration.
  const waitMs = host.config['cluster-node-timeout'] * 2 - (host.nowMs() - master.votedTimeMs);
  if (waitMs > 0) {
    // This one text of Redis has no parentheses around the node's name.
    const plainName = `${candidate.id} ${candidate.nodename}`;
    deny(state, candidate, plainName, `can't vote about this master before ${waitMs} milliseconds`);
    return;
  }
  const outdated = slotWithGreaterEpoch(state, request.slots, request.configEpoch);
  if (outdated !== null) {
    const epoch = state.slots.ownerOf(outdated)?.configEpoch;
    deny(state, candidate, name, `slot ${outdated} epoch (${epoch}) > reqEpoch (${request.configEpoch})`);
    return;
  }

  state.lastVoteEpoch = currentEpoch;
  master.votedTimeMs = host.nowMs();
  // The vote is only queued here: it leaves after the save, so that a restart cannot make this node vote twice.
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.FSYNC_CONFIG);
  sendVote(state, candidate);
  host.log('notice', `Failover auth granted to ${name} for epoch ${currentEpoch}`);
  host.emit({ kind: 'vote-granted', to: candidate.id, epoch: currentEpoch });
}

/** The first claimed slot that in my view belongs to a configuration newer than the one the candidate knows. */
function slotWithGreaterEpoch(state: ClusterState, claimed: SlotSet, epoch: number): number | null {
  for (const [start, end] of claimed.ranges) {
    let slot = start;
    while (slot <= end) {
      const last = state.slots.endOfRun(slot, end);
      const owner = state.slots.ownerOf(slot);
      if (owner !== null && owner.configEpoch > epoch) {
        for (; slot <= last; slot++) if (!state.slots.isUnclaimed(slot)) return slot;
      }
      slot = last + 1;
    }
  }
  return null;
}

function deny(state: ClusterState, candidate: ClusterNode, name: string, reason: string): void {
  state.host.log('warning', `Failover auth denied to ${name}: ${reason}`);
  state.host.emit({ kind: 'vote-denied', to: candidate.id, epoch: state.currentEpoch, reason });
}
