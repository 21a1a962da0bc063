/** What third nodes are said to be like (cluster.c, clusterProcessGossipSection; specification, "Heartbeat packet content" and "Failure detection"). */
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { markFailingIfNeeded } from './failure-detection.js';
import { addFailureReport, countFailureReports, deleteFailureReport } from './failure-reports.js';
import { learnNode } from './handshake.js';
import { freeLink } from './links.js';
import type { GossipEntry } from './message.js';
import { addressOf, setAddress } from './node-address.js';
import { NodeFlag } from './node-flags.js';
import { isNodeId } from './node-id.js';

const FAILING = NodeFlag.FAIL | NodeFlag.PFAIL;
/** How far in the future a pong time may lie on the clock of another node. */
const CLOCK_TOLERANCE_MS = 500;

/** @param sender who gossips; null = a stranger, who may refresh what is known but cannot bring in anybody. */
export function processGossip(
  state: ClusterState,
  sender: ClusterNode | null,
  entries: readonly GossipEntry[],
): void {
  for (const entry of entries) {
    const node = state.nodes.get(entry.id);
    if (node !== undefined) {
      processKnownNode(state, sender, node, entry);
    } else if (
      sender !== null &&
      (entry.flags & NodeFlag.NOADDR) === 0 &&
      !state.nodes.isBlacklisted(entry.id) &&
      isNodeId(entry.id)
    ) {
      learnNode(state, entry);
    }
  }
}

function processKnownNode(
  state: ClusterState,
  sender: ClusterNode | null,
  node: ClusterNode,
  entry: GossipEntry,
): void {
  const saidToFail = (entry.flags & FAILING) !== 0;
  if (sender?.isMaster && node !== state.myself) takeReport(state, sender, node, saidToFail);

  // Somebody else heard of the node, which saves this one a ping.
  if (!saidToFail && node.pingSentMs === 0 && countFailureReports(state, node) === 0) {
    const pongMs = entry.pongReceivedS * 1000;
    if (pongMs > node.pongReceivedMs && pongMs <= state.host.nowMs() + CLOCK_TOLERANCE_MS) {
      node.pongReceivedMs = pongMs;
    }
  }

  // I cannot reach it, the sender can, at another address: try that one.
  if (!saidToFail && node.hasFlag(FAILING) && (entry.flags & NodeFlag.NOADDR) === 0) {
    const address = addressOf(state, entry, entry.ip);
    if (
      node.ip.toLowerCase() === address.ip.toLowerCase() &&
      node.port === address.port &&
      node.tlsPort === address.tlsPort &&
      node.busPort === address.busPort
    ) {
      return;
    }
    if (node.link !== null) freeLink(node.link);
    setAddress(node, address);
    node.flags &= ~NodeFlag.NOADDR;
  }
}

function takeReport(state: ClusterState, sender: ClusterNode, node: ClusterNode, failing: boolean): void {
  const { host } = state;
  if (failing) {
    if (addFailureReport(state, node, sender)) {
      host.log(
        'verbose',
        `Node ${sender.id} (${sender.nodename}) reported node ${node.id} (${node.nodename}) as not reachable.`,
      );
      host.emit({ kind: 'failure-reported', node: node.id, reporter: sender.id });
    }
    markFailingIfNeeded(state, node);
  } else if (deleteFailureReport(state, node, sender)) {
    host.log(
      'verbose',
      `Node ${sender.id} (${sender.nodename}) reported node ${node.id} (${node.nodename}) is back online.`,
    );
  }
}
