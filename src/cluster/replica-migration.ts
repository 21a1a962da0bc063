/** A replica of a master that has several moves to a master that has none (cluster.c, clusterHandleSlaveMigration; specification, "Replica migration"). */
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { REPLICA_MIGRATION_DELAY_MS } from './constants.js';
import { NodeFlag } from './node-flags.js';
import { countNonFailingReplicas } from './replica-list.js';
import { setMyMaster } from './roles.js';

/** The replicas of each master, counted on the way while the cron looks at every node. */
export class ReplicaCensus {
  readonly #myself: ClusterNode;
  orphanedMasters = 0;
  /** Most working replicas one master has. */
  maxReplicas = 0;
  /** Working replicas of my master. */
  siblings = 0;

  constructor(myself: ClusterNode) {
    this.#myself = myself;
  }

  count(node: ClusterNode): void {
    if (!node.isMaster || node.isFailing) return;
    const working = countNonFailingReplicas(node);
    if (working === 0 && node.slots.count > 0 && node.hasFlag(NodeFlag.MIGRATE_TO)) this.orphanedMasters++;
    if (working > this.maxReplicas) this.maxReplicas = working;
    if (this.#myself.replicaOf === node) this.siblings = working;
  }
}

/** Only a replica of a master with the most replicas, at least two, has a reason to move. */
export function considerReplicaMigration(state: ClusterState, census: ReplicaCensus): void {
  const { orphanedMasters, maxReplicas, siblings } = census;
  if (orphanedMasters === 0 || maxReplicas < 2 || siblings !== maxReplicas) return;
  if (!state.host.config['cluster-allow-replica-migration'] || !state.ok) return;
  if (!leavesEnoughReplicas(state)) return;
  const { target, candidate } = findTargetAndCandidate(state, maxReplicas);
  if (target === null || candidate !== state.myself) return;
  // During a failover a new master looks orphaned until its replicas have said that they follow it.
  if (state.host.nowMs() - target.orphanedTimeMs <= REPLICA_MIGRATION_DELAY_MS) return;
  state.host.log('notice', `Migrating to orphaned master ${target.id}`);
  state.host.emit({ kind: 'replica-migration', to: target.id });
  setMyMaster(state, target);
}

/** My master keeps cluster-migration-barrier working replicas when I leave. I count among those it has now. */
function leavesEnoughReplicas(state: ClusterState): boolean {
  const master = state.myself.replicaOf;
  if (master === null) return false;
  let working = 0;
  for (const replica of master.replicas) {
    if (!replica.hasFlag(NodeFlag.FAIL | NodeFlag.PFAIL)) working++;
  }
  return working > state.host.config['cluster-migration-barrier'];
}

/** All replicas come to the same candidate, so that one of them moves and not all. */
function findTargetAndCandidate(
  state: ClusterState,
  maxReplicas: number,
): { target: ClusterNode | null; candidate: ClusterNode } {
  const nowMs = state.host.nowMs();
  let target: ClusterNode | null = null;
  let candidate = state.myself;
  for (const node of state.nodes.list) {
    const working = node.isMaster ? countNonFailingReplicas(node) : 0;
    const orphaned = !node.isReplica && !node.isFailing && node.hasFlag(NodeFlag.MIGRATE_TO) && working === 0;
    if (orphaned) {
      if (target === null && node.slots.count > 0) target = node;
      if (node.orphanedTimeMs === 0) node.orphanedTimeMs = nowMs;
    } else {
      node.orphanedTimeMs = 0;
    }
    if (working !== maxReplicas) continue;
    for (const replica of node.replicas) {
      if (replica.id < candidate.id) candidate = replica;
    }
  }
  return { target, candidate };
}
