/** What a message does to this node, by type (cluster.c, clusterProcessPacket). Nothing that arrives on the bus may make it throw. */
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { onVote } from './election.js';
import { onFail } from './failure-detection.js';
import { bindInboundLink } from './links.js';
import { onManualFailoverStart, onPausedMasterOffset } from './manual-failover.js';
import type { BusMessage, MessageHeader, MessageType, UpdateMessage } from './message.js';
import { onHeartbeat } from './receive-heartbeat.js';
import { setNodeAsMaster } from './roles.js';
import { updateSlotOwnership } from './slot-ownership.js';
import { onVoteRequest } from './votes.js';

export function receiveMessage(state: ClusterState, link: BusLink, message: BusMessage): void {
  state.messagesReceived[message.type]++;
  if (message.type === state.droppedType) {
    state.host.log('warning', 'Dropping packet that matches debug drop filter');
    return;
  }
  const sender = identifySender(state, link, message.sender);
  if (sender !== null) {
    sender.dataReceivedMs = state.host.nowMs();
    if (!sender.inHandshake) takeHeader(state, sender, message);
  }

  if (message.type === 'ping' || message.type === 'pong' || message.type === 'meet') {
    onHeartbeat(state, link, message, sender);
    return;
  }
  // Everything but heartbeats is for acquaintances only.
  if (sender === null) {
    if (message.type === 'fail') {
      state.host.log(
        'notice',
        `Ignoring FAIL message from unknown node ${message.sender} about ${message.failedNode}`,
      );
    }
    return;
  }
  switch (message.type) {
    case 'fail': {
      const failing = state.nodes.get(message.failedNode);
      if (failing !== undefined) onFail(state, sender, failing);
      return;
    }
    case 'publish':
    case 'publishshard':
      state.host.clients.deliverPublish(message.channel, message.payload, message.type === 'publishshard');
      return;
    case 'auth-req':
      onVoteRequest(state, sender, message);
      return;
    case 'auth-ack':
      // The epoch of a node in handshake is not read from its header.
      onVote(state, sender, sender.inHandshake ? 0 : message.currentEpoch);
      return;
    case 'mfstart':
      onManualFailoverStart(state, sender, link);
      return;
    case 'update':
      onUpdate(state, message);
      return;
    case 'module':
      // No modules here to hand it to.
      return;
  }
}

/** A packet that is not processed, as the wire codec reports it. */
export interface IgnoredPacket {
  /** Null = no type that is counted. */
  readonly type: MessageType | null;
  /** What Redis logs about it; null = nothing. */
  readonly warning: string | null;
  /** Of a packet of unknown type only. */
  readonly header: MessageHeader | null;
}

export function receiveIgnored(state: ClusterState, link: BusLink, packet: IgnoredPacket): void {
  if (packet.type !== null) state.messagesReceived[packet.type]++;
  if (packet.warning !== null) state.host.log('warning', packet.warning);
  if (packet.header === null) return;
  const sender = identifySender(state, link, packet.header.sender);
  if (sender === null) return;
  sender.dataReceivedMs = state.host.nowMs();
  if (!sender.inHandshake) takeHeader(state, sender, packet.header);
}

/**
 * A bound link tells who speaks, except in a handshake, when the node still goes by a random id. Otherwise the id in the
 * header does, and an inbound link gets bound to that node.
 */
function identifySender(state: ClusterState, link: BusLink, id: string): ClusterNode | null {
  if (link.node !== null && !link.node.inHandshake) return link.node;
  const sender = state.nodes.get(id) ?? null;
  if (sender !== null && link.node === null && link.inbound) bindInboundLink(sender, link);
  return sender;
}

/** What every message tells of its sender. */
function takeHeader(state: ClusterState, sender: ClusterNode, header: MessageHeader): void {
  const { myself, manualFailover } = state;
  if (header.currentEpoch > state.currentEpoch) state.currentEpoch = header.currentEpoch;
  // Replicas too: their headers carry the epoch of their master.
  if (header.configEpoch > sender.configEpoch) {
    sender.configEpoch = header.configEpoch;
    state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.FSYNC_CONFIG);
  }
  sender.replicationOffset = header.offset;
  sender.replicationOffsetTimeMs = state.host.nowMs();
  if (
    header.paused &&
    manualFailover.endMs !== 0 &&
    manualFailover.masterOffset === -1 &&
    myself.isReplica &&
    myself.replicaOf === sender
  ) {
    onPausedMasterOffset(state, header.offset);
  }
}

/** A third node knows a newer configuration of some node than the one this node acts on. */
function onUpdate(state: ClusterState, message: UpdateMessage): void {
  const subject = state.nodes.get(message.subject);
  if (subject === undefined || subject.configEpoch >= message.subjectConfigEpoch) return;
  if (subject.isReplica) setNodeAsMaster(state, subject);
  subject.configEpoch = message.subjectConfigEpoch;
  state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.FSYNC_CONFIG);
  updateSlotOwnership(state, subject, message.subjectConfigEpoch, message.subjectSlots);
}
