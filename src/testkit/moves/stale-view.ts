/** What a node hears whose view of the cluster shall stay as it is: that the others are alive, and nothing new of them. */
import type { ClusterNode } from '../../cluster/cluster-node.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import type { BusMessage, MessageHeader } from '../../cluster/message.js';
import { NodeFlag } from '../../cluster/node-flags.js';

const ROLES = NodeFlag.MASTER | NodeFlag.REPLICA;

/** A message without its news; null when it is nothing but news. */
export function withoutNews(message: BusMessage, state: ClusterState): BusMessage | null {
  const sender = state.nodes.get(message.sender);
  if (sender === undefined) return null;
  switch (message.type) {
    case 'fail':
    case 'update':
    case 'auth-req':
      return null;
    case 'ping':
    case 'pong':
    case 'meet':
      return { ...message, ...knownHeader(message, sender, state), gossip: [] };
    default:
      return { ...message, ...knownHeader(message, sender, state) };
  }
}

/** The message says of its sender what the receiver believes of it already, or it says nothing at all. */
export function isNews(message: BusMessage, state: ClusterState): boolean {
  const sender = state.nodes.get(message.sender);
  if (sender === undefined || message.type === 'fail' || message.type === 'update') return true;
  const known = knownHeader(message, sender, state);
  return (
    message.currentEpoch !== known.currentEpoch ||
    message.configEpoch !== known.configEpoch ||
    message.replicaOf !== known.replicaOf ||
    message.flags !== known.flags ||
    !message.slots.equals(known.slots)
  );
}

type Claims = Pick<MessageHeader, 'currentEpoch' | 'configEpoch' | 'slots' | 'replicaOf' | 'flags'>;

/** A replica speaks for its master. */
function knownHeader(message: MessageHeader, sender: ClusterNode, state: ClusterState): Claims {
  const claimant = sender.replicaOf ?? sender;
  return {
    currentEpoch: Math.min(message.currentEpoch, state.currentEpoch),
    configEpoch: claimant.configEpoch,
    slots: claimant.slots.snapshot(),
    replicaOf: sender.replicaOf?.id ?? null,
    flags: (message.flags & ~ROLES) | (sender.flags & ROLES),
  };
}
