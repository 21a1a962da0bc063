/** The replica's side of a failover election (cluster.c, clusterHandleSlaveFailover; specification, "Replica election and promotion"). */
import { broadcastPong, sendVoteRequest } from './broadcast.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, type StalledReason, Todo } from './cluster-state.js';
import {
  ELECTION_FIXED_DELAY_MS,
  ELECTION_RANDOM_DELAY_MS,
  ELECTION_RANK_DELAY_MS,
  ELECTION_TIMEOUT_MIN_MS,
} from './constants.js';
import { logStalledFailover } from './failover-log.js';
import { NodeFlag } from './node-flags.js';
import { replaceMyMaster } from './promotion.js';

/** One step of the failover; called ten times a second and whenever something it waits for happened. */
export function handleReplicaFailover(state: ClusterState): void {
  const { host, election, manualFailover, myself } = state;
  state.todo &= ~Todo.HANDLE_FAILOVER;
  const nowMs = host.nowMs();
  const manual = manualFailover.endMs !== 0 && manualFailover.canStart;
  const timeoutMs = Math.max(host.config['cluster-node-timeout'] * 2, ELECTION_TIMEOUT_MIN_MS);
  const retryMs = timeoutMs * 2;
  // Negative while an election is scheduled.
  const ageMs = nowMs - election.timeMs;

  const master = myself.replicaOf;
  if (
    myself.isMaster ||
    master === null ||
    (!master.isFailing && !manual) ||
    (host.config['cluster-replica-no-failover'] && !manual) ||
    master.slots.count === 0
  ) {
    election.stalledReason = 'none';
    return;
  }
  if (!manual && isDataTooOld(state, nowMs)) {
    stall(state, 'data-age');
    return;
  }
  if (ageMs > retryMs) {
    scheduleElection(state, master, nowMs);
    return;
  }
  if (!election.sent && manualFailover.endMs === 0) addDelayOfNewRank(state, master);

  if (nowMs < election.timeMs) {
    stall(state, 'waiting-delay');
  } else if (ageMs > timeoutMs) {
    stall(state, 'expired');
  } else if (!election.sent) {
    askForVotes(state);
  } else if (election.votes >= state.quorum) {
    win(state);
  } else {
    stall(state, 'waiting-votes');
  }
}

/** How many other replicas of my master have more of its data than I have. */
export function replicaRank(state: ClusterState, master: ClusterNode): number {
  const offset = state.host.replication.offset();
  let rank = 0;
  for (const replica of master.replicas) {
    if (replica === state.myself || replica.hasFlag(NodeFlag.NOFAILOVER)) continue;
    if (replica.replicationOffset > offset) rank++;
  }
  return rank;
}

/** A vote came in. Votes are counted, not attributed: a master votes once for each epoch anyway. */
export function onVote(state: ClusterState, sender: ClusterNode, senderCurrentEpoch: number): void {
  const { election, host } = state;
  if (!sender.isMaster || sender.slots.count === 0 || senderCurrentEpoch < election.epoch) return;
  election.votes++;
  host.emit({ kind: 'vote-received', from: sender.id, epoch: election.epoch, votes: election.votes });
  state.doBeforeSleep(Todo.HANDLE_FAILOVER);
}

/** Redis compares in whole seconds; a replica that never had its master since it started counts from 1970. */
function isDataTooOld(state: ClusterState, nowMs: number): boolean {
  const { config, replication } = state.host;
  const factor = config['cluster-replica-validity-factor'];
  if (factor === 0) return false;
  const nodeTimeoutMs = config['cluster-node-timeout'];
  const sinceMs = replication.isMasterLinkUp()
    ? replication.lastMasterInteractionMs()
    : replication.masterLinkDownSinceMs();
  let dataAgeMs = (Math.floor(nowMs / 1000) - Math.floor(sinceMs / 1000)) * 1000;
  // The master was silent for this long before it counted as failing: that is no fault of the replica.
  if (dataAgeMs > nodeTimeoutMs) dataAgeMs -= nodeTimeoutMs;
  return dataAgeMs > config['repl-ping-replica-period'] * 1000 + nodeTimeoutMs * factor;
}

function scheduleElection(state: ClusterState, master: ClusterNode, nowMs: number): void {
  const { host, election } = state;
  // The fixed part lets the FAIL message spread, the random part keeps replicas from asking at the same moment.
  const delayMs = ELECTION_FIXED_DELAY_MS + host.random.below(ELECTION_RANDOM_DELAY_MS);
  election.votes = 0;
  election.sent = false;
  election.rank = replicaRank(state, master);
  election.timeMs = nowMs + delayMs + election.rank * ELECTION_RANK_DELAY_MS;
  if (state.manualFailover.endMs !== 0) {
    election.timeMs = nowMs;
    election.rank = 0;
    state.doBeforeSleep(Todo.HANDLE_FAILOVER);
  }
  const offset = host.replication.offset();
  host.log(
    'notice',
    `Start of election delayed for ${election.timeMs - nowMs} milliseconds (rank #${election.rank}, offset ${offset}).`,
  );
  host.emit({
    kind: 'election-scheduled',
    delayMs: election.timeMs - nowMs,
    rank: election.rank,
    offset,
  });
  // The other replicas rank themselves by my offset.
  broadcastPong(state, 'replicas-of-my-shard');
}

/** Better offsets of other replicas may have arrived meanwhile. A better rank of mine takes nothing off the delay. */
function addDelayOfNewRank(state: ClusterState, master: ClusterNode): void {
  const { host, election } = state;
  const rank = replicaRank(state, master);
  if (rank <= election.rank) return;
  const addedMs = (rank - election.rank) * ELECTION_RANK_DELAY_MS;
  election.timeMs += addedMs;
  election.rank = rank;
  host.log('notice', `Replica rank updated to #${rank}, added ${addedMs} milliseconds of delay.`);
}

function askForVotes(state: ClusterState): void {
  const { host, election } = state;
  state.currentEpoch++;
  election.epoch = state.currentEpoch;
  host.log('notice', `Starting a failover election for epoch ${state.currentEpoch}.`);
  host.emit({ kind: 'election-started', epoch: election.epoch, votesNeeded: state.quorum });
  sendVoteRequest(state);
  election.sent = true;
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE | Todo.FSYNC_CONFIG);
}

function win(state: ClusterState): void {
  const { host, election, myself } = state;
  host.log('notice', "Failover election won: I'm the new master.");
  host.emit({ kind: 'election-won', epoch: election.epoch });
  if (myself.configEpoch < election.epoch) {
    myself.configEpoch = election.epoch;
    host.log('notice', `configEpoch set to ${myself.configEpoch} after successful failover`);
    host.emit({ kind: 'config-epoch-changed', epoch: myself.configEpoch, reason: 'election' });
  }
  replaceMyMaster(state);
}

function stall(state: ClusterState, reason: StalledReason): void {
  const { election, host } = state;
  if (reason === 'expired' && election.stalledReason !== 'expired' && election.sent) {
    host.emit({ kind: 'election-expired', epoch: election.epoch });
  }
  logStalledFailover(state, reason);
}
