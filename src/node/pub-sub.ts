/** Who listens to what, and the delivery to them (pubsub.c). https://redis.io/docs/latest/develop/interact/pubsub/ */
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { PubSubPort, SubscriptionKind } from '../commands/push-ports.js';
import type { Session, Subscriptions } from '../commands/session.js';
import type { ByteString } from '../resp/byte-string.js';
import { encodeBulk, encodeInteger } from '../resp/reply-encoder.js';
import { globMatches } from '../structures/glob.js';

/** By name, in the order of the first subscription; the subscribers in the order in which they came. */
type Registry = Map<ByteString, Set<Session>>;

const SETS = { channel: 'channels', pattern: 'patterns', 'shard-channel': 'shardChannels' } as const;

export class PubSub implements PubSubPort {
  readonly channels: Registry = new Map();
  readonly patterns: Registry = new Map();
  readonly shardChannels: Registry = new Map();
  readonly #shardChannelsBySlot = new Map<number, Set<ByteString>>();
  readonly #push: (session: Session, bytes: ByteString) => void;

  /** @param push sends a message to a session, in its order beside the reply of the command in hand. */
  constructor(push: (session: Session, bytes: ByteString) => void) {
    this.#push = push;
  }

  subscribe(session: Session, kind: SubscriptionKind, name: ByteString): void {
    session.subscriptions ??= { channels: new Set(), patterns: new Set(), shardChannels: new Set() };
    session.subscriptions[SETS[kind]].add(name);
    const registry = this[SETS[kind]];
    const subscribers = registry.get(name);
    if (subscribers !== undefined) {
      subscribers.add(session);
      return;
    }
    registry.set(name, new Set([session]));
    if (kind !== 'shard-channel') return;
    const slot = hashSlotOfBytes(name);
    const channels = this.#shardChannelsBySlot.get(slot);
    if (channels === undefined) this.#shardChannelsBySlot.set(slot, new Set([name]));
    else channels.add(name);
  }

  unsubscribe(session: Session, kind: SubscriptionKind, name: ByteString): void {
    const { subscriptions } = session;
    if (!subscriptions?.[SETS[kind]].delete(name)) return;
    if (countOf(subscriptions) === 0) session.subscriptions = null;
    const subscribers = this[SETS[kind]].get(name);
    subscribers?.delete(session);
    if (subscribers?.size === 0) this.#forget(kind, name);
  }

  unsubscribeAll(session: Session): void {
    const { subscriptions } = session;
    if (!subscriptions) return;
    for (const name of subscriptions.channels) this.unsubscribe(session, 'channel', name);
    for (const name of subscriptions.patterns) this.unsubscribe(session, 'pattern', name);
    for (const name of subscriptions.shardChannels) this.unsubscribe(session, 'shard-channel', name);
  }

  publish(channel: ByteString, message: ByteString, sharded: boolean): number {
    let receivers = 0;
    const subscribers = (sharded ? this.shardChannels : this.channels).get(channel);
    if (subscribers !== undefined) {
      const items = bulks(sharded ? 'smessage' : 'message', channel, message);
      for (const session of subscribers) this.#send(session, 3, items);
      receivers = subscribers.size;
    }
    if (sharded || this.patterns.size === 0) return receivers;
    for (const [pattern, listeners] of this.patterns) {
      if (!globMatches(pattern, channel)) continue;
      const items = bulks('pmessage', pattern, channel, message);
      for (const session of listeners) this.#send(session, 4, items);
      receivers += listeners.size;
    }
    return receivers;
  }

  /** The slot is not this shard's any more: its subscribers are told, and have to subscribe again elsewhere (removeChannelsInSlot of cluster.c). */
  dropShardChannels(slot: number): void {
    if (this.#shardChannelsBySlot.size === 0) return;
    const channels = this.#shardChannelsBySlot.get(slot);
    if (channels === undefined) return;
    for (const channel of [...channels].sort(compareBytes)) {
      for (const session of [...(this.shardChannels.get(channel) ?? [])]) {
        this.unsubscribe(session, 'shard-channel', channel);
        const remaining = session.subscriptions?.shardChannels.size ?? 0;
        this.#send(session, 3, bulks('sunsubscribe', channel) + encodeInteger(remaining));
      }
    }
  }

  #forget(kind: SubscriptionKind, name: ByteString): void {
    this[SETS[kind]].delete(name);
    if (kind !== 'shard-channel') return;
    const slot = hashSlotOfBytes(name);
    const channels = this.#shardChannelsBySlot.get(slot);
    channels?.delete(name);
    if (channels?.size === 0) this.#shardChannelsBySlot.delete(slot);
  }

  #send(session: Session, count: number, items: ByteString): void {
    this.#push(session, `${session.protocol === 2 ? '*' : '>'}${count}\r\n${items}`);
  }
}

/** Encoded once for all who get it: the protocols differ in the header only. */
function bulks(...items: readonly ByteString[]): ByteString {
  let bytes = '';
  for (const item of items) bytes += encodeBulk(item);
  return bytes;
}

function countOf({ channels, patterns, shardChannels }: Subscriptions): number {
  return channels.size + patterns.size + shardChannels.size;
}

function compareBytes(one: ByteString, other: ByteString): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
