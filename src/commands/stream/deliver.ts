/** What XREADGROUP gives out: new entries, which become pending, or the consumer's own pending ones (streamReplyWithRange in t_stream.c). */
import type { Consumer, ConsumerGroup, PendingEntry } from '../../keyspace/values/consumer-group.js';
import type { StreamValue } from '../../keyspace/values/stream-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { NULL_ARRAY, type Reply } from '../../resp/reply.js';
import { addInt64 } from '../../structures/int64.js';
import { formatStreamId, MAX_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { CommandContext } from '../context.js';
import { countChange, entryReply } from './stream-lookup.js';

/** The place of the work: what is replicated names it. */
export interface GroupPlace {
  readonly key: ByteString;
  readonly stream: StreamValue;
  readonly group: ConsumerGroup;
}

/** The consumer, made when it does not exist. @param isReplicated whether that is replicated by a command of its own. */
export function consumerOf(
  context: CommandContext,
  { key, group }: GroupPlace,
  name: ByteString,
  isReplicated = false,
): Consumer {
  let consumer = group.consumers.get(name);
  if (consumer === undefined) {
    consumer = group.addConsumer(name, context.nowMs);
    countChange(context);
    context.notify('t', 'xgroup-createconsumer', key);
    if (isReplicated) context.alsoPropagate(['XGROUP', 'CREATECONSUMER', key, group.name, name]);
  }
  consumer.seenAtMs = context.nowMs;
  return consumer;
}

/** Entries behind `after`. @param count 0 = all. @param noAck they do not become pending. */
export function deliverNew(
  context: CommandContext,
  place: GroupPlace,
  consumer: Consumer,
  after: StreamId,
  count: bigint | number,
  noAck: boolean,
): Reply[] {
  const { stream, group } = place;
  const replies: Reply[] = [];
  let lastIdChanged = false;
  for (const entry of stream.range(after + 1n, MAX_STREAM_ID)) {
    const { id } = entry;
    if (id > group.lastId) {
      stream.advance(group, id);
      lastIdChanged = true;
    }
    replies.push(entryReply(entry));
    if (!noAck) {
      // XGROUP SETID may have gone back: then somebody has the entry already.
      const pending = group.pending.get(id) ?? { consumer: null, deliveredAtMs: 0, deliveries: 1 };
      pending.deliveredAtMs = context.nowMs;
      pending.deliveries = 1;
      group.assign(id, pending, consumer);
      consumer.activeAtMs = context.nowMs;
      propagateClaim(context, place, formatStreamId(id), pending);
    }
    if (replies.length === count) break;
  }
  if (noAck && lastIdChanged) propagateLastId(context, place);
  return replies;
}

/** Pending entries of the consumer from an ID on; of one that is deleted, the ID alone. */
export function deliverPending(
  { nowMs }: CommandContext,
  stream: StreamValue,
  consumer: Consumer,
  start: StreamId,
  count: bigint | number,
): Reply[] {
  const replies: Reply[] = [];
  for (const [id, pending] of consumer.pending.from(start)) {
    const entry = stream.entries.get(id);
    if (entry === undefined) {
      replies.push([formatStreamId(id), NULL_ARRAY]);
    } else {
      replies.push(entryReply(entry));
      pending.deliveredAtMs = nowMs;
      pending.deliveries = addInt64(pending.deliveries, 1) ?? pending.deliveries;
    }
    if (replies.length === count) break;
  }
  return replies;
}

/** Replicates who has the entry now, with all there is to know about it. */
export function propagateClaim(
  context: CommandContext,
  { key, group }: GroupPlace,
  id: ByteString,
  { consumer, deliveredAtMs, deliveries }: PendingEntry,
): void {
  context.alsoPropagate([
    ...['XCLAIM', key, group.name, consumer?.name ?? '', '0', id],
    ...['TIME', String(deliveredAtMs), 'RETRYCOUNT', String(deliveries)],
    ...['FORCE', 'JUSTID', 'LASTID', formatStreamId(group.lastId)],
  ]);
}

export function propagateLastId(context: CommandContext, { key, group }: GroupPlace): void {
  const { name, lastId, entriesRead } = group;
  context.alsoPropagate([
    ...['XGROUP', 'SETID', key, name, formatStreamId(lastId)],
    ...['ENTRIESREAD', String(entriesRead)],
  ]);
}
