/** When a cluster counts as formed and healthy. */
import type { ClusterNode } from '../cluster/cluster-node.js';
import { SLOT_COUNT } from '../cluster/constants.js';
import type { TestNode } from './test-node.js';

/** Every running node says ok, every slot is served by a running master, all agree on who serves what, every running replica is in sync and known as such. */
export function isReady(nodes: readonly TestNode[]): boolean {
  return readinessProblem(nodes) === null;
}

/** What is missing, in words; null when nothing is. A paused node answers nobody, so it counts as one that does not run. */
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
