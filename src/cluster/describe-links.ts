/** The reply of CLUSTER LINKS (cluster.c, addReplyClusterLinksDescription). https://redis.io/docs/latest/commands/cluster-links/ */
import { MapReply, type Reply } from '../resp/reply.js';
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import type { ClusterAudience } from './endpoint.js';

/** What 7.2 counts for the list of messages itself (a struct of six words). */
const EMPTY_QUEUE_BYTES = 48;

/** Links whose other end is not known yet are not shown. */
export function describeLinks(state: ClusterState, { version }: ClusterAudience): Reply {
  const links: Reply[] = [];
  const queueBytes = version === '7.0' ? 0 : EMPTY_QUEUE_BYTES;
  for (const node of state.nodes.list) {
    if (node.link !== null) links.push(linkEntry(node, node.link, queueBytes));
    if (node.inboundLink !== null) links.push(linkEntry(node, node.inboundLink, queueBytes));
  }
  return links;
}

function linkEntry(node: ClusterNode, link: BusLink, queueBytes: number): Reply {
  const bytes = queueBytes + link.sendBufferBytes;
  return new MapReply([
    'direction',
    link.inbound ? 'from' : 'to',
    'node',
    node.id,
    'create-time',
    link.createdAtMs,
    'events',
    link.sendBufferBytes > 0 ? 'rw' : 'r',
    'send-buffer-allocated',
    bytes,
    'send-buffer-used',
    bytes,
  ]);
}
