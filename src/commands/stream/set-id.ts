/** XSETID: what a stream knows of the entries it had. https://redis.io/docs/latest/commands/xsetid/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  ENTRIES_ADDED_NEGATIVE,
  INVALID_STREAM_ID,
  NO_SUCH_KEY,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  XSETID_BELOW_DELETED_ID,
  XSETID_BELOW_GIVEN_DELETED_ID,
  XSETID_BELOW_LENGTH,
  XSETID_BELOW_TOP_ITEM,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import { MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { parseStreamId } from './id-arguments.js';
import { countChange, streamForWrite } from './stream-lookup.js';

interface Counters {
  readonly entriesAdded: bigint | null;
  readonly maxDeletedId: StreamId;
}

function runXsetid(context: CommandContext, argv: readonly ByteString[]): Reply {
  const id = parseStreamId(argv[2]!);
  if (id === null) return INVALID_STREAM_ID;
  const counters = parseCounters(argv, id);
  if (counters instanceof ErrorReply) return counters;
  const { entriesAdded, maxDeletedId } = counters;
  const key = argv[1]!;
  const stream = streamForWrite(context, key);
  if (stream === null) return NO_SUCH_KEY;
  if (stream instanceof ErrorReply) return stream;
  // Not checked in 7.0.
  if (context.node.version !== '7.0' && id < stream.maxDeletedId) return XSETID_BELOW_DELETED_ID;
  if (stream.length > 0) {
    if (id < stream.topId) return XSETID_BELOW_TOP_ITEM;
    if (entriesAdded !== null && BigInt(stream.length) > entriesAdded) return XSETID_BELOW_LENGTH;
  }
  stream.lastId = id;
  if (entriesAdded !== null) stream.entriesAdded = entriesAdded;
  if (maxDeletedId !== MIN_STREAM_ID) stream.maxDeletedId = maxDeletedId;
  countChange(context);
  context.notify('t', 'xsetid', key);
  return OK;
}

function parseCounters(argv: readonly ByteString[], id: StreamId): Counters | ErrorReply {
  let entriesAdded: bigint | null = null;
  let maxDeletedId = MIN_STREAM_ID;
  for (let position = 3; position < argv.length; position += 2) {
    const option = toLowerAscii(asCString(argv[position]!));
    const argument = argv[position + 1];
    if (option === 'entriesadded' && argument !== undefined) {
      const count = parseInteger(argument);
      if (count === null) return NOT_AN_INTEGER;
      if (count < 0) return ENTRIES_ADDED_NEGATIVE;
      entriesAdded = BigInt(count);
    } else if (option === 'maxdeletedid' && argument !== undefined) {
      const deletedId = parseStreamId(argument);
      if (deletedId === null) return INVALID_STREAM_ID;
      if (id < deletedId) return XSETID_BELOW_GIVEN_DELETED_ID;
      maxDeletedId = deletedId;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return { entriesAdded, maxDeletedId };
}

export const xsetid = {
  name: 'xsetid',
  summary: 'Sets the last ID of a stream, and what it counts; meant for replication.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1)',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  history: [['7.0.0', '`ENTRIESADDED` and `MAXDELETEDID` came.']],
  run: runXsetid,
} as const satisfies Command;
