/** When a cluster counts as formed and healthy. */
import { SLOT_COUNT } from '../cluster/constants.js';
import type { TestNode } from './test-node.js';

/** Every running node says ok, every slot is served by a running master, every running replica is in sync and known as such. */
export function isReady(nodes: readonly TestNode[]): boolean {
  return readinessProblem(nodes) === null;
}

/** What is missing, in words; null when nothing is. */
export function readinessProblem(nodes: readonly TestNode[]): string | null {
  let served = 0;
  for (const node of nodes) {
    if (!node.isRunning) continue;
    const { cluster, replication } = node.process.node;
    if (cluster === null) continue;
    const { state } = cluster;
    if (!state.ok) return `${node.name} says cluster_state:fail`;
    const { myself } = state;
    if (myself.isMaster) {
      served += myself.slots.count;
      continue;
    }
    if (!replication.isMasterLinkUp()) return `${node.name} is not in sync with its master`;
    const master = node.master;
    if (master?.isRunning === true && !isOnline(master, node))
      return `${master.name} does not count ${node.name} as online`;
    const unaware = nodes.find((viewer) => !listsReplica(viewer, node));
    if (unaware !== undefined) return `${unaware.name} does not list ${node.name} in CLUSTER SLOTS yet`;
  }
  return served < SLOT_COUNT ? `${SLOT_COUNT - served} slots have no running master` : null;
}

/** Redis lists a replica in CLUSTER SLOTS once it has heard of a replication offset other than 0 from it. */
function listsReplica(viewer: TestNode, replica: TestNode): boolean {
  if (!viewer.isRunning || viewer === replica) return true;
  const seen = viewer.process.node.cluster?.state.nodes.get(replica.id);
  return seen !== undefined && seen.replicationOffset !== 0;
}

/** The master streams to the replica, and both are at the same offset. */
function isOnline(master: TestNode, replica: TestNode): boolean {
  return master.process.node.replication.offset() === replica.process.node.replication.offset();
}
