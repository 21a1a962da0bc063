/** Finds the stream that a stream command works on. */
import type { ConsumerGroup } from '../../keyspace/values/consumer-group.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { StreamValue } from '../../keyspace/values/stream-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { noSuchGroup, WRONG_TYPE } from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { StreamLimits } from '../../structures/stream-entries.js';
import { formatStreamId } from '../../structures/stream-id.js';
import type { StreamEntry } from '../../structures/stream-node.js';
import type { CommandContext } from '../context.js';

/** The stream, null where there is no key, or the error for a key of another type. */
export function streamForRead(context: CommandContext, key: ByteString): StreamValue | null | ErrorReply {
  return asStream(context.db.lookupRead(key));
}

export function streamForWrite(context: CommandContext, key: ByteString): StreamValue | null | ErrorReply {
  return asStream(context.db.lookupWrite(key));
}

export interface StreamGroup {
  readonly stream: StreamValue;
  readonly group: ConsumerGroup;
}

/** The group and its stream, which both have to exist. */
export function groupForRead(
  context: CommandContext,
  key: ByteString,
  name: ByteString,
): StreamGroup | ErrorReply {
  const stream = streamForRead(context, key);
  if (stream instanceof ErrorReply) return stream;
  const group = stream?.groups.get(name);
  return stream === null || group === undefined ? noSuchGroup(key, name) : { stream, group };
}

export function streamLimits(context: CommandContext): StreamLimits {
  const { values } = context.node.config;
  return {
    nodeMaxBytes: values['stream-node-max-bytes'],
    nodeMaxEntries: values['stream-node-max-entries'],
  };
}

/** Changes of groups are replicated, but they neither end a WATCH nor invalidate what clients cached. */
export function countChange(context: CommandContext, changes = 1): void {
  context.node.keyspace.dirty += changes;
}

/** ID, and names and values in turn. */
export function entryReply({ id, fields, values }: StreamEntry): Reply {
  const flat: Reply[] = [];
  for (let index = 0; index < fields.length; index++)
    flat.push(fields[index] as string, values[index] as string);
  return [formatStreamId(id), flat];
}

/** @param count 0 = all of them. */
export function entriesReply(entries: Iterable<StreamEntry>, count: bigint | number): Reply[] {
  const replies: Reply[] = [];
  for (const entry of entries) {
    replies.push(entryReply(entry));
    if (replies.length === count) break;
  }
  return replies;
}

function asStream(value: StoredValue | undefined): StreamValue | null | ErrorReply {
  if (value === undefined) return null;
  return value instanceof StreamValue ? value : WRONG_TYPE;
}
