/** Writes down what goes over the cluster bus, as text with short names: M1, M2... for the masters and R1, R2... for their replicas. */
import type { BusMessage } from '../../src/cluster/message.js';
import type { Cluster, TestNode } from '../../src/index.js';

/** Short names that do not depend on the ports, given by the role a node has now. */
export function shortNames(cluster: Cluster): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const name = (nodes: readonly TestNode[], letter: string): void => {
    for (const [index, node] of nodes.entries()) {
      names.set(node.name, `${letter}${index + 1}`);
      names.set(node.id, `${letter}${index + 1}`);
    }
  };
  name(cluster.masters, 'M');
  name(cluster.replicas, 'R');
  return names;
}

/**
 * Records the messages from now on, in the order in which they are sent.
 * @returns a function that ends the recording and gives the lines.
 */
export function recordBus(
  cluster: Cluster,
  wanted: (message: BusMessage) => boolean = () => true,
): () => string {
  const names = shortNames(cluster);
  const nameOf = (id: string): string => names.get(id) ?? id;
  const startedAtMs = cluster.now();
  const lines: string[] = [];
  const { network } = cluster.nodes[0]!.process;
  const remove = network.addRule(({ from, to, traffic, step, payload }) => {
    if (traffic === 'bus' && step === 'data') {
      const message = payload as BusMessage;
      const seconds = ((network.clock.nowMs() - startedAtMs) / 1000).toFixed(3);
      if (wanted(message))
        lines.push(`+${seconds}s  ${nameOf(from)} -> ${nameOf(to)}  ${describe(message, nameOf)}`);
    }
    return 'pass';
  });
  return () => {
    remove();
    return `${lines.join('\n')}\n`;
  };
}

function describe(message: BusMessage, nameOf: (id: string) => string): string {
  const parts = [
    `current ${message.currentEpoch}`,
    `config ${message.configEpoch}`,
    `offset ${message.offset}`,
  ];
  parts.push(
    message.replicaOf === null ? `${message.slots.count} slots` : `replica of ${nameOf(message.replicaOf)}`,
  );
  if (message.paused) parts.push('PAUSED');
  if (message.forceAck) parts.push('FORCEACK');
  if (message.type === 'fail') parts.push(`about ${nameOf(message.failedNode)}`);
  if (message.type === 'update')
    parts.push(`about ${nameOf(message.subject)} in epoch ${message.subjectConfigEpoch}`);
  return `${message.type.padEnd(8)}  ${parts.join(', ')}`;
}
