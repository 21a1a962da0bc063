/** Which nodes a ping, pong or meet tells about (cluster.c, clusterSendPing; specification, "Heartbeat packet content"). */
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import type { GossipEntry } from './message.js';
import { NodeFlag } from './node-flags.js';

const GOSSIP_MIN_ENTRIES = 3;
const GOSSIP_TRIES_PER_ENTRY = 3;

/** A tenth of the known nodes, at least three, picked at random, then every node that is possibly failing. */
export function chooseGossip(state: ClusterState): GossipEntry[] {
  const { nodes, myself } = state;
  const tls = state.host.config['tls-cluster'];
  const entries: GossipEntry[] = [];
  const pingNumber = ++state.pingsBuilt;
  // Not counted: myself and the receiver. Redis does not exclude the receiver from the pick all the same.
  let candidates = nodes.size - 2;
  const wanted = Math.min(Math.max(Math.floor(nodes.size / 10), GOSSIP_MIN_ENTRIES), candidates);

  for (let tries = wanted * GOSSIP_TRIES_PER_ENTRY; tries > 0; tries--) {
    if (candidates <= 0 || entries.length >= wanted) break;
    const node = nodes.random();
    if (node === myself || node.hasFlag(NodeFlag.PFAIL)) continue;
    if (
      node.hasFlag(NodeFlag.HANDSHAKE | NodeFlag.NOADDR) ||
      (node.link === null && node.slots.count === 0)
    ) {
      // Drawing it again counts again; Redis accepts that the number of candidates then is too low.
      candidates--;
      continue;
    }
    if (node.gossipedInPing === pingNumber) continue;
    node.gossipedInPing = pingNumber;
    entries.push(gossipEntry(node, tls));
    candidates--;
  }

  let failingWanted = state.pfailCount;
  if (failingWanted > 0) {
    for (const node of nodes.list) {
      if (!node.hasFlag(NodeFlag.PFAIL) || node.hasFlag(NodeFlag.HANDSHAKE | NodeFlag.NOADDR)) continue;
      entries.push(gossipEntry(node, tls));
      if (--failingWanted === 0) break;
    }
  }
  return entries;
}

function gossipEntry(node: ClusterNode, tls: boolean): GossipEntry {
  return {
    id: node.id,
    pingSentS: Math.floor(node.pingSentMs / 1000),
    pongReceivedS: Math.floor(node.pongReceivedMs / 1000),
    ip: node.ip,
    port: tls ? node.tlsPort : node.port,
    secondaryPort: tls ? node.port : node.tlsPort,
    busPort: node.busPort,
    flags: node.flags,
  };
}
