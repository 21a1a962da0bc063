/** XINFO: streams, their groups and consumers. https://redis.io/docs/latest/commands/xinfo-stream/ */
import {
  type Consumer,
  type ConsumerGroup,
  NEVER_ACTIVE,
  type PendingEntry,
  UNKNOWN_ENTRIES_READ,
} from '../../keyspace/values/consumer-group.js';
import type { StreamValue } from '../../keyspace/values/stream-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  NO_SUCH_KEY,
  NOT_AN_INTEGER,
  noSuchGroupOfKey,
  unknownSubcommandOrArity,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, MapReply, type Reply } from '../../resp/reply.js';
import { radixTreeNodes } from '../../structures/radix-tree-size.js';
import { formatStreamId, MAX_STREAM_ID, MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { StreamIdMap } from '../../structures/stream-id-map.js';
import type { CommandContext } from '../context.js';
import { entriesReply, entryReply, streamForRead } from './stream-lookup.js';

const ID_BYTES = 16;
const COUNT_UNLESS_GIVEN = 10;

export function runStream(context: CommandContext, argv: readonly ByteString[]): Reply {
  const stream = streamOf(context, argv[2]!);
  if (stream instanceof ErrorReply) return stream;
  const flat = countersOf(stream);
  if (argv.length === 3) {
    const [first] = stream.range(MIN_STREAM_ID, MAX_STREAM_ID);
    const [last] = stream.range(MIN_STREAM_ID, MAX_STREAM_ID, true);
    flat.push('groups', stream.groups.size);
    flat.push('first-entry', first === undefined ? null : entryReply(first));
    flat.push('last-entry', last === undefined ? null : entryReply(last));
    return new MapReply(flat);
  }
  const count = parseFull(argv);
  if (count instanceof ErrorReply) return count;
  flat.push('entries', entriesReply(stream.range(MIN_STREAM_ID, MAX_STREAM_ID), count));
  flat.push(
    'groups',
    stream.sortedGroups().map((group) => fullGroup(context, stream, group, count)),
  );
  return new MapReply(flat);
}

export function runGroups(context: CommandContext, argv: readonly ByteString[]): Reply {
  const stream = streamOf(context, argv[2]!);
  if (stream instanceof ErrorReply) return stream;
  return stream
    .sortedGroups()
    .map(
      (group) =>
        new MapReply([
          ...['name', group.name, 'consumers', group.consumers.size, 'pending', group.pending.size],
          ...['last-delivered-id', formatStreamId(group.lastId)],
          ...progressOf(stream, group),
        ]),
    );
}

export function runConsumers(context: CommandContext, argv: readonly ByteString[]): Reply {
  const stream = streamOf(context, argv[2]!);
  if (stream instanceof ErrorReply) return stream;
  const group = stream.groups.get(argv[3]!);
  if (group === undefined) return noSuchGroupOfKey(argv[2]!, argv[3]!);
  const { nowMs, node } = context;
  return group.sortedConsumers().map(({ name, pending, seenAtMs, activeAtMs }) => {
    const flat = ['name', name, 'pending', pending.size, 'idle', Math.max(0, nowMs - seenAtMs)];
    const inactiveMs = activeAtMs === NEVER_ACTIVE ? NEVER_ACTIVE : nowMs - activeAtMs;
    return new MapReply(node.version === '7.0' ? flat : [...flat, 'inactive', inactiveMs]);
  });
}

function streamOf(context: CommandContext, key: ByteString): StreamValue | ErrorReply {
  return streamForRead(context, key) ?? NO_SUCH_KEY;
}

/** FULL [COUNT count] */
function parseFull(argv: readonly ByteString[]): bigint | number | ErrorReply {
  const isOption = (position: number, name: string): boolean =>
    toLowerAscii(asCString(argv[position]!)) === name;
  const isKnown =
    (argv.length === 4 || argv.length === 6) &&
    isOption(3, 'full') &&
    (argv.length === 4 || isOption(4, 'count'));
  if (!isKnown) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  if (argv.length === 4) return COUNT_UNLESS_GIVEN;
  const count = parseInteger(argv[5]!);
  if (count === null) return NOT_AN_INTEGER;
  return count < 0 ? COUNT_UNLESS_GIVEN : count;
}

function countersOf(stream: StreamValue): Reply[] {
  const keys = stream.entries.nodes.toArray().map((node) => node.masterId);
  return [
    ...['length', stream.length, 'radix-tree-keys', keys.length],
    ...['radix-tree-nodes', radixTreeNodes(keys, ID_BYTES)],
    ...['last-generated-id', formatStreamId(stream.lastId)],
    ...['max-deleted-entry-id', formatStreamId(stream.maxDeletedId)],
    ...['entries-added', BigInt.asIntN(64, stream.entriesAdded)],
    ...['recorded-first-entry-id', formatStreamId(stream.firstId)],
  ];
}

function progressOf(stream: StreamValue, group: ConsumerGroup): Reply[] {
  const read = group.entriesRead === UNKNOWN_ENTRIES_READ ? null : group.entriesRead;
  return ['entries-read', read, 'lag', stream.lagOf(group)];
}

function fullGroup(
  context: CommandContext,
  stream: StreamValue,
  group: ConsumerGroup,
  count: bigint | number,
): Reply {
  const pending = firstOf(group.pending, count, (id, { consumer, deliveredAtMs, deliveries }) => [
    ...[formatStreamId(id), consumer?.name ?? '', deliveredAtMs, deliveries],
  ]);
  return new MapReply([
    ...['name', group.name, 'last-delivered-id', formatStreamId(group.lastId)],
    ...progressOf(stream, group),
    ...['pel-count', group.pending.size, 'pending', pending],
    'consumers',
    group.sortedConsumers().map((consumer) => fullConsumer(context, consumer, count)),
  ]);
}

function fullConsumer({ node }: CommandContext, consumer: Consumer, count: bigint | number): Reply {
  const { name, seenAtMs, activeAtMs, pending } = consumer;
  const listed = firstOf(pending, count, (id, { deliveredAtMs, deliveries }) => [
    ...[formatStreamId(id), deliveredAtMs, deliveries],
  ]);
  return new MapReply([
    ...['name', name, 'seen-time', seenAtMs],
    ...(node.version === '7.0' ? [] : ['active-time', activeAtMs]),
    ...['pel-count', pending.size, 'pending', listed],
  ]);
}

function firstOf(
  pending: StreamIdMap<PendingEntry>,
  count: bigint | number,
  show: (id: StreamId, entry: PendingEntry) => Reply,
): Reply[] {
  const replies: Reply[] = [];
  for (const [id, entry] of pending.from(MIN_STREAM_ID)) {
    replies.push(show(id, entry));
    if (replies.length === count) break;
  }
  return replies;
}
