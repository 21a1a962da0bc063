/** XREAD and XREADGROUP: new entries of several streams, waiting for them when asked to. https://redis.io/docs/latest/commands/xread/ */
import type { ConsumerGroup } from '../../keyspace/values/consumer-group.js';
import type { StreamValue } from '../../keyspace/values/stream-value.js';
import { asCString, type ByteString } from '../../resp/byte-string.js';
import {
  BLOCKED_GROUP_GONE,
  BLOCKED_STREAM_GONE,
  DOLLAR_IN_XREADGROUP,
  GREATER_IN_XREAD,
  INVALID_STREAM_ID,
  noSuchGroupToRead,
} from '../../resp/errors/index.js';
import { ErrorReply, MapReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import { formatStreamId, MAX_STREAM_ID, MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { consumerOf, deliverNew, deliverPending } from './deliver.js';
import { parseStreamId } from './id-arguments.js';
import { keyPositionsOfRead, parseReadArguments, type ReadArguments, streamKeys } from './read-arguments.js';
import { countChange, entriesReply, streamForRead } from './stream-lookup.js';

/** What is asked of one stream. */
interface StreamRead {
  readonly key: ByteString;
  /** Entries behind this one; null: those that are new to the group (`>`). */
  readonly after: StreamId | null;
  readonly group: ConsumerGroup | null;
}

/** In 7.0 a command that waited reads no more than this unless it says otherwise. */
const COUNT_AFTER_WAIT = 1000;

/** Commands that run again after a wait, in 7.0: things are a little different there. */
const servedCommands = new WeakSet<readonly ByteString[]>();

function runRead(context: CommandContext, argv: readonly ByteString[]): Reply {
  // What is replicated are the changes to the groups.
  context.preventPropagation();
  const options = parseReadArguments(context, argv);
  if (options instanceof ErrorReply) return options;
  const reads = parseReads(context, argv, options);
  if (reads instanceof ErrorReply) return reads;
  const isServed = servedCommands.has(argv);
  const replies: Reply[] = [];
  for (const read of reads) {
    const entries = readOne(context, read, options, isServed);
    if (entries === null) continue;
    if (context.session.protocol === 2) replies.push([read.key, entries]);
    else replies.push(read.key, entries);
  }
  if (replies.length > 0) return context.session.protocol === 2 ? replies : new MapReply(replies);
  if (options.blockUntilMs === null || !context.mayBlock) return NULL_ARRAY;
  return wait(context, argv, options, options.blockUntilMs, reads);
}

function parseReads(
  context: CommandContext,
  argv: readonly ByteString[],
  { firstKey, keyCount, group: names }: ReadArguments,
): StreamRead[] | ErrorReply {
  const reads: StreamRead[] = [];
  for (let position = firstKey; position < firstKey + keyCount; position++) {
    const key = argv[position]!;
    const stream = streamForRead(context, key);
    if (stream instanceof ErrorReply) return stream;
    const group = names === null ? undefined : stream?.groups.get(names.name);
    if (names !== null && group === undefined) {
      return servedCommands.has(argv) ? BLOCKED_GROUP_GONE : noSuchGroupToRead(key, names.name);
    }
    const after = parseAfter(argv[position + keyCount]!, stream, names !== null);
    if (after instanceof ErrorReply) return after;
    reads.push({ key, after, group: group ?? null });
  }
  return reads;
}

function parseAfter(
  text: ByteString,
  stream: StreamValue | null,
  isGroupRead: boolean,
): StreamId | null | ErrorReply {
  const id = asCString(text);
  if (id === '$') return isGroupRead ? DOLLAR_IN_XREADGROUP : (stream?.lastId ?? MIN_STREAM_ID);
  if (id === '>') return isGroupRead ? null : GREATER_IN_XREAD;
  const after = parseStreamId(text);
  if (after === null) return INVALID_STREAM_ID;
  // The greatest ID is how Redis itself notes the `>`.
  return isGroupRead && after === MAX_STREAM_ID ? null : after;
}

/** Null when there is nothing to read. */
function readOne(
  context: CommandContext,
  { key, after, group }: StreamRead,
  options: ReadArguments,
  isServed: boolean,
): Reply[] | null {
  const stream = streamForRead(context, key);
  if (stream === null || stream instanceof ErrorReply) return null;
  const { count, noAck } = options;
  const topId = isServed ? stream.lastId : stream.topId;
  const hasNew = (isServed || stream.length > 0) && topId > (after ?? group?.lastId ?? MIN_STREAM_ID);
  if (group === null || options.group === null) {
    if (after === null || !hasNew) return null;
    return entriesReply(stream.range(after + 1n, MAX_STREAM_ID), count);
  }
  const isPendingRead = after !== null;
  // In 7.0 a consumer comes to be when it is given something.
  if (!isPendingRead && !hasNew && context.node.version === '7.0') return null;
  const place = { key, stream, group };
  const consumer = consumerOf(context, place, options.group.consumer, noAck);
  if (!isPendingRead && !hasNew) return null;
  // Also where nothing is replicated: a read of a group is a change.
  countChange(context);
  return isPendingRead
    ? deliverPending(context, stream, consumer, after + 1n, count)
    : deliverNew(context, place, consumer, group.lastId, count, noAck);
}

function wait(
  context: CommandContext,
  argv: readonly ByteString[],
  { firstKey, keyCount, count }: ReadArguments,
  timeoutAtMs: number,
  reads: readonly StreamRead[],
): Reply {
  const keys = reads.map((read) => read.key);
  // `$` is the end of the stream as it is now.
  const waiting = [...argv];
  for (const [index, { after }] of reads.entries()) {
    const position = firstKey + keyCount + index;
    if (after !== null && asCString(argv[position]!) === '$') waiting[position] = formatStreamId(after);
  }
  const request = {
    type: 'stream' as const,
    keys,
    timeoutAtMs,
    argv: waiting,
    narrowedTo(key: ByteString): readonly ByteString[] {
      const id = waiting[firstKey + keyCount + keys.lastIndexOf(key)]!;
      const narrowed = [...waiting.slice(0, firstKey - 1), 'STREAMS', key, id];
      if (count === 0) narrowed.splice(1, 0, 'COUNT', String(COUNT_AFTER_WAIT));
      servedCommands.add(narrowed);
      return narrowed;
    },
  };
  return context.blockOnKeys(
    context.command.fullName === 'xreadgroup' ? { ...request, withoutKey: BLOCKED_STREAM_GONE } : request,
  );
}

const READ_KEYS = streamKeys(1, 'RO', 'access');
const GROUP_READ_KEYS = streamKeys(4, 'RO', 'access');

export const xread = {
  name: 'xread',
  summary: 'Reads the entries of streams behind given IDs; waits for some where there are none, if asked to.',
  since: '5.0.0',
  group: 'stream',
  in70: {
    complexity:
      'O(N) for each stream, N being the number of entries read. Where clients wait, adding an entry is O(M), M being their number.',
  },
  arity: -4,
  flags: ['readonly', 'blocking'],
  aclCategories: ['stream'],
  keySpecs: [READ_KEYS],
  keyPositions: keyPositionsOfRead,
  run: runRead,
} as const satisfies Command;

export const xreadgroup = {
  name: 'xreadgroup',
  summary: 'Reads entries of streams as a consumer of a group: new ones, or those that are pending for it.',
  since: '5.0.0',
  group: 'stream',
  complexity:
    'O(M) for each stream, M being the number of entries read. Where clients wait, adding an entry is O(N), N being their number.',
  arity: -7,
  flags: ['write', 'blocking'],
  aclCategories: ['stream'],
  keySpecs: [GROUP_READ_KEYS],
  keyPositions: keyPositionsOfRead,
  run: runRead,
} as const satisfies Command;
