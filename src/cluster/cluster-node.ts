/** What one node knows of another (clusterNode of Redis). Times are Unix milliseconds of the knowing node's clock, 0 = never. */
import type { BusMessage } from './message.js';
import { NodeFlag } from './node-flags.js';
import { SlotBitmap } from './slot-bitmap.js';

export class ClusterNode {
  id: string;
  shardId: string;
  flags: number;
  configEpoch = 0;
  readonly slots = new SlotBitmap();
  /** This node's replicas in the order in which they were learned. */
  readonly replicas: ClusterNode[] = [];
  /** The master of this node; null for masters and for replicas whose master is unknown. */
  replicaOf: ClusterNode | null = null;
  readonly createdAtMs: number;
  /** When the ping that is still unanswered was sent; 0 = none is pending. */
  pingSentMs = 0;
  pongReceivedMs = 0;
  dataReceivedMs = 0;
  failTimeMs = 0;
  votedTimeMs = 0;
  replicationOffset = 0;
  replicationOffsetTimeMs = 0;
  orphanedTimeMs = 0;
  ip = '';
  hostname = '';
  /** cluster-announce-human-nodename */
  nodename = '';
  port = 0;
  tlsPort = 0;
  busPort = 0;
  /** Place among the members of its shard: a greater number joined later. */
  shardOrder = 0;
  /** Number of the last ping this node was gossiped in, so that no ping names it twice. */
  gossipedInPing = 0;
  link: BusLink | null = null;
  inboundLink: BusLink | null = null;
  /** Made when it is needed: most nodes are never reported, and a big cluster has a million views of nodes. */
  #failReports: Map<ClusterNode, number> | null = null;

  constructor(id: string, shardId: string, flags: number, createdAtMs: number) {
    this.id = id;
    this.shardId = shardId;
    this.flags = flags;
    this.createdAtMs = createdAtMs;
  }

  /** Who reported this node as failing, and when. */
  get failReports(): Map<ClusterNode, number> {
    this.#failReports ??= new Map();
    return this.#failReports;
  }

  get hasFailReports(): boolean {
    return this.#failReports !== null && this.#failReports.size > 0;
  }

  hasFlag(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  get isMaster(): boolean {
    return (this.flags & NodeFlag.MASTER) !== 0;
  }

  get isReplica(): boolean {
    return (this.flags & NodeFlag.REPLICA) !== 0;
  }

  get isFailing(): boolean {
    return (this.flags & NodeFlag.FAIL) !== 0;
  }

  get isPossiblyFailing(): boolean {
    return (this.flags & NodeFlag.PFAIL) !== 0;
  }

  get inHandshake(): boolean {
    return (this.flags & NodeFlag.HANDSHAKE) !== 0;
  }

  get isMyself(): boolean {
    return (this.flags & NodeFlag.MYSELF) !== 0;
  }
}

/**
 * A link of the cluster bus as the brain sees it: it sends typed messages and can be closed. Bytes, sockets and latency are
 * the network's business. Declared here because nodes and links name each other; bus-link.ts is where others import it from.
 */
export interface BusLink {
  /** The node this link is bound to; null for an inbound link whose sender is not known yet. Set by the brain. */
  node: ClusterNode | null;
  /** True when the other side connected to us. */
  readonly inbound: boolean;
  readonly createdAtMs: number;
  /** Address of the other end, as TCP would tell it. */
  readonly peerIp: string;
  /** Our own address on this connection. */
  readonly localIp: string;
  /** Bytes of memory that messages not yet sent take. */
  readonly sendBufferBytes: number;
  /** Queues a message; on a link that is still connecting it goes out after the connect. Lost when the link is closed. */
  send(message: BusMessage): void;
  /** Closes the connection and drops what is queued. The brain is not called back for a link it closed itself. */
  close(): void;
}
