/** XPENDING: what was delivered and not acknowledged. https://redis.io/docs/latest/commands/xpending/ */
import type { ConsumerGroup } from '../../keyspace/values/consumer-group.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import { formatStreamId, type StreamId } from '../../structures/stream-id.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { parseIntervalEnd, parseIntervalStart } from './id-arguments.js';
import { groupForRead } from './stream-lookup.js';

interface PendingRange {
  readonly minIdleMs: bigint | number;
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: bigint | number;
  readonly consumer: ByteString | undefined;
}

function runXpending(context: CommandContext, argv: readonly ByteString[]): Reply {
  const isSummary = argv.length === 3;
  if (!isSummary && (argv.length < 6 || argv.length > 9)) return SYNTAX_ERROR;
  const range = isSummary ? null : parseRange(argv);
  if (range instanceof ErrorReply) return range;
  const found = groupForRead(context, argv[1]!, argv[2]!);
  if (found instanceof ErrorReply) return found;
  return range === null ? summaryOf(found.group) : listOf(context, found.group, range);
}

function parseRange(argv: readonly ByteString[]): PendingRange | ErrorReply {
  let minIdleMs: bigint | number = 0;
  let position = 3;
  if (toLowerAscii(asCString(argv[3]!)) === 'idle') {
    const idle = parseInteger(argv[4]!);
    if (idle === null) return NOT_AN_INTEGER;
    if (argv.length < 8) return SYNTAX_ERROR;
    minIdleMs = idle;
    position = 5;
  }
  const count = parseInteger(argv[position + 2]!);
  if (count === null) return NOT_AN_INTEGER;
  const start = parseIntervalStart(argv[position]!);
  if (start instanceof ErrorReply) return start;
  const end = parseIntervalEnd(argv[position + 1]!);
  if (end instanceof ErrorReply) return end;
  return { minIdleMs, start, end, count, consumer: argv[position + 3] };
}

function summaryOf(group: ConsumerGroup): Reply {
  const { pending } = group;
  const { firstId, lastId } = pending;
  if (firstId === undefined || lastId === undefined) return [0, null, null, NULL_ARRAY];
  const counts: Reply[] = [];
  for (const consumer of group.sortedConsumers()) {
    if (consumer.pending.size > 0) counts.push([consumer.name, String(consumer.pending.size)]);
  }
  return [pending.size, formatStreamId(firstId), formatStreamId(lastId), counts];
}

function listOf({ nowMs }: CommandContext, group: ConsumerGroup, range: PendingRange): Reply {
  const { minIdleMs, start, end, count } = range;
  let { pending } = group;
  if (range.consumer !== undefined) {
    const consumer = group.consumers.get(range.consumer);
    if (consumer === undefined) return [];
    pending = consumer.pending;
  }
  const replies: Reply[] = [];
  if (count <= 0) return replies;
  for (const [id, { consumer, deliveredAtMs, deliveries }] of pending.from(start)) {
    if (id > end) break;
    const idleMs = nowMs - deliveredAtMs;
    if (minIdleMs !== 0 && idleMs < minIdleMs) continue;
    replies.push([formatStreamId(id), consumer?.name ?? '', Math.max(0, idleMs), deliveries]);
    if (replies.length === count) break;
  }
  return replies;
}

export const xpending = {
  name: 'xpending',
  summary: 'Tells which entries were delivered to consumers of a group and not acknowledged yet.',
  since: '5.0.0',
  group: 'stream',
  complexity:
    'O(N), N being the number of entries answered; O(M) with `IDLE`, M being the number of those looked at. The summary is O(N), N being the number of consumers.',
  arity: -3,
  flags: ['readonly'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  history: [['6.2.0', '`IDLE` came; intervals can leave out their ends.']],
  run: runXpending,
} as const satisfies Command;
