/** Who reported whom as failing (cluster.c, clusterNode*FailureReport*; specification, "Failure detection"). */
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { FAIL_REPORT_VALIDITY_FACTOR } from './constants.js';

/** @returns false when the report was there already and only got a new time. */
export function addFailureReport(state: ClusterState, failing: ClusterNode, reporter: ClusterNode): boolean {
  const isNew = !failing.failReports.has(reporter);
  failing.failReports.set(reporter, state.host.nowMs());
  return isNew;
}

/** @returns false when there was no report of that node. */
export function deleteFailureReport(state: ClusterState, node: ClusterNode, reporter: ClusterNode): boolean {
  // Asked for nearly every gossip entry, and nearly always there is no report at all.
  if (!node.hasFailReports || !node.failReports.delete(reporter)) return false;
  dropOldReports(state, node);
  return true;
}

/** Reports that still count, not including this node's own opinion. */
export function countFailureReports(state: ClusterState, node: ClusterNode): number {
  if (!node.hasFailReports) return 0;
  dropOldReports(state, node);
  return node.failReports.size;
}

function dropOldReports(state: ClusterState, node: ClusterNode): void {
  const validityMs = state.host.config['cluster-node-timeout'] * FAIL_REPORT_VALIDITY_FACTOR;
  const nowMs = state.host.nowMs();
  for (const [reporter, timeMs] of node.failReports) {
    if (nowMs - timeMs > validityMs) node.failReports.delete(reporter);
  }
}
