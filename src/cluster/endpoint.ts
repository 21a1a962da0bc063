/** How a node is named to a client: its preferred endpoint and the port that suits the connection (cluster.c, getPreferredEndpoint and getNodeClientPort). */
import type { ByteString } from '../resp/byte-string.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterConfig } from './ports.js';

export type EndpointConfig = Pick<ClusterConfig, 'cluster-preferred-endpoint-type' | 'tls-cluster'>;

/** Who is told about the cluster. */
export interface ClusterAudience {
  /** The release the answering node behaves as. */
  readonly version: '7.0' | '7.2';
  /** The client came over TLS. */
  readonly tls: boolean;
}

export const PLAIN_CLIENT: ClusterAudience = { version: '7.2', tls: false };

/** By cluster-preferred-endpoint-type: the ip (empty while unknown), the hostname or `?`, or nothing at all. */
export function preferredEndpoint(config: EndpointConfig, node: ClusterNode): ByteString {
  switch (config['cluster-preferred-endpoint-type']) {
    case 'ip':
      return node.ip;
    case 'hostname':
      return node.hostname === '' ? '?' : node.hostname;
    case 'unknown-endpoint':
      return '';
  }
}

/** Redis 7.2 tells TLS ports to TLS clients only; 7.0 goes by tls-cluster and has no other port in a plain cluster. */
export function clientPort(config: EndpointConfig, node: ClusterNode, audience: ClusterAudience): number {
  if (audience.version === '7.2') return audience.tls ? node.tlsPort : node.port;
  if (!config['tls-cluster']) return node.port;
  return audience.tls ? node.tlsPort : node.port || node.tlsPort;
}
