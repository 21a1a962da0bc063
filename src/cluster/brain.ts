/** The cluster brain of one node: takes ticks, messages and commands, and acts through the host. Nothing here waits, and nothing here does IO. */
import type { ByteString } from '../resp/byte-string.js';
import {
  updateMyFlags,
  updateMyHostname,
  updateMyIp,
  updateMyNodename,
  updateMyPorts,
} from './announced-address.js';
import { runBeforeSleep } from './before-sleep.js';
import { broadcastPong, sendPing, sendPublish } from './broadcast.js';
import type { BusLink } from './bus-link.js';
import { ClusterNode } from './cluster-node.js';
import { ClusterState, Todo } from './cluster-state.js';
import { NODE_ID_LENGTH } from './constants.js';
import { runCron } from './cron.js';
import { verifyKeysAfterLoad } from './dataset-check.js';
import { bumpConfigEpoch, setConfigEpoch } from './epochs.js';
import { type FailoverMode, requestFailover } from './failover-request.js';
import { countFailureReports } from './failure-reports.js';
import { type HandshakeStart, startHandshake } from './handshake.js';
import { unbindLink } from './links.js';
import type { BusMessage } from './message.js';
import { NodeFlag } from './node-flags.js';
import { deleteNode } from './node-removal.js';
import { readNodesConf } from './nodes-conf.js';
import type { ClusterHost } from './ports.js';
import { type IgnoredPacket, receiveIgnored, receiveMessage } from './receive.js';
import { resetCluster } from './reset.js';
import { setMyMaster } from './roles.js';
import { saveConfig, saveConfigOrDie } from './saving.js';
import { isSlot } from './slot-assignment.js';
import {
  addSlotsToMyself,
  flushMySlots,
  setSlotImporting,
  setSlotMigrating,
  setSlotNode,
  setSlotStable,
  unassignSlots,
} from './slot-commands.js';

export class ClusterBrain {
  readonly state: ClusterState;

  /**
   * @param savedNodesConf the nodes.conf of this node's last life; null or '' makes a new node with a random id.
   * @throws when nodes.conf cannot be read.
   */
  constructor(host: ClusterHost, savedNodesConf: string | null) {
    if (savedNodesConf === null || savedNodesConf === '') {
      this.state = newNode(host);
      saveConfigOrDie(this.state, true);
    } else {
      this.state = readNodesConf(savedNodesConf, host);
    }
    const { state } = this;
    updateMyPorts(state);
    updateMyFlags(state);
    updateMyIp(state);
    updateMyHostname(state);
    updateMyNodename(state);
  }

  /** To be called every CRON_PERIOD_MS. */
  cron(): void {
    runCron(this.state);
  }

  /** To be called after each input, before anything that was queued on a link leaves the node. */
  beforeSleep(): void {
    if (this.state.todo !== 0) runBeforeSleep(this.state);
  }

  onMessage(link: BusLink, message: BusMessage): void {
    receiveMessage(this.state, link, message);
  }

  /** A packet came that has to be ignored; Redis counts it all the same, and takes the header of one of unknown type. */
  onDroppedPacket(link: BusLink, packet: IgnoredPacket): void {
    receiveIgnored(this.state, link, packet);
  }

  /** The connect of a link that the host opened has succeeded. */
  onLinkConnected(link: BusLink): void {
    const { node } = link;
    if (node === null) return;
    const pendingSinceMs = node.pingSentMs;
    sendPing(this.state, link, node.hasFlag(NodeFlag.MEET) ? 'meet' : 'ping');
    // A node that was silent before the link broke has been silent since then.
    if (pendingSinceMs !== 0) node.pingSentMs = pendingSinceMs;
    // One MEET is enough; if no answer comes, the handshake times out.
    node.flags &= ~NodeFlag.MEET;
  }

  /** The connect failed, or the other side closed, or the connection broke. */
  onLinkClosed(link: BusLink): void {
    unbindLink(link);
  }

  /** Somebody connected; who it is shows with the first message. */
  onInboundLink(link: BusLink): void {
    link.node = null;
    this.state.host.log('verbose', `Accepting cluster node connection from ${link.peerIp}`);
  }

  /** Tells other nodes at once what this one's heartbeats would tell them by and by. */
  announce(to: 'all' | 'my-master'): void {
    const { state } = this;
    if (to === 'all') broadcastPong(state, 'all');
    else if (state.myMaster?.link) sendPing(state, state.myMaster.link, 'pong');
  }

  /** CLUSTER MEET. The node is looked for with the next cron. */
  meet(ip: string, port: number, busPort: number): HandshakeStart {
    return startHandshake(this.state, ip, port, busPort);
  }

  /** CLUSTER FORGET. */
  forget(node: ClusterNode): void {
    this.state.nodes.blacklist(node.id);
    deleteNode(this.state, node, 'forgotten');
    this.state.doBeforeSleep(Todo.UPDATE_STATE | Todo.SAVE_CONFIG);
  }

  /** CLUSTER REPLICATE. Also moves a replica, and starts its replication anew when `master` is its master already. */
  replicate(master: ClusterNode): void {
    setMyMaster(this.state, master);
    this.state.doBeforeSleep(Todo.UPDATE_STATE | Todo.SAVE_CONFIG);
  }

  /** CLUSTER FAILOVER. */
  requestFailover(mode: FailoverMode): void {
    requestFailover(this.state, mode);
  }

  /** CLUSTER ADDSLOTS. The slots have no owner. */
  addSlots(slots: Iterable<number>): void {
    addSlotsToMyself(this.state, slots);
  }

  /** CLUSTER DELSLOTS. The slots have owners. */
  deleteSlots(slots: Iterable<number>): void {
    unassignSlots(this.state, slots);
  }

  /** CLUSTER FLUSHSLOTS. */
  flushSlots(): void {
    flushMySlots(this.state);
  }

  setSlotMigrating(slot: number, target: ClusterNode): void {
    assertSlot(slot);
    setSlotMigrating(this.state, slot, target);
  }

  setSlotImporting(slot: number, source: ClusterNode): void {
    assertSlot(slot);
    setSlotImporting(this.state, slot, source);
  }

  setSlotStable(slot: number): void {
    assertSlot(slot);
    setSlotStable(this.state, slot);
  }

  setSlotNode(slot: number, node: ClusterNode): void {
    assertSlot(slot);
    setSlotNode(this.state, slot, node);
  }

  /** CLUSTER BUMPEPOCH. @returns false when this node has the greatest epoch already. */
  bumpConfigEpoch(): boolean {
    return bumpConfigEpoch(this.state);
  }

  /** CLUSTER SET-CONFIG-EPOCH. */
  setConfigEpoch(epoch: number): void {
    setConfigEpoch(this.state, epoch);
  }

  /** CLUSTER RESET. */
  reset(hard: boolean): void {
    resetCluster(this.state, hard);
  }

  /** CLUSTER SAVECONFIG. @returns what went wrong, null when the file is stored. */
  saveConfig(fsync: boolean): string | null {
    return saveConfig(this.state, fsync);
  }

  /** CLUSTER COUNT-FAILURE-REPORTS. */
  countFailureReports(node: ClusterNode): number {
    return countFailureReports(this.state, node);
  }

  /** Spreads a published message: to all nodes, or to this shard when it is sharded. Local subscribers are the node's business. */
  publish(channel: ByteString, payload: ByteString, sharded: boolean): void {
    sendPublish(this.state, channel, payload, sharded);
  }

  /** To be called once the dataset is loaded, before the node listens on the bus. */
  verifyKeysAfterLoad(): void {
    verifyKeysAfterLoad(this.state);
  }

  /** A directive changed at run time (CONFIG SET). */
  onConfigChanged(name: string): void {
    switch (name) {
      case 'cluster-announce-ip':
        updateMyIp(this.state);
        break;
      case 'cluster-announce-port':
      case 'cluster-announce-tls-port':
      case 'cluster-announce-bus-port':
        updateMyPorts(this.state);
        break;
      case 'cluster-announce-hostname':
        updateMyHostname(this.state);
        break;
      case 'cluster-announce-human-nodename':
        updateMyNodename(this.state);
        break;
      case 'cluster-replica-no-failover':
        updateMyFlags(this.state);
        break;
    }
  }
}

function newNode(host: ClusterHost): ClusterState {
  const id = host.random.hex(NODE_ID_LENGTH);
  const shardId = host.random.hex(NODE_ID_LENGTH);
  host.log('notice', `No cluster configuration found, I'm ${id}`);
  const myself = new ClusterNode(id, shardId, NodeFlag.MYSELF | NodeFlag.MASTER, host.nowMs());
  return new ClusterState(host, myself);
}

function assertSlot(slot: number): void {
  if (!isSlot(slot)) throw new Error(`there is no slot ${slot}`);
}
