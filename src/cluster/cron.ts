/** What a node does ten times a second: connect, ping, suspect, fail over (cluster.c, clusterCron; specification, "Heartbeat and gossip messages" and "Failure detection"). */
import { updateMyHostname } from './announced-address.js';
import { sendPing } from './broadcast.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import { HANDSHAKE_TIMEOUT_MIN_MS } from './constants.js';
import { handleReplicaFailover } from './election.js';
import { updateClusterState } from './health.js';
import { freeLink, freeOverfullLinks } from './links.js';
import { checkManualFailoverTimeout, handleManualFailover } from './manual-failover.js';
import { NodeFlag } from './node-flags.js';
import { deleteNode } from './node-removal.js';
import { considerReplicaMigration, ReplicaCensus } from './replica-migration.js';
import { replicateFrom } from './roles.js';

const ITERATIONS_PER_RANDOM_PING = 10;
const RANDOM_PING_SAMPLES = 5;

export function runCron(state: ClusterState): void {
  state.cronIteration++;
  // Redis reads the hostname again each time; the other announced values only when they are set.
  updateMyHostname(state);
  reconnect(state);
  if (state.cronIteration % ITERATIONS_PER_RANDOM_PING === 0) pingRandomNode(state);

  const census = new ReplicaCensus(state.myself);
  const foundSuspect = watchNodes(state, census);

  const { host, myself } = state;
  const master = myself.replicaOf;
  if (
    myself.isReplica &&
    master !== null &&
    !master.hasFlag(NodeFlag.NOADDR) &&
    host.replication.masterAddress() === null
  ) {
    replicateFrom(state, master);
  }
  checkManualFailoverTimeout(state);
  if (myself.isReplica) {
    handleManualFailover(state);
    handleReplicaFailover(state);
    considerReplicaMigration(state, census);
  }
  if (foundSuspect || !state.ok) updateClusterState(state);
}

/** Connects to every node without a link, each time anew: there is no back-off. Counts suspects, ends stale handshakes. */
function reconnect(state: ClusterState): void {
  const { host } = state;
  const nowMs = host.nowMs();
  const handshakeTimeoutMs = Math.max(host.config['cluster-node-timeout'], HANDSHAKE_TIMEOUT_MIN_MS);
  const sendBufferLimit = host.config['cluster-link-sendbuf-limit'];
  state.pfailCount = 0;
  for (const node of state.nodes.list) {
    if (sendBufferLimit > 0) freeOverfullLinks(state, node, sendBufferLimit);
    if (node.hasFlag(NodeFlag.MYSELF | NodeFlag.NOADDR)) continue;
    if (node.isPossiblyFailing) state.pfailCount++;
    if (node.inHandshake && nowMs - node.createdAtMs > handshakeTimeoutMs) {
      deleteNode(state, node, 'handshake timed out');
    } else if (node.link === null) {
      connect(state, node, nowMs);
    }
  }
}

function connect(state: ClusterState, node: ClusterNode, nowMs: number): void {
  const link = state.host.connect(node.ip, node.busPort);
  if (link !== null) {
    link.node = node;
    node.link = link;
    return;
  }
  // Without a link no ping gets sent, and without a pending ping the node would never time out.
  if (node.pingSentMs === 0) node.pingSentMs = nowMs;
  state.host.log('debug', `Unable to connect to Cluster Node [${node.ip}]:${node.busPort}`);
}

/** Of a few random nodes, pings the one that was heard of the longest time ago. */
function pingRandomNode(state: ClusterState): void {
  let oldest: ClusterNode | null = null;
  for (let sample = 0; sample < RANDOM_PING_SAMPLES; sample++) {
    const node = state.nodes.random();
    if (node.link === null || node.pingSentMs !== 0) continue;
    if (node.hasFlag(NodeFlag.MYSELF | NodeFlag.HANDSHAKE)) continue;
    if (oldest === null || oldest.pongReceivedMs > node.pongReceivedMs) oldest = node;
  }
  if (oldest?.link) sendPing(state, oldest.link, 'ping');
}

/** Pings nodes that were not heard of for long, drops silent links, suspects silent nodes. @returns true for a new suspect. */
function watchNodes(state: ClusterState, census: ReplicaCensus): boolean {
  const { host, myself, manualFailover } = state;
  const nowMs = host.nowMs();
  const nodeTimeoutMs = host.config['cluster-node-timeout'];
  const halfTimeoutMs = Math.floor(nodeTimeoutMs / 2);
  const pingIntervalMs = host.config['cluster-ping-interval'] || halfTimeoutMs;
  const pausedFor = myself.isMaster && manualFailover.endMs !== 0 ? manualFailover.replica : null;
  const iAmReplica = myself.isReplica;
  let foundSuspect = false;

  for (const node of state.nodes.list) {
    if (node.hasFlag(NodeFlag.MYSELF | NodeFlag.NOADDR | NodeFlag.HANDSHAKE)) continue;
    if (iAmReplica) census.count(node);

    const pingDelayMs = nowMs - node.pingSentMs;
    const dataDelayMs = nowMs - node.dataReceivedMs;
    if (
      node.link !== null &&
      node.pingSentMs !== 0 &&
      pingDelayMs > halfTimeoutMs &&
      dataDelayMs > halfTimeoutMs &&
      nowMs - node.link.createdAtMs > nodeTimeoutMs
    ) {
      // Perhaps only the connection is broken; the next cron makes a new one.
      freeLink(node.link);
    }

    if (node.link !== null && node.pingSentMs === 0 && nowMs - node.pongReceivedMs > pingIntervalMs) {
      sendPing(state, node.link, 'ping');
      continue;
    }
    if (node.link !== null && node === pausedFor) {
      // The replica waits for a header that carries the final offset.
      sendPing(state, node.link, 'ping');
      continue;
    }
    if (node.pingSentMs === 0) continue;

    // Any data proves that the node lives: under load a pong may be late.
    if (Math.min(pingDelayMs, dataDelayMs) > nodeTimeoutMs && !node.hasFlag(NodeFlag.PFAIL | NodeFlag.FAIL)) {
      host.log('debug', `*** NODE ${node.id} possibly failing`);
      node.flags |= NodeFlag.PFAIL;
      foundSuspect = true;
      host.emit({ kind: 'pfail', node: node.id });
    }
  }
  return foundSuspect;
}
