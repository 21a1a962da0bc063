/** Commands that add entries to streams and take them away: XADD, XTRIM, XDEL, XSETID. https://redis.io/docs/latest/commands/xadd/ */
import { StreamValue } from '../../keyspace/values/stream-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import {
  STREAM_ELEMENTS_TOO_LARGE,
  STREAM_ID_TOO_SMALL,
  STREAM_ID_ZERO,
  STREAM_IDS_EXHAUSTED,
  wrongArity,
} from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import {
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  millisecondsOf,
  type StreamId,
  streamId,
} from '../../structures/stream-id.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { type AddedId, parseStreamIds } from './id-arguments.js';
import { streamForWrite, streamLimits } from './stream-lookup.js';
import { makeTrimExact, parseAddOrTrim, trimStream } from './trim-arguments.js';

/** STREAM_LISTPACK_MAX_SIZE */
const MAX_ENTRY_BYTES = 2 ** 30;

function runXadd(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseAddOrTrim(context, argv, true);
  if (options instanceof ErrorReply) return options;
  const { trim, idPosition } = options;
  const pairsLength = argv.length - idPosition - 1;
  if (pairsLength < 2 || pairsLength % 2 === 1) return wrongArity(context.command.fullName);
  if (options.id.kind === 'given' && options.id.id === MIN_STREAM_ID) return STREAM_ID_ZERO;
  const key = argv[1]!;
  let stream = streamForWrite(context, key);
  if (stream instanceof ErrorReply) return stream;
  if (stream === null) {
    if (options.noMakeStream) return null;
    stream = new StreamValue();
    context.db.set(key, stream);
  }
  if (stream.lastId === MAX_STREAM_ID) return STREAM_IDS_EXHAUSTED;
  const id = nextId(options.id, stream.lastId, context.nowMs);
  if (id <= stream.lastId || id > MAX_STREAM_ID) return STREAM_ID_TOO_SMALL;
  if (!append(context, stream, id, argv, idPosition + 1)) return STREAM_ELEMENTS_TOO_LARGE;
  context.db.signalModified(key);
  context.notify('t', 'xadd', key);
  const rewritten = [...argv];
  if (trim !== null) {
    if (trimStream(stream, trim) > 0) context.notify('t', 'xtrim', key);
    if (trim.isApproximate) makeTrimExact(stream, trim, rewritten);
  }
  const reply = formatStreamId(id);
  if (options.id.kind !== 'given') rewritten[idPosition] = reply;
  if (options.id.kind !== 'given' || trim?.isApproximate === true) context.propagateAs(rewritten);
  context.node.blockedOnKeys.signalReady(context.db.index, key);
  return reply;
}

/** One that is not greater than `lastId`, or beyond the greatest, cannot be added. */
function nextId(added: AddedId, lastId: StreamId, nowMs: number): StreamId {
  if (added.kind === 'given') return added.id;
  const lastMs = millisecondsOf(lastId);
  const ms = added.kind === 'sequence' ? added.ms : BigInt(nowMs);
  if (ms > lastMs || (ms < lastMs && added.kind === 'sequence')) return streamId(ms, 0n);
  const next = lastId + 1n;
  // The sequence of a given millisecond does not run over into the next one.
  return added.kind === 'sequence' && millisecondsOf(next) !== ms ? MIN_STREAM_ID : next;
}

/** False when the entry is too large. */
function append(
  context: CommandContext,
  stream: StreamValue,
  id: StreamId,
  argv: readonly ByteString[],
  firstField: number,
): boolean {
  const fields: ByteString[] = [];
  const values: ByteString[] = [];
  let bytes = 0;
  for (let position = firstField; position < argv.length; position += 2) {
    fields.push(argv[position]!);
    values.push(argv[position + 1]!);
    bytes += argv[position]!.length + argv[position + 1]!.length;
  }
  if (bytes > MAX_ENTRY_BYTES) return false;
  stream.append(id, fields, values, streamLimits(context));
  return true;
}

function runXtrim(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseAddOrTrim(context, argv, false);
  if (options instanceof ErrorReply) return options;
  const { trim } = options;
  const key = argv[1]!;
  const stream = streamForWrite(context, key);
  if (stream instanceof ErrorReply) return stream;
  if (stream === null || trim === null) return 0;
  const trimmed = trimStream(stream, trim);
  if (trimmed === 0) return 0;
  context.notify('t', 'xtrim', key);
  if (trim.isApproximate) {
    const rewritten = [...argv];
    makeTrimExact(stream, trim, rewritten);
    context.propagateAs(rewritten);
  }
  context.db.signalModified(key, trimmed);
  return trimmed;
}

function runXdel(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const stream = streamForWrite(context, key);
  if (stream === null) return 0;
  if (stream instanceof ErrorReply) return stream;
  const ids = parseStreamIds(argv.slice(2));
  if (ids instanceof ErrorReply) return ids;
  const deleted = stream.delete(ids);
  if (deleted === 0) return 0;
  context.db.signalModified(key, deleted);
  context.notify('t', 'xdel', key);
  return deleted;
}

export const xadd = {
  name: 'xadd',
  summary: 'Adds an entry to a stream; a missing stream comes to be.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1), and O(N) for trimming, N being the number of entries that go.',
  arity: -5,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['stream'],
  keySpecs: [{ ...oneKey(1, 'RW', 'update'), notes: 'update and not insert because it may trim' }],
  tips: ['nondeterministic_output'],
  history: [
    ['6.2.0', '`NOMKSTREAM`, `MINID` and `LIMIT` came.'],
    ['7.0.0', 'Takes IDs of the form `<ms>-*`.'],
  ],
  run: runXadd,
} as const satisfies Command;

export const xtrim = {
  name: 'xtrim',
  summary: 'Deletes the oldest entries of a stream, down to a length or up to an ID.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(N), N being the number of entries that go; whole nodes go at once.',
  arity: -4,
  flags: ['write'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  tips: ['nondeterministic_output'],
  history: [['6.2.0', '`MINID` and `LIMIT` came.']],
  run: runXtrim,
} as const satisfies Command;

export const xdel = {
  name: 'xdel',
  summary: 'Deletes entries of a stream by their IDs.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1) for each entry, whatever the size of the stream.',
  arity: -3,
  flags: ['write', 'fast'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  run: runXdel,
} as const satisfies Command;
