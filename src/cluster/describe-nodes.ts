/** The lines of CLUSTER NODES, CLUSTER REPLICAS and nodes.conf (cluster.c, clusterGenNodeDescription). https://redis.io/docs/latest/commands/cluster-nodes/ */
import type { ByteString } from '../resp/byte-string.js';
import { VerbatimReply } from '../resp/reply.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { type ClusterAudience, clientPort } from './endpoint.js';
import { NodeFlag } from './node-flags.js';

/** In the order of printing. The other flags are not shown. */
const FLAG_NAMES = [
  [NodeFlag.MYSELF, 'myself'],
  [NodeFlag.MASTER, 'master'],
  [NodeFlag.REPLICA, 'slave'],
  [NodeFlag.PFAIL, 'fail?'],
  [NodeFlag.FAIL, 'fail'],
  [NodeFlag.HANDSHAKE, 'handshake'],
  [NodeFlag.NOADDR, 'noaddr'],
  [NodeFlag.NOFAILOVER, 'nofailover'],
] as const;

/** The reply of CLUSTER NODES: every known node, handshakes too. */
export function describeNodes(state: ClusterState, audience: ClusterAudience): VerbatimReply {
  let lines = '';
  for (const node of state.nodes.list) lines += `${describeNode(state, node, audience)}\n`;
  return new VerbatimReply('txt', lines);
}

/** One line as a client sees it, without the line end. */
export function describeNode(state: ClusterState, node: ClusterNode, audience: ClusterAudience): ByteString {
  const address = nodeAddress(node, clientPort(state.host.config, node, audience));
  return nodeLine(state, node, node.hostname === '' ? address : `${address},${node.hostname}`);
}

export function nodeAddress(node: ClusterNode, port: number): ByteString {
  return `${node.ip}:${port}@${node.busPort}`;
}

/** @param address what stands between the id and the flags; nodes.conf writes more there than clients see. */
export function nodeLine(state: ClusterState, node: ClusterNode, address: ByteString): ByteString {
  const master = node.replicaOf;
  const epoch = node.isReplica && master !== null ? master.configEpoch : node.configEpoch;
  const link = node.link !== null || node.isMyself ? 'connected' : 'disconnected';
  return (
    `${node.id} ${address} ${flagNames(node.flags)} ${master === null ? '-' : master.id}` +
    ` ${node.pingSentMs} ${node.pongReceivedMs} ${epoch} ${link}` +
    slotRangesOf(node) +
    (node.isMyself ? openSlots(state) : '')
  );
}

export function flagNames(flags: number): string {
  let names = '';
  for (const [flag, name] of FLAG_NAMES) {
    if ((flags & flag) !== 0) names += names === '' ? name : `,${name}`;
  }
  return names === '' ? 'noflags' : names;
}

/** The flag a name in nodes.conf stands for, 0 for `noflags`; undefined when there is no such flag. */
export function flagOfName(name: string): number | undefined {
  const wanted = name.toLowerCase();
  if (wanted === 'noflags') return 0;
  return FLAG_NAMES.find(([, known]) => known === wanted)?.[0];
}

function slotRangesOf(node: ClusterNode): string {
  let text = '';
  for (const [start, end] of node.slots.ranges) text += start === end ? ` ${start}` : ` ${start}-${end}`;
  return text;
}

/** Only a node's own line tells of the slots it is handing over or taking over. */
function openSlots(state: ClusterState): string {
  const { migratingTo, importingFrom } = state.slots;
  if (migratingTo.size === 0 && importingFrom.size === 0) return '';
  const open = new Set([...migratingTo.keys(), ...importingFrom.keys()]);
  let text = '';
  for (const slot of [...open].sort((first, second) => first - second)) {
    const target = migratingTo.get(slot);
    text +=
      target === undefined ? ` [${slot}-<-${importingFrom.get(slot)!.id}]` : ` [${slot}->-${target.id}]`;
  }
  return text;
}
