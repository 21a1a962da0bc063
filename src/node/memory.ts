/** How much memory the node would use, and what happens when that is more than maxmemory (evict.c). https://redis.io/docs/latest/develop/reference/eviction/ */
import type { MemoryPort } from '../commands/context.js';
import type { Config } from '../config/config.js';
import { Eviction } from '../keyspace/eviction.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import type { ClientLimits } from './client-limits.js';
import type { PauseState } from './pause.js';
import type { LogLevel } from './ports.js';

export interface MemoryHost {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly limits: ClientLimits;
  readonly pause: PauseState;
  readonly loading: boolean;
  readonly isReplica: boolean;
  /** Length of the replication backlog. */
  backlogBytes(): number;
  /** What the replica that is farthest behind has not taken yet. */
  slowestReplicaBytes(): number;
  nowUs(): number;
  log(level: LogLevel, text: string): void;
}

/** What a server uses before it has any key. */
const STARTUP_BYTES = 956_936;

export class Memory implements MemoryPort {
  readonly startupBytes = STARTUP_BYTES;
  isOutOfMemory = false;
  readonly #host: MemoryHost;
  readonly #eviction: Eviction;
  #peakBytes = STARTUP_BYTES;
  /** Since when memory is short although eviction tried; null = it is not. */
  #exceededSinceUs: number | null = null;
  #exceededUs = 0;

  constructor(host: MemoryHost) {
    this.#host = host;
    this.#eviction = new Eviction(host.keyspace);
  }

  get usedBytes(): number {
    const { keyspace, limits } = this.#host;
    const used =
      STARTUP_BYTES +
      keyspace.memoryBytes +
      limits.bytesOf('normal') +
      limits.bytesOf('pubsub') +
      limits.bytesOf('master') +
      this.replicationBytes;
    if (used > this.#peakBytes) this.#peakBytes = used;
    return used;
  }

  get peakBytes(): number {
    return Math.max(this.#peakBytes, this.usedBytes);
  }

  /** The backlog, and what replicas have not taken beyond it: both lie in one buffer. */
  get replicationBytes(): number {
    return Math.max(this.#host.backlogBytes(), this.#host.slowestReplicaBytes());
  }

  get uncountedBytes(): number {
    return Math.max(0, this.replicationBytes - this.#host.config.values['repl-backlog-size']);
  }

  get clientBytes(): MemoryPort['clientBytes'] {
    const { limits } = this.#host;
    return {
      normal: limits.bytesOf('normal') + limits.bytesOf('pubsub'),
      replica: limits.bytesOf('replica'),
    };
  }

  get recentClientBuffers(): MemoryPort['recentClientBuffers'] {
    return this.#host.limits.recentBuffers;
  }

  get clientBuckets(): MemoryPort['clientBuckets'] {
    return this.#host.limits.isEvicting ? this.#host.limits.buckets() : null;
  }

  get exceededUs(): { readonly current: number; readonly total: number } {
    const current = this.#exceededSinceUs === null ? 0 : this.#host.nowUs() - this.#exceededSinceUs;
    return { current, total: this.#exceededUs + current };
  }

  /** The peak starts anew, and so does the time for which memory was short. */
  reset(): void {
    this.#peakBytes = this.usedBytes;
    this.#exceededUs = 0;
    if (this.#exceededSinceUs !== null) this.#exceededSinceUs = this.#host.nowUs();
  }

  /** Evicts keys while the node uses more than maxmemory. @returns false when that is more still and nothing may go (performEvictions). */
  makeRoom(): boolean {
    const { loading, isReplica, config, pause } = this.#host;
    if (loading || (isReplica && config.values['replica-ignore-maxmemory'])) return true;
    if (pause.active !== null) return true;
    const excess = this.#excessBytes();
    const hasRoom =
      excess <= 0 ||
      this.#eviction.free(excess, config.values['maxmemory-policy'], config.values['maxmemory-samples']);
    if (!hasRoom) {
      this.#exceededSinceUs ??= this.#host.nowUs();
    } else if (this.#exceededSinceUs !== null) {
      this.#exceededUs += this.#host.nowUs() - this.#exceededSinceUs;
      this.#exceededSinceUs = null;
    }
    return hasRoom;
  }

  /** maxmemory was set at run time. @returns true when there is something to evict. */
  onLimitChanged(): boolean {
    const { maxmemory } = this.#host.config.values;
    const used = this.usedBytes - this.uncountedBytes;
    if (maxmemory === 0) return false;
    if (maxmemory < used) {
      this.#host.log(
        'warning',
        `WARNING: the new maxmemory value set via CONFIG SET (${maxmemory}) is smaller than the current memory usage (${used}). This will result in key eviction and/or the inability to accept new write commands depending on the maxmemory-policy.`,
      );
    }
    return true;
  }

  #excessBytes(): number {
    const { maxmemory } = this.#host.config.values;
    return maxmemory === 0 ? 0 : this.usedBytes - this.uncountedBytes - maxmemory;
  }
}
