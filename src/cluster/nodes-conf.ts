/** Writes nodes.conf, the file in which a node keeps its view of the cluster (cluster.c, clusterSaveConfig). nodes-conf-reader.ts reads it. */
import type { ByteString } from '../resp/byte-string.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { nodeAddress, nodeLine } from './describe-nodes.js';

export { CorruptNodesConfError, readNodesConf } from './nodes-conf-reader.js';

/** Nodes whose handshake is not over are left out. @param version 7.0 writes no auxiliary fields. */
export function writeNodesConf(state: ClusterState, version: '7.0' | '7.2' = '7.2'): string {
  let text = '';
  for (const node of state.nodes.list) {
    if (node.inHandshake) continue;
    const address = version === '7.2' ? addressWithAuxiliaryFields(node) : plainAddress(state, node);
    text += `${nodeLine(state, node, address)}\n`;
  }
  return `${text}vars currentEpoch ${state.currentEpoch} lastVoteEpoch ${state.lastVoteEpoch}\n`;
}

/** The TLS port is written even when there is none. */
function addressWithAuxiliaryFields(node: ClusterNode): ByteString {
  const nodename = node.nodename === '' ? '' : `,nodename=${node.nodename}`;
  return `${nodeAddress(node, node.port)},${node.hostname},tls-port=${node.tlsPort}${nodename},shard-id=${node.shardId}`;
}

/** 7.0 saves the port that the nodes of the cluster use among themselves. */
function plainAddress(state: ClusterState, node: ClusterNode): ByteString {
  const address = nodeAddress(node, state.host.config['tls-cluster'] ? node.tlsPort : node.port);
  return node.hostname === '' ? address : `${address},${node.hostname}`;
}
