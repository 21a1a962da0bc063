/** A stream: entries by ID, what was ever added and deleted, and its consumer groups. https://redis.io/docs/latest/develop/data-types/streams/ */
import type { ByteString } from '../../resp/byte-string.js';
import { StreamEntries, type StreamLimits, type TrimTarget } from '../../structures/stream-entries.js';
import { MAX_STREAM_ID, MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { StreamEntry } from '../../structures/stream-node.js';
import { ConsumerGroup, sortedByName, UNKNOWN_ENTRIES_READ } from './consumer-group.js';

/** What a stream knows beside its entries. */
export interface StreamCounters {
  lastId: StreamId;
  /** Of the first entry that is there; 0-0 when there is none. */
  firstId: StreamId;
  /** The greatest ID that XDEL deleted; 0-0 = none. */
  maxDeletedId: StreamId;
  /** Unsigned 64 bits. */
  entriesAdded: bigint;
}

export class StreamValue implements StreamCounters {
  readonly type = 'stream';
  readonly encoding = 'stream';
  lastId: StreamId;
  firstId: StreamId;
  maxDeletedId: StreamId;
  entriesAdded: bigint;
  readonly entries: StreamEntries;
  readonly groups = new Map<ByteString, ConsumerGroup>();

  constructor(entries: StreamEntries = new StreamEntries(), counters: StreamCounters = NOTHING_ADDED) {
    this.entries = entries;
    this.lastId = counters.lastId;
    this.firstId = counters.firstId;
    this.maxDeletedId = counters.maxDeletedId;
    this.entriesAdded = counters.entriesAdded;
  }

  get length(): number {
    return this.entries.length;
  }

  /** @param id has to be greater than `lastId`. */
  append(
    id: StreamId,
    fields: readonly ByteString[],
    values: readonly ByteString[],
    limits: StreamLimits,
  ): void {
    this.entries.append(id, fields, values, limits);
    this.entriesAdded = BigInt.asUintN(64, this.entriesAdded + 1n);
    this.lastId = id;
    if (this.length === 1) this.firstId = id;
  }

  /** XDEL. @returns how many of the IDs had an entry. */
  delete(ids: readonly StreamId[]): number {
    let deleted = 0;
    for (const id of ids) {
      if (!this.entries.delete(id)) continue;
      if (id > this.maxDeletedId) this.maxDeletedId = id;
      deleted++;
    }
    if (deleted > 0) this.#findFirstId();
    return deleted;
  }

  trim(target: TrimTarget, isApproximate: boolean, limit: bigint | number): number {
    const trimmed = this.entries.trim(target, isApproximate, limit);
    if (trimmed > 0 || this.length === 0) this.#findFirstId();
    return trimmed;
  }

  range(start: StreamId, end: StreamId, isReverse = false): IterableIterator<StreamEntry> {
    return isReverse ? this.entries.reverseRange(start, end) : this.entries.range(start, end);
  }

  /** The greatest ID that has an entry; 0-0 when there is none. */
  get topId(): StreamId {
    for (const entry of this.range(MIN_STREAM_ID, MAX_STREAM_ID, true)) return entry.id;
    return MIN_STREAM_ID;
  }

  /** The first ID that is stored, deleted or not; the greatest there is when nothing is. */
  get firstStoredId(): StreamId {
    const { nodes } = this.entries;
    for (let index = 0; index < nodes.length; index++) {
      const first = nodes.at(index).entries[0];
      if (first !== undefined) return first.id;
    }
    return MAX_STREAM_ID;
  }

  /** An entry from that ID on was deleted by XDEL, as far as is known (streamRangeHasTombstones). */
  hasDeletedFrom(start: StreamId): boolean {
    if (this.length === 0 || this.maxDeletedId === MIN_STREAM_ID) return false;
    return this.firstId <= this.maxDeletedId && start <= this.maxDeletedId;
  }

  /** How many entries were added up to that ID, or UNKNOWN_ENTRIES_READ (streamEstimateDistanceFromFirstEverEntry). */
  entriesUpTo(id: StreamId): bigint {
    if (this.entriesAdded === 0n) return 0n;
    if (this.length === 0 && id <= this.lastId) return this.entriesAdded;
    if (id === this.lastId) return this.entriesAdded;
    if (id > this.lastId) return UNKNOWN_ENTRIES_READ;
    if (this.maxDeletedId === MIN_STREAM_ID || this.maxDeletedId < this.firstId) {
      const before = this.entriesAdded - BigInt(this.length);
      if (id < this.firstId) return before;
      if (id === this.firstId) return before + 1n;
    }
    return UNKNOWN_ENTRIES_READ;
  }

  /** Entries that the group did not read yet; null when nobody can tell (streamReplyWithCGLag). */
  lagOf(group: ConsumerGroup): bigint | null {
    if (this.entriesAdded === 0n) return 0n;
    const isExact = group.entriesRead !== UNKNOWN_ENTRIES_READ && !this.hasDeletedFrom(group.lastId);
    const read = isExact ? group.entriesRead : this.entriesUpTo(group.lastId);
    return read === UNKNOWN_ENTRIES_READ ? null : BigInt.asIntN(64, this.entriesAdded - read);
  }

  /** Takes note that the group was given this entry. */
  advance(group: ConsumerGroup, id: StreamId): void {
    if (group.entriesRead !== UNKNOWN_ENTRIES_READ && !this.hasDeletedFrom(id))
      group.entriesRead = BigInt.asIntN(64, group.entriesRead + 1n);
    else if (this.entriesAdded !== 0n) group.entriesRead = BigInt.asIntN(64, this.entriesUpTo(id));
    group.lastId = id;
  }

  /** Null when there is one of that name. */
  addGroup(name: ByteString, lastId: StreamId, entriesRead: bigint): ConsumerGroup | null {
    if (this.groups.has(name)) return null;
    const group = new ConsumerGroup(name, lastId, entriesRead);
    this.groups.set(name, group);
    return group;
  }

  /** In the order of their names, as Redis keeps them. */
  sortedGroups(): ConsumerGroup[] {
    return sortedByName(this.groups.values());
  }

  copy(): StreamValue {
    const stream = new StreamValue(this.entries.copy(), this);
    for (const group of this.groups.values()) stream.groups.set(group.name, group.copy());
    return stream;
  }

  #findFirstId(): void {
    this.firstId = MIN_STREAM_ID;
    for (const entry of this.range(MIN_STREAM_ID, MAX_STREAM_ID)) {
      this.firstId = entry.id;
      return;
    }
  }
}

const NOTHING_ADDED: StreamCounters = {
  lastId: MIN_STREAM_ID,
  firstId: MIN_STREAM_ID,
  maxDeletedId: MIN_STREAM_ID,
  entriesAdded: 0n,
};
