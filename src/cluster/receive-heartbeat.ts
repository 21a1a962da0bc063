/** PING, PONG and MEET (cluster.c, the heartbeat part of clusterProcessPacket; specification, "Heartbeat and gossip messages"). */
import { sendPing, sendUpdate } from './broadcast.js';
import type { BusLink } from './bus-link.js';
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { resolveEpochCollision } from './epochs.js';
import { processExtensions } from './extensions.js';
import { clearFailureIfNeeded, clearPossibleFailure } from './failure-detection.js';
import { completeHandshake, onMeetOfStranger } from './handshake.js';
import type { MessageHeader, PingMessage } from './message.js';
import { loseAddress, updateAddressIfNeeded } from './node-address.js';
import { NodeFlag } from './node-flags.js';
import { isNodeId } from './node-id.js';
import { deleteNode } from './node-removal.js';
import { processGossip } from './receive-gossip.js';
import { addReplica, removeReplica } from './replica-list.js';
import { setNodeAsMaster } from './roles.js';
import { setShardId } from './shards.js';
import { deleteSlotsOf } from './slot-assignment.js';
import { updateSlotOwnership } from './slot-ownership.js';

/** @param sender null when the id in the header is not known here. */
export function onHeartbeat(
  state: ClusterState,
  link: BusLink,
  message: PingMessage,
  sender: ClusterNode | null,
): void {
  if (message.type !== 'pong') answer(state, link, message, sender);
  const linkNode = link.inbound ? null : link.node;
  if (linkNode !== null && !checkIdentity(state, link, linkNode, message, sender)) return;

  if (sender !== null) {
    sender.flags = (sender.flags & ~NodeFlag.NOFAILOVER) | (message.flags & NodeFlag.NOFAILOVER);
    if (message.type === 'ping' && !sender.inHandshake) updateAddressIfNeeded(state, sender, link, message);
  }
  if (linkNode !== null && message.type === 'pong') {
    linkNode.pongReceivedMs = state.host.nowMs();
    linkNode.pingSentMs = 0;
    if (linkNode.isPossiblyFailing) clearPossibleFailure(state, linkNode);
    else if (linkNode.isFailing) clearFailureIfNeeded(state, linkNode);
  }
  if (sender === null) return;

  takeRole(state, sender, message);
  takeSlots(state, sender, message);
  if (state.myself.isMaster && sender.isMaster && message.configEpoch === state.myself.configEpoch) {
    resolveEpochCollision(state, sender);
  }
  processGossip(state, link.node ?? sender, message.gossip);
  processExtensions(state, sender, message.extensions);
}

/** Everybody gets a PONG, strangers too: it is how they learn who is here. */
function answer(state: ClusterState, link: BusLink, message: PingMessage, sender: ClusterNode | null): void {
  const { host, myself } = state;
  // A MEET comes to the address we are to be known by, so it may correct it; a PING only fills the gap.
  if ((message.type === 'meet' || myself.ip === '') && host.config['cluster-announce-ip'] === '') {
    if (link.localIp !== '' && link.localIp !== myself.ip) {
      myself.ip = link.localIp;
      host.log('notice', `IP address for this node updated to ${myself.ip}`);
      state.doBeforeSleep(Todo.SAVE_CONFIG);
    }
  }
  if (sender === null && message.type === 'meet') {
    onMeetOfStranger(state, link, message);
    // Without a known sender this only refreshes nodes we know; it adds none.
    processGossip(state, link.node, message.gossip);
  }
  sendPing(state, link, 'pong');
}

/** On my own connection: is the node at the other end the one I meant? @returns false when there is nothing more to do with the message. */
function checkIdentity(
  state: ClusterState,
  link: BusLink,
  node: ClusterNode,
  header: MessageHeader,
  sender: ClusterNode | null,
): boolean {
  if (node.inHandshake) {
    if (sender !== null) {
      state.host.log(
        'verbose',
        `Handshake: we already know node ${sender.id} (${sender.nodename}), updating the address if needed.`,
      );
      updateAddressIfNeeded(state, sender, link, header);
      deleteNode(state, node, 'handshake with a known node');
      return false;
    }
    // A name that is no id would make the node one that nobody can look up.
    if (!isNodeId(header.sender)) return false;
    completeHandshake(state, node, header);
    return true;
  }
  if (node.id === header.sender) return true;
  loseAddress(state, node);
  return false;
}

/** Who is a replica of whom is decided by the master a header names, not by its flags. */
function takeRole(state: ClusterState, sender: ClusterNode, header: MessageHeader): void {
  if (header.replicaOf === null) {
    setNodeAsMaster(state, sender);
    return;
  }
  const wasMaster = sender.isMaster;
  if (wasMaster) {
    deleteSlotsOf(state, sender);
    sender.flags = (sender.flags & ~(NodeFlag.MASTER | NodeFlag.MIGRATE_TO)) | NodeFlag.REPLICA;
    state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE);
  }
  const master = state.nodes.get(header.replicaOf);
  const hasNewMaster = master !== undefined && sender.replicaOf !== master;
  if (hasNewMaster) {
    if (sender.replicaOf !== null) removeReplica(sender.replicaOf, sender);
    addReplica(master, sender);
    sender.replicaOf = master;
    setShardId(state, sender, master.shardId);
    state.doBeforeSleep(Todo.SAVE_CONFIG);
  }
  if ((wasMaster || hasNewMaster) && sender !== state.myself) {
    state.host.emit({ kind: 'role-seen', node: sender.id, role: 'replica', of: header.replicaOf });
  }
}

/** Compares the slots the sender, or its master, claims with those it has in my view. */
function takeSlots(state: ClusterState, sender: ClusterNode, header: MessageHeader): void {
  const owner = sender.isMaster ? sender : sender.replicaOf;
  if (owner === null) return;
  if (owner.slots.snapshot().equals(header.slots)) {
    // Views that agree keep one copy of the bitmap between them, and compare by identity from now on.
    owner.slots.shareWith(header.slots);
    return;
  }
  if (sender.isMaster) updateSlotOwnership(state, sender, header.configEpoch, header.slots);
  informOfNewerOwner(state, sender, header);
}

/** The sender claims a slot that went to somebody else under a greater epoch: it may be the only one who does not know. */
function informOfNewerOwner(state: ClusterState, sender: ClusterNode, header: MessageHeader): void {
  const { slots } = state;
  const senderSlots = sender.slots.snapshot().bytes;
  const { bytes } = header.slots;
  for (let index = 0; index < bytes.length; index++) {
    const foreign = (bytes[index] ?? 0) & ~(senderSlots[index] ?? 0);
    if (foreign === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      const slot = (index << 3) | bit;
      if ((foreign & (1 << bit)) === 0 || slots.isUnclaimed(slot)) continue;
      const owner = slots.ownerOf(slot);
      if (owner === null || owner.configEpoch <= header.configEpoch) continue;
      state.host.log(
        'verbose',
        `Node ${sender.id} has old slots configuration, sending an UPDATE message about ${owner.id}`,
      );
      // Only the first one: the others follow with the next heartbeats.
      sendUpdate(state, sender.link, owner);
      return;
    }
  }
}
