/** The timeout of a blocking command, in seconds with a fraction: BLPOP, BZPOPMIN and their like (getTimeoutFromObjectOrReply in timeout.c). */
import type { ByteString } from '../resp/byte-string.js';
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_A_FLOAT, TIMEOUT_OUT_OF_RANGE } from '../resp/errors/index.js';
import { LongDouble } from '../resp/long-double.js';
import type { ErrorReply } from '../resp/reply.js';
import { INT64_MAX } from '../structures/int64.js';
import type { CommandContext } from './context.js';

const MS_PER_SECOND = 1000;

/** The end of the wait as a time on the clock; 0 = it has none. */
export function parseBlockTimeout(text: ByteString, { node, nowMs }: CommandContext): number | ErrorReply {
  const seconds = LongDouble.parse(text);
  if (seconds === null) return TIMEOUT_NOT_A_FLOAT;
  const durationMs = seconds.times(MS_PER_SECOND)?.ceil() ?? null;
  if (durationMs === null || durationMs > INT64_MAX) {
    // 7.0 does not check and gets the least number of 64 bits.
    return node.version === '7.0' || seconds.isNegative ? TIMEOUT_NEGATIVE : TIMEOUT_OUT_OF_RANGE;
  }
  if (durationMs < 0n) return TIMEOUT_NEGATIVE;
  if (durationMs > INT64_MAX - BigInt(nowMs)) {
    // There the sum of 7.0 wraps around to a time that never comes.
    return node.version === '7.0' ? 0 : TIMEOUT_OUT_OF_RANGE;
  }
  return durationMs === 0n ? 0 : nowMs + Number(durationMs);
}
