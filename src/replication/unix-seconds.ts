/** Redis compares whole seconds in replication (server.unixtime): timeouts are "more than n seconds" of those. */

/** Whole seconds of a Unix time in milliseconds. */
export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** How many seconds ago that was, as Redis counts them. */
export function secondsSince(thenMs: number, nowMs: number): number {
  return unixSeconds(nowMs) - unixSeconds(thenMs);
}
