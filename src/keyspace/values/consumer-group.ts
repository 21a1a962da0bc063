/** A consumer group of a stream: what was delivered to whom and not acknowledged yet. https://redis.io/docs/latest/develop/data-types/streams/#consumer-groups */
import type { ByteString } from '../../resp/byte-string.js';
import type { Int64 } from '../../structures/int64.js';
import type { StreamId } from '../../structures/stream-id.js';
import { StreamIdMap } from '../../structures/stream-id-map.js';

/** The group does not know how many entries were read (SCG_INVALID_ENTRIES_READ). */
export const UNKNOWN_ENTRIES_READ = -1n;

/** A consumer that never got an entry. */
export const NEVER_ACTIVE = -1;

/** An entry that was delivered and not acknowledged; its group and its consumer share the object. */
export interface PendingEntry {
  /** Null only between XCLAIM FORCE making it and giving it away. */
  consumer: Consumer | null;
  deliveredAtMs: number;
  deliveries: Int64;
}

export interface Consumer {
  readonly name: ByteString;
  /** Last attempt to read or claim, successful or not; in 7.0 the last successful one. Unix ms. */
  seenAtMs: number;
  /** Last successful one; NEVER_ACTIVE = none. */
  activeAtMs: number;
  readonly pending: StreamIdMap<PendingEntry>;
}

export class ConsumerGroup {
  readonly name: ByteString;
  /** Last delivered ID. */
  lastId: StreamId;
  /** As many entries were ever added up to `lastId`; UNKNOWN_ENTRIES_READ when nobody can tell. */
  entriesRead: bigint;
  readonly pending = new StreamIdMap<PendingEntry>();
  readonly consumers = new Map<ByteString, Consumer>();

  constructor(name: ByteString, lastId: StreamId, entriesRead: bigint) {
    this.name = name;
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  addConsumer(name: ByteString, nowMs: number): Consumer {
    const consumer: Consumer = {
      name,
      seenAtMs: nowMs,
      activeAtMs: NEVER_ACTIVE,
      pending: new StreamIdMap(),
    };
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** What is pending for it goes too. */
  deleteConsumer(consumer: Consumer): void {
    for (const [id] of consumer.pending.from(0n)) this.pending.delete(id);
    this.consumers.delete(consumer.name);
  }

  /** In the order of their names, as Redis keeps them. */
  sortedConsumers(): Consumer[] {
    return sortedByName(this.consumers.values());
  }

  /** Makes an entry pending for the consumer, and no longer for whoever had it. */
  assign(id: StreamId, entry: PendingEntry, consumer: Consumer): void {
    if (entry.consumer !== consumer) entry.consumer?.pending.delete(id);
    entry.consumer = consumer;
    this.pending.set(id, entry);
    consumer.pending.set(id, entry);
  }

  /** @returns false when the ID was not pending. */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    entry.consumer?.pending.delete(id);
    return this.pending.delete(id);
  }

  copy(): ConsumerGroup {
    const group = new ConsumerGroup(this.name, this.lastId, this.entriesRead);
    for (const { name, seenAtMs, activeAtMs, pending } of this.consumers.values()) {
      const consumer = group.addConsumer(name, seenAtMs);
      consumer.activeAtMs = activeAtMs;
      for (const [id, entry] of pending.from(0n)) group.assign(id, { ...entry, consumer: null }, consumer);
    }
    return group;
  }
}

export function sortedByName<T extends { readonly name: ByteString }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}
