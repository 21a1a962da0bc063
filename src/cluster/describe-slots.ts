/** The reply of CLUSTER SLOTS (cluster.c, clusterReplyMultiBulkSlots). https://redis.io/docs/latest/commands/cluster-slots/ */
import { MapReply, type Reply } from '../resp/reply.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { SLOT_COUNT } from './constants.js';
import { type ClusterAudience, clientPort, preferredEndpoint } from './endpoint.js';

export function describeSlots(state: ClusterState, audience: ClusterAudience): Reply {
  const ranges: Reply[] = [];
  /** What follows the slot numbers is the same for every range of a master. */
  const nodesOf = new Map<ClusterNode, Reply[]>();
  let start = 0;
  for (let slot = 1; slot <= SLOT_COUNT; slot++) {
    const owner = state.slots.ownerOf(start);
    if (slot < SLOT_COUNT && state.slots.ownerOf(slot) === owner) continue;
    if (owner !== null) {
      let nodes = nodesOf.get(owner);
      if (nodes === undefined) {
        nodes = nodesServing(state, owner, audience);
        nodesOf.set(owner, nodes);
      }
      ranges.push([start, slot - 1, ...nodes]);
    }
    start = slot;
  }
  return ranges;
}

function nodesServing(state: ClusterState, owner: ClusterNode, audience: ClusterAudience): Reply[] {
  const nodes = [nodeEntry(state, owner, audience)];
  for (const replica of owner.replicas) {
    if (isAvailable(state, replica)) nodes.push(nodeEntry(state, replica, audience));
  }
  return nodes;
}

/** A replica without an offset has not finished its first synchronization. A node's entry of itself holds no offset. */
function isAvailable(state: ClusterState, replica: ClusterNode): boolean {
  if (replica.isFailing) return false;
  return (replica.isMyself ? state.host.replication.offset() : replica.replicationOffset) !== 0;
}

function nodeEntry(state: ClusterState, node: ClusterNode, audience: ClusterAudience): Reply {
  const preferred = state.host.config['cluster-preferred-endpoint-type'];
  const endpoint = preferred === 'unknown-endpoint' ? null : preferredEndpoint(state.host.config, node);
  const metadata: Reply[] = [];
  if (preferred !== 'ip') metadata.push('ip', node.ip);
  if (preferred !== 'hostname' && node.hostname !== '') metadata.push('hostname', node.hostname);
  return [endpoint, clientPort(state.host.config, node, audience), node.id, new MapReply(metadata)];
}
