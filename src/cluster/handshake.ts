/** How nodes get into the table: CLUSTER MEET, the MEET of a stranger, gossip of a known node (cluster.c, clusterStartHandshake; specification, "Nodes handshake"). */
import type { BusLink } from './bus-link.js';
import { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { normalizeIp } from './ip-address.js';
import type { GossipEntry, MessageHeader } from './message.js';
import { addressOf, setAddress } from './node-address.js';
import { GOSSIPED_FLAGS, NodeFlag } from './node-flags.js';
import { joinShard } from './shards.js';

const PORT_MAX = 65535;

export type HandshakeStart = 'started' | 'in-progress' | 'invalid-address';

/** CLUSTER MEET. The node gets a random id until it tells its own; the cron connects to it. */
export function startHandshake(
  state: ClusterState,
  ip: string,
  port: number,
  busPort: number,
): HandshakeStart {
  const normalizedIp = normalizeIp(ip);
  if (normalizedIp === null || !isPort(port) || !isPort(busPort)) return 'invalid-address';
  const tls = state.host.config['tls-cluster'];
  for (const node of state.nodes.list) {
    if (!node.inHandshake || node.ip.toLowerCase() !== normalizedIp) continue;
    if ((tls ? node.tlsPort : node.port) === port && node.busPort === busPort) return 'in-progress';
  }
  const node = createNode(state, null, NodeFlag.HANDSHAKE | NodeFlag.MEET);
  node.ip = normalizedIp;
  if (tls) node.tlsPort = port;
  else node.port = port;
  node.busPort = busPort;
  addNode(state, node);
  return 'started';
}

/** A node nobody told us about sent a MEET: this one connects back to learn its id from an answer. */
export function onMeetOfStranger(state: ClusterState, link: BusLink, header: MessageHeader): void {
  const node = createNode(state, null, NodeFlag.HANDSHAKE);
  setAddress(node, addressOf(state, header, header.ip || link.peerIp));
  addNode(state, node);
  state.doBeforeSleep(Todo.SAVE_CONFIG);
}

/** A known node told of one that is new here. Its id is trusted, its address has to prove itself. */
export function learnNode(state: ClusterState, entry: GossipEntry): void {
  const node = createNode(state, entry.id, entry.flags & GOSSIPED_FLAGS);
  setAddress(node, addressOf(state, entry, entry.ip));
  addNode(state, node);
  joinShard(state, node);
}

/** The other side of the handshake told its id. Its slots and its master come with its next message. */
export function completeHandshake(state: ClusterState, node: ClusterNode, header: MessageHeader): void {
  state.nodes.rename(node, header.sender);
  joinShard(state, node);
  node.flags &= ~NodeFlag.HANDSHAKE;
  node.flags |= header.flags & (NodeFlag.MASTER | NodeFlag.REPLICA);
  state.doBeforeSleep(Todo.SAVE_CONFIG);
  state.host.log('debug', `Handshake with node ${node.id} completed.`);
  state.host.emit({ kind: 'handshake-completed', node: node.id });
}

function createNode(state: ClusterState, id: string | null, flags: number): ClusterNode {
  const { random } = state.host;
  return new ClusterNode(id ?? random.hex(40), random.hex(40), flags, state.host.nowMs());
}

function addNode(state: ClusterState, node: ClusterNode): void {
  state.nodes.add(node);
  state.host.emit({ kind: 'node-added', node: node.id, handshake: node.inHandshake });
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= PORT_MAX;
}
