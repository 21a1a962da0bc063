/**
 * When, or how often, the keys of one database were used: OBJECT IDLETIME and FREQ, and what LRU and LFU eviction
 * go by. https://redis.io/docs/latest/develop/reference/eviction/
 */
import type { ByteString } from '../resp/byte-string.js';
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

/** An LFU entry is minute * 256 + counter; an LRU entry is a second. */
const FREQUENCY_STEP = 256;

export class AccessTimes {
  #entries: Map<ByteString, number> | null = null;
  #kind: AccessPolicy['kind'] = 'lru';
  /** Keys without an entry were used in this second; so nothing is recorded until time moves on. */
  #baseSecond: number | null = null;

  /** The key is used, or comes to be. */
  touch(key: ByteString, nowMs: number, policy: AccessPolicy, random: Random): void {
    if (policy.kind !== this.#kind) this.#changeKind(policy.kind);
    if (policy.kind === 'lfu') {
      const frequency = raised(this.frequency(key, nowMs, policy), policy, random);
      this.#store(key, Math.floor(nowMs / MINUTE_MS) * FREQUENCY_STEP + frequency);
      return;
    }
    const second = Math.floor(nowMs / SECOND_MS);
    this.#baseSecond ??= second;
    if (second !== this.#baseSecond || this.#entries !== null) this.#store(key, second);
  }

  /** Whole seconds since the last use. */
  idleSeconds(key: ByteString, nowMs: number): number {
    const second = Math.floor(nowMs / SECOND_MS);
    const last = this.#kind === 'lru' ? this.#entries?.get(key) : undefined;
    return Math.max(0, second - (last ?? this.#baseSecond ?? second));
  }

  /** The LFU counter, 0 to 255, as it has decayed until now. */
  frequency(key: ByteString, nowMs: number, policy: AccessPolicy): number {
    const entry = this.#kind === 'lfu' ? this.#entries?.get(key) : undefined;
    if (entry === undefined) return NEW_KEY_FREQUENCY;
    const counter = entry % FREQUENCY_STEP;
    if (policy.lfuDecayMinutes === 0) return counter;
    const minutes = Math.floor(nowMs / MINUTE_MS) - Math.floor(entry / FREQUENCY_STEP);
    return Math.max(0, counter - Math.floor(minutes / policy.lfuDecayMinutes));
  }

  delete(key: ByteString): void {
    if (this.#entries !== null) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries = null;
    this.#baseSecond = null;
  }

  #store(key: ByteString, entry: number): void {
    this.#entries ??= new Map();
    this.#entries.set(key, entry);
  }

  /** Redis reads the 24 bits of an object as the other kind; starting anew is the best that can be said. */
  #changeKind(kind: AccessPolicy['kind']): void {
    this.clear();
    this.#kind = kind;
  }
}

/** The counter is logarithmic: the higher it is, the less likely it grows. */
function raised(counter: number, policy: AccessPolicy, random: Random): number {
  if (counter >= MAX_FREQUENCY) return MAX_FREQUENCY;
  const base = Math.max(0, counter - NEW_KEY_FREQUENCY);
  return random.fraction() < 1 / (base * policy.lfuLogFactor + 1) ? counter + 1 : counter;
}
