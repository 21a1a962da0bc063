/** XGROUP and XACK: consumer groups and what they acknowledge. https://redis.io/docs/latest/commands/xgroup-create/ */
import { UNKNOWN_ENTRIES_READ } from '../../keyspace/values/consumer-group.js';
import { StreamValue } from '../../keyspace/values/stream-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  BUSY_GROUP,
  ENTRIES_READ_NEGATIVE,
  INVALID_STREAM_ID,
  NOT_AN_INTEGER,
  noSuchGroupOfKey,
  unknownSubcommandOrArity,
  XGROUP_NEEDS_KEY,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import { MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { CommandContext } from '../context.js';
import { parseStreamId, parseStreamIdOrEdge, parseStreamIds } from './id-arguments.js';
import { countChange, type StreamGroup, streamForRead, streamForWrite } from './stream-lookup.js';

interface GroupOptions {
  readonly makesStream: boolean;
  readonly entriesRead: bigint;
}

export function runCreate(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseGroupOptions(argv, true);
  if (options instanceof ErrorReply) return options;
  const key = argv[2]!;
  let stream = streamForWrite(context, key);
  if (stream instanceof ErrorReply) return stream;
  if (stream === null && !options.makesStream) return XGROUP_NEEDS_KEY;
  if (argv.length > 8) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const id = parseLastId(argv[4]!, stream, false);
  if (id === null) return INVALID_STREAM_ID;
  if (stream === null) {
    stream = new StreamValue();
    context.db.set(key, stream);
    context.db.signalModified(key, 0);
  }
  if (stream.addGroup(argv[3]!, id, options.entriesRead) === null) return BUSY_GROUP;
  countChange(context);
  context.notify('t', 'xgroup-create', key);
  return OK;
}

export function runSetid(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseGroupOptions(argv, false);
  if (options instanceof ErrorReply) return options;
  const found = streamAndGroup(context, argv);
  if (found instanceof ErrorReply) return found;
  const { stream, group } = found;
  if (argv.length !== 5 && argv.length !== 7) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const id = parseLastId(argv[4]!, stream, true);
  if (id === null) return INVALID_STREAM_ID;
  group.lastId = id;
  group.entriesRead = options.entriesRead;
  countChange(context);
  context.notify('t', 'xgroup-setid', argv[2]!);
  return OK;
}

export function runDestroy(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[2]!;
  const stream = streamForWrite(context, key);
  if (stream instanceof ErrorReply) return stream;
  if (stream === null) return XGROUP_NEEDS_KEY;
  if (!stream.groups.delete(argv[3]!)) return 0;
  countChange(context);
  context.notify('t', 'xgroup-destroy', key);
  // Whoever waits as a consumer of the group learns that it is gone.
  context.node.blockedOnKeys.signalReady(context.db.index, key);
  return 1;
}

export function runCreateconsumer(context: CommandContext, argv: readonly ByteString[]): Reply {
  const found = streamAndGroup(context, argv);
  if (found instanceof ErrorReply) return found;
  const name = argv[4]!;
  if (found.group.consumers.has(name)) return 0;
  found.group.addConsumer(name, context.nowMs);
  countChange(context);
  context.notify('t', 'xgroup-createconsumer', argv[2]!);
  return 1;
}

/** Answers how many entries were pending for the consumer: nobody has them any more. */
export function runDelconsumer(context: CommandContext, argv: readonly ByteString[]): Reply {
  const found = streamAndGroup(context, argv);
  if (found instanceof ErrorReply) return found;
  const consumer = found.group.consumers.get(argv[4]!);
  if (consumer === undefined) return 0;
  const pending = consumer.pending.size;
  found.group.deleteConsumer(consumer);
  countChange(context);
  context.notify('t', 'xgroup-delconsumer', argv[2]!);
  return pending;
}

export function runXack(context: CommandContext, argv: readonly ByteString[]): Reply {
  const stream = streamForRead(context, argv[1]!);
  if (stream instanceof ErrorReply) return stream;
  const group = stream?.groups.get(argv[2]!);
  if (group === undefined) return 0;
  const ids = parseStreamIds(argv.slice(3));
  if (ids instanceof ErrorReply) return ids;
  let acknowledged = 0;
  for (const id of ids) if (group.acknowledge(id)) acknowledged++;
  countChange(context, acknowledged);
  return acknowledged;
}

/** MKSTREAM and ENTRIESREAD, which are read before anything is looked up. */
function parseGroupOptions(argv: readonly ByteString[], isCreate: boolean): GroupOptions | ErrorReply {
  let makesStream = false;
  let entriesRead = UNKNOWN_ENTRIES_READ;
  for (let position = 5; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (isCreate && option === 'mkstream') {
      makesStream = true;
    } else if (option === 'entriesread' && position + 1 < argv.length) {
      const given = parseInteger(argv[++position]!);
      if (given === null) return NOT_AN_INTEGER;
      if (given < UNKNOWN_ENTRIES_READ) return ENTRIES_READ_NEGATIVE;
      entriesRead = BigInt(given);
    } else {
      return unknownSubcommandOrArity(argv[0]!, argv[1]!);
    }
  }
  return { makesStream, entriesRead };
}

function parseLastId(text: ByteString, stream: StreamValue | null, takesEdges: boolean): StreamId | null {
  if (asCString(text) === '$') return stream?.lastId ?? MIN_STREAM_ID;
  return takesEdges ? parseStreamIdOrEdge(text) : parseStreamId(text);
}

function streamAndGroup(context: CommandContext, argv: readonly ByteString[]): StreamGroup | ErrorReply {
  const stream = streamForWrite(context, argv[2]!);
  if (stream instanceof ErrorReply) return stream;
  if (stream === null) return XGROUP_NEEDS_KEY;
  const group = stream.groups.get(argv[3]!);
  return group === undefined ? noSuchGroupOfKey(argv[2]!, argv[3]!) : { stream, group };
}
