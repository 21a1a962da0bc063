/** Durations as tests write them: milliseconds, or a text such as '15s'. */
import { RedisTestClusterError } from '../../fixtures/error.js';

/** Milliseconds, or a number with a unit: `'250ms'`, `'15s'`, `'2m'`, `'1h'`, `'3d'`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;

/**
 * @param name what the duration is for, for the message.
 * @returns whole milliseconds.
 * @throws RedisTestClusterError INVALID_ARGUMENT when it is negative, not finite or has no known unit.
 */
export function toMilliseconds(duration: Duration, name: string): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return Math.round(duration);
  } else if (typeof duration === 'string') {
    const match = FORM.exec(duration.trim());
    if (match !== null) return Math.round(Number(match[1]) * (UNITS[match[2] as string] as number));
  }
  throw new RedisTestClusterError(
    'INVALID_ARGUMENT',
    `${name} must be milliseconds (0 or more) or a text such as '250ms', '15s', '2m', '1h' or '3d', got ${typeof duration === 'string' ? `'${duration}'` : String(duration)}`,
  );
}
