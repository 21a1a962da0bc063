/** The reply of CLUSTER INFO (cluster.c, genClusterInfoString). https://redis.io/docs/latest/commands/cluster-info/ */
import { VerbatimReply } from '../resp/reply.js';
import type { ClusterState } from './cluster-state.js';
import { MESSAGE_TYPES, type MessageType } from './message.js';

export function describeInfo(state: ClusterState): VerbatimReply {
  const { myself } = state;
  let failing = 0;
  let possiblyFailing = 0;
  for (const node of state.nodes.list) {
    if (node.isFailing) failing += node.slots.count;
    else if (node.isPossiblyFailing) possiblyFailing += node.slots.count;
  }
  const assigned = state.slots.assignedCount;
  const lines = [
    `cluster_state:${state.ok ? 'ok' : 'fail'}`,
    `cluster_slots_assigned:${assigned}`,
    `cluster_slots_ok:${assigned - failing - possiblyFailing}`,
    `cluster_slots_pfail:${possiblyFailing}`,
    `cluster_slots_fail:${failing}`,
    `cluster_known_nodes:${state.nodes.size}`,
    `cluster_size:${state.size}`,
    `cluster_current_epoch:${state.currentEpoch}`,
    `cluster_my_epoch:${(state.myMaster ?? myself).configEpoch}`,
    ...messageCounts(state.messagesSent, 'sent'),
    ...messageCounts(state.messagesReceived, 'received'),
    `total_cluster_links_buffer_limit_exceeded:${state.linksOverBufferLimit}`,
  ];
  return new VerbatimReply('txt', `${lines.join('\r\n')}\r\n`);
}

/** Types that never occurred are left out; the total is always there. */
function messageCounts(
  counts: Readonly<Record<MessageType, number>>,
  direction: 'sent' | 'received',
): string[] {
  const lines: string[] = [];
  let total = 0;
  for (const type of MESSAGE_TYPES) {
    if (counts[type] === 0) continue;
    total += counts[type];
    lines.push(`cluster_stats_messages_${type}_${direction}:${counts[type]}`);
  }
  lines.push(`cluster_stats_messages_${direction}:${total}`);
  return lines;
}
