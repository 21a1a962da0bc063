/** When a cluster counts as formed and healthy. */
import type { ClusterNode } from '../cluster/cluster-node.js';
import { SLOT_COUNT } from '../cluster/constants.js';
import type { TestNode } from './test-node.js';

/** What keeps the running nodes from having one view, in words; null when nothing does. */
export function convergenceProblem(nodes: readonly TestNode[]): string | null {
  const running = nodes.filter(({ state }) => state === 'running');
  const problem = disagreement(running);
  if (problem !== null) return problem;
  const epochs = new Set(running.map((node) => node.process.node.cluster?.state.currentEpoch));
  if (epochs.size > 1) return `the nodes are at different epochs: ${[...epochs].join(', ')}`;
  for (const viewer of running) {
    for (const subject of running) {
      const seen = viewer.process.node.cluster?.state.nodes.get(subject.id);
      if (seen?.isPossiblyFailing === true || seen?.isFailing === true)
        return `${viewer.name} takes ${subject.name} for failing`;
    }
  }
  return null;
}

/** Which replica is not in sync with its running master, in words; null when all are. */
export function syncProblem(nodes: readonly TestNode[]): string | null {
  for (const node of nodes) {
    if (node.state !== 'running' || node.role !== 'replica') continue;
    const { master } = node;
    if (master?.isRunning !== true) continue;
    if (!node.process.node.replication.isMasterLinkUp() || !isOnline(master, node))
      return `${node.name} is not in sync with ${master.name}`;
  }
  return null;
}

/** What keeps the cluster from being ok, in words; null when nothing does: every running node says ok, every slot is served by a running master, all agree on who serves what, every running replica is in sync and known as such. A paused node answers nobody, so it counts as one that does not run. */
export function readinessProblem(nodes: readonly TestNode[]): string | null {
  const running = nodes.filter(({ state }) => state === 'running');
  let served = 0;
  for (const node of running) {
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
    if (master?.isRunning === true && !listsReplica(master, node))
      return `${master.name} does not list ${node.name} in CLUSTER SLOTS yet`;
  }
  if (served < SLOT_COUNT) return `${SLOT_COUNT - served} slots have no running master`;
  return disagreement(running);
}

/** Every running node lists every running replica in CLUSTER SLOTS. In a big cluster that comes late: gossip spares nodes most of the direct pings, and offsets travel with pings only. */
export function everyReplicaIsListed(nodes: readonly TestNode[]): boolean {
  const running = nodes.filter(({ state }) => state === 'running');
  const replicas = running.filter(({ role }) => role === 'replica');
  return replicas.every((replica) => running.every((viewer) => listsReplica(viewer, replica)));
}

/** After a cut both sides may be ok, each by its own view: a node is taken for what it takes itself for, or all is not well. */
function disagreement(running: readonly TestNode[]): string | null {
  for (const viewer of running) {
    const known = viewer.process.node.cluster?.state.nodes;
    if (known === undefined) continue;
    for (const subject of running) {
      const own = subject.process.node.cluster?.state.myself;
      if (own === undefined || subject === viewer) continue;
      const seen = known.get(own.id);
      if (seen === undefined) return `${viewer.name} does not know ${subject.name}`;
      if (!agree(seen, own))
        return `${viewer.name} does not know the role or the slots of ${subject.name} yet`;
    }
  }
  return null;
}

function agree(seen: ClusterNode, own: ClusterNode): boolean {
  if (seen.isMaster !== own.isMaster || seen.replicaOf?.id !== own.replicaOf?.id) return false;
  return seen.slots.snapshot().equals(own.slots.snapshot());
}

/** Redis lists a replica in CLUSTER SLOTS once it has heard of a replication offset other than 0 from it. */
function listsReplica(viewer: TestNode, replica: TestNode): boolean {
  if (viewer === replica) return true;
  const seen = viewer.process.node.cluster?.state.nodes.get(replica.id);
  return seen !== undefined && seen.replicationOffset !== 0;
}

/** The master streams to the replica, and both are at the same offset. */
function isOnline(master: TestNode, replica: TestNode): boolean {
  return master.process.node.replication.offset() === replica.process.node.replication.offset();
}
