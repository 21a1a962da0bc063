/** INFO replication, cluster and keyspace: the role of the node and what it holds. */
import type { CommandContext } from '../../context.js';
import type { InfoLines } from './section.js';

export function replicationSection({ node }: CommandContext): InfoLines {
  return node.replication.describeReplication();
}

export function clusterSection({ node }: CommandContext): InfoLines {
  return [['cluster_enabled', node.cluster === null ? 0 : 1]];
}

export function keyspaceSection({ node }: CommandContext): InfoLines {
  return node.keyspace.databases
    .filter(({ size }) => size > 0)
    .map(
      ({ index, size, expiringCount, averageTtlMs }) =>
        [`db${index}`, `keys=${size},expires=${expiringCount},avg_ttl=${averageTtlMs}`] as const,
    );
}
