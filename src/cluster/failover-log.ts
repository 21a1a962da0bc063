/** Logs why a failover does not get on, but only now and then (cluster.c, clusterLogCantFailover). */
import type { ClusterState, StalledReason } from './cluster-state.js';
import { STALLED_LOG_DELAY_MS, STALLED_RELOG_PERIOD_S } from './constants.js';

const TEXTS: Record<StalledReason, string> = {
  none: 'Unknown reason code.',
  'data-age':
    "Disconnected from master for longer than allowed. Please check the 'cluster-replica-validity-factor' configuration option.",
  'waiting-delay': 'Waiting the delay before I can start a new failover.',
  expired: 'Failover attempt expired.',
  'waiting-votes': 'Waiting for votes, but majority still not reached.',
};

export function logStalledFailover(state: ClusterState, reason: StalledReason): void {
  const { election, host, myself } = state;
  const nowMs = host.nowMs();
  const elapsedS = Math.floor(nowMs / 1000) - Math.floor(election.stalledLoggedAtMs / 1000);
  if (reason === election.stalledReason && elapsedS < STALLED_RELOG_PERIOD_S) return;
  election.stalledReason = reason;

  // A failover that takes its usual time is not worth a line.
  const master = myself.replicaOf;
  const quietMs = host.config['cluster-node-timeout'] + STALLED_LOG_DELAY_MS;
  if (master?.isFailing && nowMs - master.failTimeMs < quietMs) return;

  election.stalledLoggedAtMs = nowMs;
  host.log('notice', `Currently unable to failover: ${TEXTS[reason]}`);
  if (reason === 'waiting-votes' || reason === 'expired') {
    host.log('notice', `Needed quorum: ${state.quorum}. Number of votes received so far: ${election.votes}`);
  }
}
