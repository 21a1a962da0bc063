/** Drawing by chance. */
import type { Random } from '../../time/random.js';

/** One of several, which are at least one. */
export function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)] as T;
}

/** True once in so many times. */
export function onceIn(times: number, random: Random): boolean {
  return random.below(times) === 0;
}
