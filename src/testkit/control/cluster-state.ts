/** What clients of the control server are told of the nodes, each time something of it is new. */
import type { SlotRanges } from '../../cluster/slot-bitmap.js';
import type { Cluster } from '../cluster.js';
import { noSuchNode, type TestNode } from '../test-node.js';
import type { ClusterStateMessage, NodeStateMessage } from './protocol.js';

/** Names nodes by keys that stay, whatever becomes of their addresses and ids. */
export class NodeKeys {
  readonly #keys = new Map<TestNode, string>();

  keyOf(node: TestNode): string {
    const known = this.#keys.get(node);
    if (known !== undefined) return known;
    const key = `n${this.#keys.size + 1}`;
    this.#keys.set(node, key);
    return key;
  }

  /** @param which a key, an id, `host:port` or a port. @throws RedisTestClusterError NO_SUCH_NODE */
  find(cluster: Cluster, which: unknown): TestNode {
    const known = cluster.nodes.find((node) => this.keyOf(node) === which);
    if (known !== undefined) return known;
    if (typeof which === 'string' || typeof which === 'number') return cluster.node(which);
    return noSuchNode(`a node is named by its id, its host:port or its port, got ${JSON.stringify(which)}`);
  }
}

export function clusterState(cluster: Cluster, keys: NodeKeys): ClusterStateMessage {
  return { nodes: cluster.nodes.map((node) => nodeState(cluster, node, keys)) };
}

function nodeState(cluster: Cluster, node: TestNode, keys: NodeKeys): NodeStateMessage {
  const { id, host, port, busPort, name, uri, state, role, master, slots, connectionCount } = node;
  return {
    key: keys.keyOf(node),
    id,
    host,
    port,
    busPort,
    name,
    uri,
    state,
    role,
    master: master === null ? null : keys.keyOf(master),
    slots,
    assigned: node.isRunning ? [] : assignedTo(node, cluster),
    configEpoch: node.isRunning ? (node.process.node.cluster?.state.myself.configEpoch ?? 0) : 0,
    connectionCount,
  };
}

/** The slots that others still hold for its own. */
function assignedTo({ id }: TestNode, cluster: Cluster): SlotRanges {
  for (const { isRunning, process } of cluster.nodes) {
    const seen = isRunning ? process.node.cluster?.state.nodes.get(id) : undefined;
    if (seen !== undefined) return seen.slots.ranges;
  }
  return [];
}
