/** Binding links to nodes, freeing them, and sending on them (cluster.c, "CLUSTER communication link"). */
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import type { BusMessage } from './message.js';

/** Counts the message and queues it. A node without a link simply does not get it: no bus message is ever kept for later. */
export function sendMessage(state: ClusterState, link: BusLink | null, message: BusMessage): void {
  if (link === null) return;
  state.messagesSent[message.type]++;
  link.send(message);
}

/** Closes the link and unbinds it from its node. */
export function freeLink(link: BusLink): void {
  unbindLink(link);
  link.close();
}

/** The link is gone already: only the node has to learn it. */
export function unbindLink(link: BusLink): void {
  const { node } = link;
  if (node === null) return;
  link.node = null;
  if (node.link === link) node.link = null;
  else if (node.inboundLink === link) node.inboundLink = null;
}

/** The sender of an inbound link showed who it is. An older inbound link of that node is most likely a dead one. */
export function bindInboundLink(node: ClusterNode, link: BusLink): void {
  if (node.inboundLink !== null) freeLink(node.inboundLink);
  node.inboundLink = link;
  link.node = node;
}

/** Frees links that hold more unsent data than cluster-link-sendbuf-limit allows. */
export function freeOverfullLinks(state: ClusterState, node: ClusterNode, limitBytes: number): void {
  for (const link of [node.link, node.inboundLink]) {
    if (link === null || link.sendBufferBytes <= limitBytes) continue;
    state.host.log(
      'warning',
      `Freeing cluster link(${link.inbound ? 'from' : 'to'} node ${node.id}, used memory: ${link.sendBufferBytes}) due to exceeding send buffer memory limit.`,
    );
    freeLink(link);
    state.linksOverBufferLimit++;
  }
}
