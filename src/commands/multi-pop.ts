/**
 * What the commands that take from the first of several keys share, for lists and sorted sets: LMPOP and ZMPOP, and those
 * that wait where all keys are empty, BLPOP, BZPOPMIN, BLMPOP, BZMPOP. https://redis.io/docs/latest/commands/lmpop/
 */
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { COUNT_NOT_POSITIVE, NUMKEYS_NOT_POSITIVE, SYNTAX_ERROR } from '../resp/errors/index.js';
import { parseInteger } from '../resp/integer.js';
import { ErrorReply, NULL_ARRAY, type Reply } from '../resp/reply.js';
import { parseBlockTimeout } from './block-timeout.js';
import type { CommandContext } from './context.js';

/** What one of these commands does with the two ends (left and right, or min and max) of its type. */
export interface MultiPopType<End extends string> {
  readonly type: 'list' | 'zset';
  /** Null: no such end. */
  parseEnd(word: ByteString): End | null;
  /** Takes up to `count`, at least one, and replicates it. Null: there is no such key; else the reply about it. */
  take(context: CommandContext, key: ByteString, end: End, count: number): Reply;
}

interface MultiPop<End> {
  readonly keys: readonly ByteString[];
  readonly end: End;
  readonly count: number;
}

/** numkeys key ... end [COUNT count]. @param start where the number of keys is in argv. */
function parseMultiPop<End extends string>(
  argv: readonly ByteString[],
  start: number,
  { parseEnd }: MultiPopType<End>,
): MultiPop<End> | ErrorReply {
  const numkeys = parseInteger(argv[start]!);
  if (numkeys === null || numkeys < 1) return NUMKEYS_NOT_POSITIVE;
  const endAt = start + 1 + Number(numkeys);
  if (endAt >= argv.length) return SYNTAX_ERROR;
  const end = parseEnd(argv[endAt]!);
  if (end === null) return SYNTAX_ERROR;
  const keys = argv.slice(start + 1, endAt);
  const options = argv.slice(endAt + 1);
  if (options.length === 0) return { keys, end, count: 1 };
  const [option, countText] = options;
  if (toLowerAscii(asCString(option!)) !== 'count' || countText === undefined) return SYNTAX_ERROR;
  const count = parseInteger(countText);
  if (count === null || count < 1) return COUNT_NOT_POSITIVE;
  return options.length === 2 ? { keys, end, count: Number(count) } : SYNTAX_ERROR;
}

function takeFromFirst<End extends string>(
  context: CommandContext,
  { keys, end, count }: MultiPop<End>,
  type: MultiPopType<End>,
): Reply {
  for (const key of keys) {
    const taken = type.take(context, key, end, count);
    if (taken !== null) return taken;
  }
  return null;
}

/** LMPOP, ZMPOP. */
export function runMultiPop<End extends string>(
  context: CommandContext,
  argv: readonly ByteString[],
  type: MultiPopType<End>,
): Reply {
  const request = parseMultiPop(argv, 1, type);
  if (request instanceof ErrorReply) return request;
  return takeFromFirst(context, request, type) ?? NULL_ARRAY;
}

/** BLMPOP, BZMPOP: timeout numkeys key ... end [COUNT count]. */
export function runBlockingMultiPop<End extends string>(
  context: CommandContext,
  argv: readonly ByteString[],
  type: MultiPopType<End>,
): Reply {
  const request = parseMultiPop(argv, 2, type);
  if (request instanceof ErrorReply) return request;
  const timeout = argv[1]!;
  const timeoutAtMs = parseBlockTimeout(timeout, context);
  if (timeoutAtMs instanceof ErrorReply) return timeoutAtMs;
  const taken = takeFromFirst(context, request, type);
  if (taken !== null) return taken;
  if (!context.mayBlock) return NULL_ARRAY;
  const { keys, end, count } = request;
  return context.blockOnKeys({
    type: type.type,
    keys,
    timeoutAtMs,
    argv,
    narrowedTo: (key) => [argv[0]!, timeout, '1', key, end, 'COUNT', String(count)],
  });
}

/**
 * BLPOP, BZPOPMIN and their like: key ... timeout.
 * @param take as in MultiPopType, of one.
 */
export function runBlockingPop(
  context: CommandContext,
  argv: readonly ByteString[],
  type: MultiPopType<string>['type'],
  take: (key: ByteString) => Reply,
): Reply {
  const timeout = argv[argv.length - 1]!;
  const timeoutAtMs = parseBlockTimeout(timeout, context);
  if (timeoutAtMs instanceof ErrorReply) return timeoutAtMs;
  const keys = argv.slice(1, -1);
  for (const key of keys) {
    const taken = take(key);
    if (taken !== null) return taken;
  }
  if (!context.mayBlock) return NULL_ARRAY;
  return context.blockOnKeys({
    type,
    keys,
    timeoutAtMs,
    argv,
    narrowedTo: (key) => [argv[0]!, key, timeout],
  });
}
