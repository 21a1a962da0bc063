/** Where a node is reached, and following it when it moves (cluster.c, nodeUpdateAddressIfNeeded; specification, "IP address and port discovery"). */
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { freeLink } from './links.js';
import type { GossipEntry, MessageHeader } from './message.js';
import { NodeFlag } from './node-flags.js';
import { replicateFrom } from './roles.js';

export interface NodeAddress {
  readonly ip: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly busPort: number;
}

/** Headers and gossip carry the port of the bus's kind of clients first; which one that is depends on tls-cluster. */
export function addressOf(state: ClusterState, ports: MessageHeader | GossipEntry, ip: string): NodeAddress {
  const tls = state.host.config['tls-cluster'];
  return {
    ip,
    port: tls ? ports.secondaryPort : ports.port,
    tlsPort: tls ? ports.port : ports.secondaryPort,
    busPort: ports.busPort,
  };
}

export function setAddress(node: ClusterNode, { ip, port, tlsPort, busPort }: NodeAddress): void {
  node.ip = ip;
  node.port = port;
  node.tlsPort = tlsPort;
  node.busPort = busPort;
}

/** A known node sent a ping from somewhere else than we thought: the link to the old place is given up. */
export function updateAddressIfNeeded(
  state: ClusterState,
  node: ClusterNode,
  link: BusLink,
  header: MessageHeader,
): void {
  // On our own connection to the node the address is right by definition.
  if (link === node.link) return;
  const ip = header.ip || link.peerIp;
  if (ip === '') return;
  const tls = state.host.config['tls-cluster'];
  const port = tls ? header.secondaryPort : header.port;
  const tlsPort = tls ? header.port : header.secondaryPort;
  const { busPort } = header;
  if (node.port === port && node.busPort === busPort && node.tlsPort === tlsPort && node.ip === ip) return;

  setAddress(node, { ip, port, tlsPort, busPort });
  if (node.link !== null) freeLink(node.link);
  node.flags &= ~NodeFlag.NOADDR;
  state.host.log(
    'notice',
    `Address updated for node ${node.id} (${node.nodename}), now ${node.ip}:${tls ? tlsPort : port}`,
  );
  if (state.myself.isReplica && state.myself.replicaOf === node) replicateFrom(state, node);
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE);
}

/** The node at that address is another one now: what we knew by this id is nowhere until somebody says where. */
export function loseAddress(state: ClusterState, node: ClusterNode): void {
  state.host.log(
    'debug',
    `PONG contains mismatching sender ID. About node ${node.id} added ${state.host.nowMs() - node.createdAtMs} ms ago, having flags ${node.flags}`,
  );
  node.flags |= NodeFlag.NOADDR;
  setAddress(node, { ip: '', port: 0, tlsPort: 0, busPort: 0 });
  if (node.link !== null) freeLink(node.link);
  state.doBeforeSleep(Todo.SAVE_CONFIG);
}
