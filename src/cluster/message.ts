/** The messages of the cluster bus, typed. Field by field what the 2256-byte header and the payloads carry; the byte codec is cluster/wire. */
import type { ByteString } from '../resp/byte-string.js';
import type { SlotSet } from './slot-bitmap.js';

export const MESSAGE_TYPES = [
  'ping',
  'pong',
  'meet',
  'fail',
  'publish',
  'auth-req',
  'auth-ack',
  'update',
  'mfstart',
  'module',
  'publishshard',
] as const;

/** Names as CLUSTER INFO prints them; the index in MESSAGE_TYPES is the type number on the wire. */
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** What every message says of its sender. */
export interface MessageHeader {
  readonly sender: string;
  readonly currentEpoch: number;
  /** A replica sends its master's. */
  readonly configEpoch: number;
  /** Replication offset in bytes. */
  readonly offset: number;
  /** A replica sends its master's. */
  readonly slots: SlotSet;
  /** Id of the sender's master; null for a master and for a replica that does not know its master. */
  readonly replicaOf: string | null;
  /** cluster-announce-ip, or '' when the receiver shall take the address of the connection. */
  readonly ip: string;
  /** Primary client port (the TLS port when tls-cluster is on). */
  readonly port: number;
  /** Secondary client port, 0 = none. */
  readonly secondaryPort: number;
  readonly busPort: number;
  readonly flags: number;
  /** The sender's cluster state. */
  readonly stateOk: boolean;
  /** The sender is a master in a manual failover: its offset is final. */
  readonly paused: boolean;
  /** A vote is asked for although the master is up (manual failover). */
  readonly forceAck: boolean;
}

/** What one node tells about a third one. Times are Unix seconds. */
export interface GossipEntry {
  readonly id: string;
  readonly pingSentS: number;
  readonly pongReceivedS: number;
  readonly ip: string;
  readonly port: number;
  readonly secondaryPort: number;
  readonly busPort: number;
  readonly flags: number;
}

/** The ping extensions of Redis 7.2; an absent field is an absent extension. */
export interface PingExtensions {
  readonly hostname?: string;
  readonly nodename?: string;
  readonly forgottenNodes?: readonly { readonly id: string; readonly ttlS: number }[];
  readonly shardId?: string;
  /** Types of received extensions that Redis 7.2 does not know: it logs each and skips it. Never sent. */
  readonly unknownTypes?: readonly number[];
}

export interface PingMessage extends MessageHeader {
  readonly type: 'ping' | 'pong' | 'meet';
  readonly gossip: readonly GossipEntry[];
  readonly extensions: PingExtensions;
}
export interface FailMessage extends MessageHeader {
  readonly type: 'fail';
  readonly failedNode: string;
}
export interface PublishMessage extends MessageHeader {
  readonly type: 'publish' | 'publishshard';
  readonly channel: ByteString;
  readonly payload: ByteString;
}
export interface HeaderOnlyMessage extends MessageHeader {
  readonly type: 'auth-req' | 'auth-ack' | 'mfstart';
}
export interface UpdateMessage extends MessageHeader {
  readonly type: 'update';
  readonly subject: string;
  readonly subjectConfigEpoch: number;
  readonly subjectSlots: SlotSet;
}
export interface ModuleMessage extends MessageHeader {
  readonly type: 'module';
  readonly moduleId: bigint;
  readonly moduleType: number;
  readonly payload: ByteString;
}

export type BusMessage =
  | PingMessage
  | FailMessage
  | PublishMessage
  | HeaderOnlyMessage
  | UpdateMessage
  | ModuleMessage;
