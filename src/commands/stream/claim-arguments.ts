/** The arguments of XCLAIM and XAUTOCLAIM. */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  CLAIM_COUNT_NOT_POSITIVE,
  INVALID_STREAM_ID,
  invalidMinIdleTime,
  SYNTAX_ERROR,
  unknownClaimOption,
  XCLAIM_INVALID_IDLE,
  XCLAIM_INVALID_RETRYCOUNT,
  XCLAIM_INVALID_TIME,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply } from '../../resp/reply.js';
import type { Int64 } from '../../structures/int64.js';
import { MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { CommandContext } from '../context.js';
import { parseCount, parseIntervalStart, parseStreamId } from './id-arguments.js';

export interface ClaimArguments {
  readonly minIdleMs: bigint | number;
  /** With the IDs as they were spelled. */
  readonly ids: readonly { readonly id: StreamId; readonly text: ByteString }[];
  readonly deliveredAtMs: number;
  /** RETRYCOUNT; null = not given. */
  readonly deliveries: Int64 | null;
  readonly force: boolean;
  readonly justId: boolean;
  readonly lastId: StreamId;
}

export interface AutoclaimArguments {
  readonly minIdleMs: bigint | number;
  readonly start: StreamId;
  readonly count: number;
  readonly justId: boolean;
}

/** What fits memory when 16 bytes are needed for each. */
const MAX_AUTOCLAIM_COUNT = (2n ** 63n - 1n) / 16n;

export function parseClaimArguments(
  { nowMs }: CommandContext,
  argv: readonly ByteString[],
): ClaimArguments | ErrorReply {
  const minIdleMs = parseCount(argv[4]!);
  if (minIdleMs === null) return invalidMinIdleTime('XCLAIM');
  const ids: { id: StreamId; text: ByteString }[] = [];
  let position = 5;
  for (; position < argv.length; position++) {
    const id = parseStreamId(argv[position]!);
    if (id === null) break;
    ids.push({ id, text: argv[position]! });
  }
  let deliveredAtMs: bigint | number = nowMs;
  let deliveries: Int64 | null = null;
  let force = false;
  let justId = false;
  let lastId = MIN_STREAM_ID;
  for (; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const argument = argv[position + 1];
    if (option === 'force') {
      force = true;
    } else if (option === 'justid') {
      justId = true;
    } else if (argument === undefined) {
      return unknownClaimOption(argv[position]!);
    } else if (option === 'idle') {
      const idle = parseInteger(argument);
      if (idle === null) return XCLAIM_INVALID_IDLE;
      deliveredAtMs = nowMs - Number(idle);
    } else if (option === 'time') {
      const time = parseInteger(argument);
      if (time === null) return XCLAIM_INVALID_TIME;
      deliveredAtMs = time;
    } else if (option === 'retrycount') {
      deliveries = parseInteger(argument);
      if (deliveries === null) return XCLAIM_INVALID_RETRYCOUNT;
    } else if (option === 'lastid') {
      const id = parseStreamId(argument);
      if (id === null) return INVALID_STREAM_ID;
      lastId = id;
    } else {
      return unknownClaimOption(argv[position]!);
    }
    if (option !== 'force' && option !== 'justid') position++;
  }
  // Clocks differ: a time that makes no sense is taken for now.
  const isSensible = deliveredAtMs >= 0 && deliveredAtMs <= nowMs;
  return {
    minIdleMs,
    ids,
    deliveredAtMs: isSensible ? Number(deliveredAtMs) : nowMs,
    deliveries: deliveries !== null && deliveries < 0 ? null : deliveries,
    force,
    justId,
    lastId,
  };
}

export function parseAutoclaimArguments(argv: readonly ByteString[]): AutoclaimArguments | ErrorReply {
  const minIdleMs = parseCount(argv[4]!);
  if (minIdleMs === null) return invalidMinIdleTime('XAUTOCLAIM');
  const start = parseIntervalStart(argv[5]!);
  if (start instanceof ErrorReply) return start;
  let count = 100;
  let justId = false;
  for (let position = 6; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'count' && position + 1 < argv.length) {
      const given = parseInteger(argv[++position]!);
      if (given === null || given < 1 || given > MAX_AUTOCLAIM_COUNT) return CLAIM_COUNT_NOT_POSITIVE;
      count = Number(given);
    } else if (option === 'justid') {
      justId = true;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return { minIdleMs, start, count, justId };
}
