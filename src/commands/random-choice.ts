/** What HRANDFIELD, SRANDMEMBER and ZRANDMEMBER share: their options, and drawing different ones. */
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { NOT_AN_INTEGER, outOfRangeBetween, SYNTAX_ERROR, VALUE_OUT_OF_RANGE } from '../resp/errors/index.js';
import { parseInteger } from '../resp/integer.js';
import type { ErrorReply } from '../resp/reply.js';
import { INT64_MAX, type Int64 } from '../structures/int64.js';
import type { Random } from '../time/random.js';

/** From one in so many on, drawing until enough different ones are found is faster than walking through all. */
const DRAW_WHEN_FEWER_THAN_ONE_IN = 3;

/** count [WITHVALUES | WITHSCORES], from the third argument on. @param word the last one, in lower case. */
export function parseRandomOptions(
  argv: readonly ByteString[],
  word: string,
): { count: Int64; withValues: boolean } | ErrorReply {
  const count = parseInteger(argv[2]!);
  if (count === null) return NOT_AN_INTEGER;
  if (count < -INT64_MAX) return outOfRangeBetween(-INT64_MAX, INT64_MAX);
  if (argv.length === 3) return { count, withValues: false };
  if (argv.length > 4 || toLowerAscii(asCString(argv[3]!)) !== word) return SYNTAX_ERROR;
  const limit = INT64_MAX / 2n;
  if (count < -limit || count > limit) return VALUE_OUT_OF_RANGE;
  return { count, withValues: true };
}

/** So many different numbers below `size`. @param isIndexed false: walks through all, in their order. */
export function distinctIndexes(size: number, count: number, isIndexed: boolean, random: Random): number[] {
  if (isIndexed && count * DRAW_WHEN_FEWER_THAN_ONE_IN <= size) {
    const drawn = new Set<number>();
    while (drawn.size < count) drawn.add(random.below(size));
    return [...drawn];
  }
  // Takes each with the probability that leaves as many as are wanted.
  const taken: number[] = [];
  for (let index = 0; taken.length < count; index++) {
    if (random.below(size - index) < count - taken.length) taken.push(index);
  }
  return taken;
}
