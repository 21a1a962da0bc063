/** The reply of CLUSTER SHARDS (cluster.c, clusterReplyShards). https://redis.io/docs/latest/commands/cluster-shards/ */
import { MapReply, type Reply } from '../resp/reply.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { type ClusterAudience, preferredEndpoint } from './endpoint.js';
import { nodesInShard } from './shards.js';

/** 7.2: an entry for each shard, its nodes in the order in which they joined. 7.0 knows no shards: an entry for each master. */
export function describeShards(state: ClusterState, { version }: ClusterAudience): Reply {
  const entries: Reply[] = [];
  if (version === '7.0') {
    for (const node of state.nodes.list) {
      if (node.isMaster) entries.push(shardEntry(state, node, [node, ...node.replicas], version));
    }
    return entries;
  }
  const described = new Set<string>();
  for (const { shardId, inHandshake } of state.nodes.list) {
    if (inHandshake || described.has(shardId)) continue;
    described.add(shardId);
    const members = nodesInShard(state, shardId);
    const [first] = members;
    if (first !== undefined) entries.push(shardEntry(state, topMasterOf(first), members, version));
  }
  return entries;
}

function shardEntry(
  state: ClusterState,
  master: ClusterNode,
  members: readonly ClusterNode[],
  version: ClusterAudience['version'],
): Reply {
  const slots = master.slots.ranges.flat();
  const nodes = members.map((node) => nodeEntry(state, node, version));
  return new MapReply(['slots', slots, 'nodes', nodes]);
}

function nodeEntry(state: ClusterState, node: ClusterNode, version: ClusterAudience['version']): Reply {
  // 7.0 keeps one port and a plain one for TLS clusters: it knows no TLS port in a plain cluster.
  const tlsPort = version === '7.2' || state.host.config['tls-cluster'] ? node.tlsPort : 0;
  const offset = node.isMyself ? state.host.replication.offset() : node.replicationOffset;
  const entry: Reply[] = ['id', node.id];
  if (node.port !== 0) entry.push('port', node.port);
  if (tlsPort !== 0) entry.push('tls-port', tlsPort);
  entry.push('ip', node.ip, 'endpoint', preferredEndpoint(state.host.config, node));
  if (node.hostname !== '') entry.push('hostname', node.hostname);
  entry.push('role', node.isReplica ? 'replica' : 'master');
  entry.push('replication-offset', offset, 'health', healthOf(node, offset));
  return new MapReply(entry);
}

function healthOf(node: ClusterNode, offset: number): string {
  if (node.isFailing) return 'fail';
  return node.isReplica && offset === 0 ? 'loading' : 'online';
}

function topMasterOf(node: ClusterNode): ClusterNode {
  const seen = new Set<ClusterNode>();
  let master = node;
  while (master.replicaOf !== null && !seen.has(master)) {
    seen.add(master);
    master = master.replicaOf;
  }
  return master;
}
