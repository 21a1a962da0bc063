/** Everything one node holds about the cluster (clusterState of Redis). Plain data: the rules live in the files beside it, the brain joins them. */
import type { ClusterNode } from './cluster-node.js';
import { MESSAGE_TYPES, type MessageType } from './message.js';
import { NodeTable } from './node-table.js';
import type { ClusterHost } from './ports.js';
import { SlotTable } from './slot-table.js';

/** Work to do before the node waits for its next input, and before anything it queued is sent. */
export const Todo = {
  HANDLE_FAILOVER: 1,
  UPDATE_STATE: 2,
  SAVE_CONFIG: 4,
  FSYNC_CONFIG: 8,
  HANDLE_MANUAL_FAILOVER: 16,
} as const;

/** The election this replica runs or has run (section 5.2 of the notes in src/README.md; "Replica election and promotion"). */
export interface ElectionState {
  /** When the vote is or was to be asked for; 0 = never. */
  timeMs: number;
  votes: number;
  sent: boolean;
  rank: number;
  epoch: number;
  /** Why the replica could not fail over when it last tried; logged now and then. */
  stalledReason: StalledReason;
  stalledLoggedAtMs: number;
}

/** What keeps a replica from failing over; 'none' = nothing to do. */
export type StalledReason = 'none' | 'data-age' | 'waiting-delay' | 'expired' | 'waiting-votes';

/** A manual failover in progress, on either side. */
export interface ManualFailoverState {
  /** When it is given up; 0 = none is running. */
  endMs: number;
  /** On the master: the replica that asked for it. */
  replica: ClusterNode | null;
  /** On the replica: the master's final offset, -1 = not known yet. */
  masterOffset: number;
  /** On the replica: the election may start. */
  canStart: boolean;
}

export class ClusterState {
  readonly host: ClusterHost;
  readonly nodes: NodeTable;
  readonly slots = new SlotTable();
  readonly myself: ClusterNode;
  currentEpoch = 0;
  lastVoteEpoch = 0;
  ok = false;
  /** Masters with at least one slot, as of the last state update. */
  size = 1;
  readonly election: ElectionState = {
    timeMs: 0,
    votes: 0,
    sent: false,
    rank: 0,
    epoch: 0,
    stalledReason: 'none',
    stalledLoggedAtMs: 0,
  };
  readonly manualFailover: ManualFailoverState = {
    endMs: 0,
    replica: null,
    masterOffset: -1,
    canStart: false,
  };
  /** Todo bits. */
  todo = 0;
  cronIteration = 0;
  /** PFAIL nodes the last cron pass counted. */
  pfailCount = 0;
  /** When the state was first computed since start; 0 = not yet. */
  firstStateUpdateMs = 0;
  lastMinorityMs = 0;
  readonly messagesSent: Record<MessageType, number> = emptyCounters();
  readonly messagesReceived: Record<MessageType, number> = emptyCounters();
  linksOverBufferLimit = 0;
  /** The cluster-announce-ip applied last; '' = none. */
  announcedIp = '';
  /** Messages of this type are counted but not processed (DEBUG DROP-CLUSTER-PACKET-FILTER). */
  droppedType: MessageType | null = null;
  /** Pings, pongs and meets built so far. */
  pingsBuilt = 0;
  /** Source of ClusterNode.shardOrder. */
  shardJoins = 0;
  /** Set when nodes.conf could not be written: the node has to stop. */
  fatalError: string | null = null;

  constructor(host: ClusterHost, myself: ClusterNode) {
    this.host = host;
    this.myself = myself;
    this.nodes = new NodeTable(host);
    this.nodes.add(myself);
  }

  /** The master of my shard: myself, or my master when it is known. */
  get myMaster(): ClusterNode | null {
    return this.myself.isMaster ? this.myself : this.myself.replicaOf;
  }

  /** Votes or reports that make a majority of the masters with slots. */
  get quorum(): number {
    return Math.floor(this.size / 2) + 1;
  }

  doBeforeSleep(bits: number): void {
    this.todo |= bits;
  }
}

function emptyCounters(): Record<MessageType, number> {
  return Object.fromEntries(MESSAGE_TYPES.map((type) => [type, 0])) as Record<MessageType, number>;
}
