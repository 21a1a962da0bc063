/** What commands need of the parts of a node that send messages to clients by themselves: pub/sub, client tracking, MONITOR. */
import type { ByteString } from '../resp/byte-string.js';
import type { ClientTracking, Session } from './session.js';

/** What a subscription names: a channel, a pattern of channels, or a channel that lives in one shard. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard-channel';

export interface PubSubPort {
  /** Channels and shard channels with subscribers, in the order of their first subscription. */
  readonly channels: ReadonlyMap<ByteString, ReadonlySet<Session>>;
  readonly patterns: ReadonlyMap<ByteString, ReadonlySet<Session>>;
  readonly shardChannels: ReadonlyMap<ByteString, ReadonlySet<Session>>;
  subscribe(session: Session, kind: SubscriptionKind, name: ByteString): void;
  unsubscribe(session: Session, kind: SubscriptionKind, name: ByteString): void;
  /** Ends every subscription and tells nobody. */
  unsubscribeAll(session: Session): void;
  /** Delivers to the subscribers of this node. @returns how many there were. */
  publish(channel: ByteString, message: ByteString, sharded: boolean): number;
}

export interface TrackingPort {
  /** INFO tracking_total_keys, tracking_total_items and tracking_total_prefixes. */
  readonly keyCount: number;
  readonly itemCount: number;
  readonly prefixCount: number;
  /** CLIENT TRACKING ON; of a session that tracks already it changes the options. */
  enable(session: Session, tracking: ClientTracking): void;
  disable(session: Session): void;
}

export interface MonitorPort {
  add(session: Session): void;
  remove(session: Session): void;
}
