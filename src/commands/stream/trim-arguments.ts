/** MAXLEN, MINID and LIMIT of XADD and XTRIM (streamParseAddOrTrimArgsOrReply in t_stream.c). */
import type { StreamValue } from '../../keyspace/values/stream-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  INVALID_STREAM_ID,
  LIMIT_WITHOUT_STRATEGY,
  LIMIT_WITHOUT_TILDE,
  NOT_AN_INTEGER,
  STREAM_MAXLEN_NEGATIVE,
  SYNTAX_ERROR,
  TRIM_LIMIT_NEGATIVE,
  TWO_TRIM_STRATEGIES,
  XTRIM_WITHOUT_STRATEGY,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply } from '../../resp/reply.js';
import type { TrimTarget } from '../../structures/stream-entries.js';
import { formatStreamId } from '../../structures/stream-id.js';
import type { CommandContext } from '../context.js';
import { isObeyed } from '../session.js';
import { type AddedId, parseAddedId, parseStreamId } from './id-arguments.js';

export interface Trim {
  readonly target: TrimTarget;
  /** Where the length or ID is. */
  readonly position: number;
  /** Only whole nodes go (`~`). */
  readonly isApproximate: boolean;
  /** How many entries at most; 0 = any number. */
  readonly limit: bigint | number;
}

export interface AddOrTrimArguments {
  readonly trim: Trim | null;
  readonly noMakeStream: boolean;
  /** XADD: the ID and where it is. */
  readonly id: AddedId;
  readonly idPosition: number;
}

/** Nodes that Redis trims at once unless told otherwise. */
const NODES_AT_ONCE = 100;
const LIMIT_WITHOUT_NODE_LIMIT = 10_000;
const GREATEST_LIMIT = 1_000_000;

export function parseAddOrTrim(
  context: CommandContext,
  argv: readonly ByteString[],
  isAdd: boolean,
): AddOrTrimArguments | ErrorReply {
  let trim: Omit<Trim, 'limit'> | null = null;
  let limit: bigint | number | null = null;
  let noMakeStream = false;
  let id: AddedId = { kind: 'generated' };
  let position = 2;
  for (; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const hasMore = position + 1 < argv.length;
    if (isAdd && option === '*') break;
    if ((option === 'maxlen' || option === 'minid') && hasMore) {
      if (trim !== null) return TWO_TRIM_STRATEGIES;
      const sign = position + 2 < argv.length ? asCString(argv[position + 1]!) : '';
      if (sign === '~' || sign === '=') position++;
      position++;
      const target = parseTarget(option, argv[position]!);
      if (target instanceof ErrorReply) return target;
      trim = { target, position, isApproximate: sign === '~' };
    } else if (option === 'limit' && hasMore) {
      limit = parseInteger(argv[++position]!);
      if (limit === null) return NOT_AN_INTEGER;
      if (limit < 0) return TRIM_LIMIT_NEGATIVE;
    } else if (isAdd && option === 'nomkstream') {
      noMakeStream = true;
    } else if (isAdd) {
      const given = parseAddedId(argv[position]!);
      if (given === null) return INVALID_STREAM_ID;
      id = given;
      break;
    } else {
      return SYNTAX_ERROR;
    }
  }
  if (trim === null) {
    if (limit !== null && limit !== 0) return LIMIT_WITHOUT_STRATEGY;
    if (!isAdd) return XTRIM_WITHOUT_STRATEGY;
    // LIMIT 0 says as little as none, but not without what it needs.
    if (limit !== null && !isObeyed(context.session)) return LIMIT_WITHOUT_TILDE;
    return { trim: null, noMakeStream, id, idPosition: position };
  }
  const actualLimit = limitOf(context, trim.isApproximate, limit);
  if (actualLimit instanceof ErrorReply) return actualLimit;
  const { target, isApproximate } = trim;
  const complete = { target, position: trim.position, isApproximate, limit: actualLimit };
  return { trim: complete, noMakeStream, id, idPosition: position };
}

/** Trims. @returns how many entries went. */
export function trimStream(stream: StreamValue, { target, isApproximate, limit }: Trim): number {
  return stream.trim(target, isApproximate, limit);
}

/** What is replicated has to say exactly how far it went. Changes `argv`. */
export function makeTrimExact(stream: StreamValue, { target, position }: Trim, argv: ByteString[]): void {
  argv[position - 1] = '=';
  argv[position] =
    target.strategy === 'maxlen' ? String(stream.length) : formatStreamId(stream.firstStoredId);
}

function parseTarget(option: 'maxlen' | 'minid', text: ByteString): TrimTarget | ErrorReply {
  if (option === 'minid') {
    const id = parseStreamId(text);
    return id === null ? INVALID_STREAM_ID : { strategy: 'minid', id };
  }
  const length = parseInteger(text);
  if (length === null) return NOT_AN_INTEGER;
  return length < 0 ? STREAM_MAXLEN_NEGATIVE : { strategy: 'maxlen', length };
}

function limitOf(
  context: CommandContext,
  isApproximate: boolean,
  given: bigint | number | null,
): bigint | number | ErrorReply {
  // Whoever is obeyed wrote how far it went.
  if (isObeyed(context.session)) return 0;
  if (given !== null) return isApproximate ? given : LIMIT_WITHOUT_TILDE;
  if (!isApproximate) return 0;
  const limit = NODES_AT_ONCE * context.node.config.values['stream-node-max-entries'];
  return limit <= 0 ? LIMIT_WITHOUT_NODE_LIMIT : Math.min(limit, GREATEST_LIMIT);
}
