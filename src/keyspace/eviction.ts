/** Which keys go when memory is short: the policies of maxmemory-policy, by samples and a pool of the best candidates as in evict.c. https://redis.io/docs/latest/develop/reference/eviction/ */
import type { ByteString } from '../resp/byte-string.js';
import type { Database } from './database.js';
import type { Keyspace } from './keyspace.js';

export type EvictionPolicy =
  | 'volatile-lru'
  | 'volatile-lfu'
  | 'volatile-random'
  | 'volatile-ttl'
  | 'allkeys-lru'
  | 'allkeys-lfu'
  | 'allkeys-random'
  | 'noeviction';

interface Candidate {
  readonly database: Database;
  readonly key: ByteString;
  /** The higher, the sooner it goes. */
  readonly score: number;
}

const POOL_SIZE = 16;
const MAX_FREQUENCY = 255;

export class Eviction {
  readonly #keyspace: Keyspace;
  /** The best of all samples so far, lowest score first. Some of them may be gone meanwhile. */
  readonly #pool: Candidate[] = [];
  /** Where the random policies go on, so that every database has its turn. */
  #lastDatabase = 0;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** Evicts keys until so many bytes are free. @returns false when there are no keys to evict before that. */
  free(bytes: number, policy: EvictionPolicy, samples: number): boolean {
    if (policy === 'noeviction') return false;
    let freed = 0;
    while (freed < bytes) {
      const victim = policy.endsWith('-random') ? this.#draw(policy) : this.#best(policy, samples);
      if (victim === null) return false;
      const before = this.#keyspace.memoryBytes;
      victim.database.evict(victim.key);
      freed += before - this.#keyspace.memoryBytes;
    }
    return true;
  }

  #draw(policy: EvictionPolicy): Candidate | null {
    const { databases } = this.#keyspace;
    for (let turn = databases.length; turn > 0; turn--) {
      this.#lastDatabase = (this.#lastDatabase + 1) % databases.length;
      const database = databases[this.#lastDatabase] as Database;
      const key = database.drawKey(isVolatile(policy));
      if (key !== null) return { database, key, score: 0 };
    }
    return null;
  }

  #best(policy: EvictionPolicy, samples: number): Candidate | null {
    for (;;) {
      let found = false;
      for (const database of this.#keyspace.databases) {
        const size = isVolatile(policy) ? database.expiringCount : database.size;
        if (size === 0) continue;
        found = true;
        this.#sample(database, policy, Math.min(samples, size));
      }
      if (!found) return null;
      const victim = this.#takeBest(policy);
      if (victim !== null) return victim;
    }
  }

  #sample(database: Database, policy: EvictionPolicy, samples: number): void {
    for (let sample = 0; sample < samples; sample++) {
      const key = database.drawKey(isVolatile(policy));
      if (key !== null) this.#offer({ database, key, score: scoreOf(database, key, policy) });
    }
  }

  #offer(candidate: Candidate): void {
    const pool = this.#pool;
    let place = 0;
    while (place < pool.length && (pool[place] as Candidate).score < candidate.score) place++;
    if (pool.length < POOL_SIZE) {
      pool.splice(place, 0, candidate);
    } else if (place > 0) {
      pool.splice(place, 0, candidate);
      pool.shift();
    }
  }

  #takeBest(policy: EvictionPolicy): Candidate | null {
    for (;;) {
      const candidate = this.#pool.pop();
      if (candidate === undefined) return null;
      const { database, key } = candidate;
      if (isVolatile(policy) ? database.expiresAtMs(key) !== null : database.isStored(key)) return candidate;
    }
  }
}

function isVolatile(policy: EvictionPolicy): boolean {
  return policy.startsWith('volatile-');
}

function scoreOf(database: Database, key: ByteString, policy: EvictionPolicy): number {
  if (policy === 'volatile-ttl') return -(database.expiresAtMs(key) ?? 0);
  return policy.endsWith('-lfu') ? MAX_FREQUENCY - database.frequency(key) : database.idleSeconds(key);
}
