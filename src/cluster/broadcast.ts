/** The messages this node sends of itself, and to whom (cluster.c, clusterSend* and clusterBroadcast*). */
import type { ByteString } from '../resp/byte-string.js';
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { myExtensions } from './extensions.js';
import { chooseGossip } from './gossip.js';
import { buildHeader } from './header.js';
import { sendMessage } from './links.js';
import type { BusMessage, PingMessage } from './message.js';
import { NodeFlag } from './node-flags.js';
import { nodesInShard } from './shards.js';
import { SlotSet } from './slot-bitmap.js';

/** Sends a heartbeat. Only a ping on my own connection starts the clock of the failure detection. */
export function sendPing(state: ClusterState, link: BusLink, type: PingMessage['type']): void {
  if (!link.inbound && type === 'ping' && link.node !== null) link.node.pingSentMs = state.host.nowMs();
  sendMessage(state, link, {
    type,
    ...buildHeader(state),
    gossip: chooseGossip(state),
    extensions: myExtensions(state),
  });
}

/** Tells the news of this node (a promotion, a slot taken over, its offset) without waiting for the next ping. */
export function broadcastPong(state: ClusterState, to: 'all' | 'replicas-of-my-shard'): void {
  const { myself } = state;
  for (const node of state.nodes.list) {
    if (node.link === null || node === myself || node.inHandshake) continue;
    if (to === 'replicas-of-my-shard') {
      const master = node.isReplica ? node.replicaOf : null;
      if (master === null || (master !== myself && master !== myself.replicaOf)) continue;
    }
    sendPing(state, node.link, 'pong');
  }
}

export function sendFail(state: ClusterState, failedNode: ClusterNode): void {
  broadcast(state, { type: 'fail', ...buildHeader(state), failedNode: failedNode.id });
}

/** Tells one node about the slots of another; slots which that one stopped claiming are left out, for they may be wrong. */
export function sendUpdate(state: ClusterState, link: BusLink | null, subject: ClusterNode): void {
  sendMessage(state, link, {
    type: 'update',
    ...buildHeader(state),
    subject: subject.id,
    subjectConfigEpoch: subject.configEpoch,
    subjectSlots: claimedSlots(state, subject),
  });
}

export function sendVoteRequest(state: ClusterState): void {
  broadcast(state, { type: 'auth-req', ...buildHeader(state, state.manualFailover.endMs !== 0) });
}

export function sendVote(state: ClusterState, to: ClusterNode): void {
  sendMessage(state, to.link, { type: 'auth-ack', ...buildHeader(state) });
}

export function sendManualFailoverStart(state: ClusterState, master: ClusterNode): void {
  sendMessage(state, master.link, { type: 'mfstart', ...buildHeader(state) });
}

/** Spreads a PUBLISH to every node, an SPUBLISH to the nodes of my shard. */
export function sendPublish(
  state: ClusterState,
  channel: ByteString,
  payload: ByteString,
  sharded: boolean,
): void {
  const type = sharded ? 'publishshard' : 'publish';
  const targets = sharded ? nodesInShard(state, state.myself.shardId) : state.nodes.list;
  sendToAll(state, targets, { type, ...buildHeader(state), channel, payload });
}

function broadcast(state: ClusterState, message: BusMessage): void {
  sendToAll(state, state.nodes.list, message);
}

function sendToAll(state: ClusterState, nodes: readonly ClusterNode[], message: BusMessage): void {
  for (const node of nodes) {
    if (!node.hasFlag(NodeFlag.MYSELF | NodeFlag.HANDSHAKE)) sendMessage(state, node.link, message);
  }
}

function claimedSlots(state: ClusterState, node: ClusterNode): SlotSet {
  const slots = node.slots.snapshot();
  if (state.slots.ownerNotClaiming.count === 0) return slots;
  const unclaimed = state.slots.ownerNotClaiming.snapshot().bytes;
  return new SlotSet(slots.bytes.map((byte, index) => byte & ~(unclaimed[index] ?? 0)));
}
