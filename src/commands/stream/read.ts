/** Commands that read entries of one stream: XRANGE, XREVRANGE, XLEN. https://redis.io/docs/latest/commands/xrange/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { ErrorReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { parseCount, parseIntervalEnd, parseIntervalStart } from './id-arguments.js';
import { entriesReply, streamForRead } from './stream-lookup.js';

function runXrange(context: CommandContext, argv: readonly ByteString[], isReverse: boolean): Reply {
  const start = parseIntervalStart(argv[isReverse ? 3 : 2]!);
  if (start instanceof ErrorReply) return start;
  const end = parseIntervalEnd(argv[isReverse ? 2 : 3]!);
  if (end instanceof ErrorReply) return end;
  let count: bigint | number = -1;
  for (let position = 4; position < argv.length; position += 2) {
    const argument = argv[position + 1];
    if (toLowerAscii(asCString(argv[position]!)) !== 'count' || argument === undefined) return SYNTAX_ERROR;
    const given = parseCount(argument);
    if (given === null) return NOT_AN_INTEGER;
    count = given;
  }
  const stream = streamForRead(context, argv[1]!);
  if (stream === null) return [];
  if (stream instanceof ErrorReply) return stream;
  if (count === 0) return NULL_ARRAY;
  return entriesReply(stream.range(start, end, isReverse), count);
}

function runXlen(context: CommandContext, argv: readonly ByteString[]): Reply {
  const stream = streamForRead(context, argv[1]!);
  if (stream === null) return 0;
  return stream instanceof ErrorReply ? stream : stream.length;
}

export const xrange = {
  name: 'xrange',
  summary: 'Reads the entries of a stream whose IDs lie in an interval.',
  since: '5.0.0',
  group: 'stream',
  complexity:
    'O(N), N being the number of entries read; O(1) where that is the same always, as with COUNT 10.',
  arity: -4,
  flags: ['readonly'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  history: [['6.2.0', 'Intervals can leave out their ends.']],
  run: (context, argv) => runXrange(context, argv, false),
} as const satisfies Command;

export const xrevrange = {
  ...xrange,
  name: 'xrevrange',
  summary: 'Reads the entries of a stream whose IDs lie in an interval, the last one first.',
  run: (context, argv) => runXrange(context, argv, true),
} as const satisfies Command;

export const xlen = {
  name: 'xlen',
  summary: 'Counts the entries of a stream.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RO')],
  run: runXlen,
} as const satisfies Command;
