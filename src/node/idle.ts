/** Stretches of time in which a node does nothing but its cron: they can be left out (testkit/idle-time.ts). */
import { isClusterIdle, leaveOutHeartbeats } from '../cluster/idle.js';
import type { Node } from './node.js';

/**
 * Looks whether nothing happens on the node but heartbeats, if nobody sends it anything.
 * @param replicas how many replicas it is to have.
 * @returns until when, by the keys that expire (Unix ms, maybe infinite); null when something is under way. Timers are the clock's affair.
 */
export function idleUntil(node: Node, replicas: number): number | null {
  const { cluster, persistence, replication, sessions } = node;
  if (cluster === null || node.halted || node.loading || node.asyncLoading || node.isInScript) return null;
  if (!isClusterIdle(cluster.state) || !replication.isIdle(replicas)) return null;
  if (node.debugSwitches.cronPaused || node.shutdown.remainingMs !== null) return null;
  if (!persistence.isIdle) return null;
  for (const session of sessions.values()) if (session.pendingBytes > 0) return null;
  // Who is silent for long is closed.
  if (node.config.values.timeout !== 0 && sessions.size > 0) return null;
  return node.keyspace.nextExpiryAtMs ?? Number.POSITIVE_INFINITY;
}

/** As if the node had done nothing but its cron for so long, and so had all others. */
export function passIdly(node: Node, durationMs: number): void {
  if (node.cluster !== null) leaveOutHeartbeats(node.cluster.state, durationMs);
  node.replication.leaveOutHeartbeats(durationMs);
}
