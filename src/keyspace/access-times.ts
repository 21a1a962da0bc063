/**
 * When, or how often, a key was used: OBJECT IDLETIME and FREQ, and what LRU and LFU eviction go by. One number an entry,
 * as the 24 bits of a Redis object. https://redis.io/docs/latest/develop/reference/eviction/
 */
import type { Random } from '../time/random.js';

/** How the LFU counter grows and decays: maxmemory-policy, lfu-log-factor, lfu-decay-time. */
export interface AccessPolicy {
  readonly kind: 'lru' | 'lfu';
  readonly lfuLogFactor: number;
  readonly lfuDecayMinutes: number;
}

/** What a new key starts with, so that it is not the first to be evicted (LFU_INIT_VAL). */
const NEW_KEY_FREQUENCY = 5;
const MAX_FREQUENCY = 255;

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** For LFU the number is minute * 256 + counter; for LRU it is a second. */
const FREQUENCY_STEP = 256;

/** The number of a key of which nothing is known yet. */
export function initialAccess(kind: AccessPolicy['kind'], nowMs: number): number {
  if (kind === 'lru') return Math.floor(nowMs / SECOND_MS);
  return Math.floor(nowMs / MINUTE_MS) * FREQUENCY_STEP + NEW_KEY_FREQUENCY;
}

/** The number of a key whose LFU counter is known. */
export function accessWithFrequency(frequency: number, nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS) * FREQUENCY_STEP + frequency;
}

/** The number after one more use. */
export function accessAfterUse(access: number, nowMs: number, policy: AccessPolicy, random: Random): number {
  if (policy.kind === 'lru') return Math.floor(nowMs / SECOND_MS);
  const frequency = raised(frequencyOf(access, nowMs, policy), policy, random);
  return Math.floor(nowMs / MINUTE_MS) * FREQUENCY_STEP + frequency;
}

/** Whole seconds since the last use, for LRU. */
export function idleSecondsOf(access: number, nowMs: number): number {
  return Math.max(0, Math.floor(nowMs / SECOND_MS) - access);
}

/** The counter of LFU, 0 to 255, as it has decayed until now. */
export function frequencyOf(access: number, nowMs: number, policy: AccessPolicy): number {
  const counter = access % FREQUENCY_STEP;
  if (policy.lfuDecayMinutes === 0) return counter;
  const minutes = Math.floor(nowMs / MINUTE_MS) - Math.floor(access / FREQUENCY_STEP);
  return Math.max(0, counter - Math.floor(minutes / policy.lfuDecayMinutes));
}

/** The counter is logarithmic: the higher it is, the less likely it grows. */
function raised(counter: number, policy: AccessPolicy, random: Random): number {
  if (counter >= MAX_FREQUENCY) return MAX_FREQUENCY;
  const base = Math.max(0, counter - NEW_KEY_FREQUENCY);
  return random.fraction() < 1 / (base * policy.lfuLogFactor + 1) ? counter + 1 : counter;
}
