/** From PFAIL to FAIL and back (cluster.c, markNodeAsFailingIfNeeded and clearNodeFailureIfNeeded; specification, "Failure detection"). */
import { sendFail } from './broadcast.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { FAIL_UNDO_TIME_FACTOR } from './constants.js';
import { countFailureReports } from './failure-reports.js';
import { NodeFlag } from './node-flags.js';

/** Marks a node FAIL when this node cannot reach it and the reports of masters make a majority. */
export function markFailingIfNeeded(state: ClusterState, node: ClusterNode): void {
  if (!node.isPossiblyFailing || node.isFailing) return;
  let failures = countFailureReports(state, node);
  if (state.myself.isMaster) failures++;
  if (failures < state.quorum) return;

  state.host.log('notice', `Marking node ${node.id} (${node.nodename}) as failing (quorum reached).`);
  setFailing(state, node);
  state.host.emit({ kind: 'fail', node: node.id, by: 'quorum', from: state.myself.id });
  // Replicas tell it too, although they have no vote: the reports that made the majority came from masters.
  sendFail(state, node);
}

/** Takes over the FAIL that another node decided, whatever this node thinks of the failing one. */
export function onFail(state: ClusterState, sender: ClusterNode, failing: ClusterNode): void {
  if (failing.hasFlag(NodeFlag.FAIL | NodeFlag.MYSELF)) return;
  state.host.log(
    'notice',
    `FAIL message received from ${sender.id} (${sender.nodename}) about ${failing.id} (${failing.nodename})`,
  );
  setFailing(state, failing);
  state.host.emit({ kind: 'fail', node: failing.id, by: 'message', from: sender.id });
}

function setFailing(state: ClusterState, node: ClusterNode): void {
  node.flags = (node.flags & ~NodeFlag.PFAIL) | NodeFlag.FAIL;
  node.failTimeMs = state.host.nowMs();
  state.doBeforeSleep(Todo.UPDATE_STATE | Todo.SAVE_CONFIG);
}

/** A possibly failing node answered a ping. */
export function clearPossibleFailure(state: ClusterState, node: ClusterNode): void {
  node.flags &= ~NodeFlag.PFAIL;
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE);
  state.host.emit({ kind: 'pfail-cleared', node: node.id });
}

/**
 * A failing node answered a ping. Nodes without slots are back at once. A master with slots is given up for
 * long enough that a replica could have replaced it; when nobody did, it serves its slots again.
 */
export function clearFailureIfNeeded(state: ClusterState, node: ClusterNode): void {
  if (node.isReplica || node.slots.count === 0) {
    const role = node.isReplica ? 'replica' : 'master without slots';
    clearFailure(
      state,
      node,
      `Clear FAIL state for node ${node.id} (${node.nodename}):${role} is reachable again.`,
    );
    return;
  }
  const undoMs = state.host.config['cluster-node-timeout'] * FAIL_UNDO_TIME_FACTOR;
  if (node.isMaster && state.host.nowMs() - node.failTimeMs > undoMs) {
    clearFailure(
      state,
      node,
      `Clear FAIL state for node ${node.id} (${node.nodename}): is reachable again and nobody is serving its slots after some time.`,
    );
  }
}

function clearFailure(state: ClusterState, node: ClusterNode, text: string): void {
  state.host.log('notice', text);
  node.flags &= ~NodeFlag.FAIL;
  state.doBeforeSleep(Todo.UPDATE_STATE | Todo.SAVE_CONFIG);
  state.host.emit({ kind: 'fail-cleared', node: node.id });
}
