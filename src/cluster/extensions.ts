/** The extensions at the end of pings, pongs and meets: names, forgotten nodes, shard id (cluster.c, writePingExt and clusterProcessPingExtensions). */
import { setHostname, setNodename } from './announced-address.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import type { PingExtensions } from './message.js';
import { deleteNode } from './node-removal.js';
import { setShardId } from './shards.js';

const NOTHING: PingExtensions = {};

/** What this node attaches to its pings. Redis 7.0 knows the hostname only. */
export function myExtensions(state: ClusterState): PingExtensions {
  const { myself } = state;
  if (state.host.version === '7.0') return myself.hostname === '' ? NOTHING : { hostname: myself.hostname };
  const forgottenNodes = forgotten(state);
  return {
    ...(myself.hostname !== '' && { hostname: myself.hostname }),
    ...(myself.nodename !== '' && { nodename: myself.nodename }),
    ...(forgottenNodes !== null && { forgottenNodes }),
    shardId: myself.shardId,
  };
}

function forgotten(state: ClusterState): { id: string; ttlS: number }[] | null {
  let entries: { id: string; ttlS: number }[] | null = null;
  const nowS = Math.floor(state.host.nowMs() / 1000);
  for (const [id, untilMs] of state.nodes.blacklisted()) {
    entries ??= [];
    entries.push({ id, ttlS: Math.floor(untilMs / 1000) - nowS });
  }
  return entries;
}

/** Applies what a known node attached to its ping. */
export function processExtensions(
  state: ClusterState,
  sender: ClusterNode,
  extensions: PingExtensions,
): void {
  const { myself } = state;
  if (state.host.version === '7.0') {
    setHostname(state, sender, extensions.hostname ?? '');
    setShardId(state, sender, topMaster(sender).shardId);
    return;
  }
  for (const { id, ttlS } of extensions.forgottenNodes ?? []) {
    const node = state.nodes.get(id);
    if (node === undefined || node === myself || (myself.isReplica && myself.replicaOf === node)) continue;
    state.nodes.blacklist(id, ttlS * 1000);
    deleteNode(state, node, 'forgotten by another node');
    state.doBeforeSleep(Todo.UPDATE_STATE | Todo.SAVE_CONFIG);
    // Redis goes on with the freed node here; nothing more can be learned from it.
    if (node === sender) return;
  }
  for (const type of extensions.unknownTypes ?? []) {
    state.host.log('warning', `Received unknown extension type ${type}`);
  }
  // A name that is not announced is a name taken back.
  setHostname(state, sender, extensions.hostname ?? '');
  setNodename(state, sender, extensions.nodename ?? '');
  // Senders before 7.2 have no shard id of their own: a replica then belongs to the shard of its master.
  setShardId(state, sender, extensions.shardId ?? topMaster(sender).shardId);
}

function topMaster(node: ClusterNode): ClusterNode {
  const seen = new Set<ClusterNode>();
  let master = node;
  // Two nodes may take each other for their master after a takeover.
  while (master.replicaOf !== null && !seen.has(master)) {
    seen.add(master);
    master = master.replicaOf;
  }
  return master;
}
