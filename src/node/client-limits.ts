/** Limits on what clients take of memory: client-output-buffer-limit, client-query-buffer-limit and maxmemory-clients (networking.c). https://redis.io/docs/latest/develop/reference/clients/ */
import { clientMemoryOf, outputBytesOf } from '../commands/client-memory.js';
import type { RedisVersion } from '../commands/command.js';
import { type ClientType, clientTypeOf, isSubscriber } from '../commands/connection/client-type.js';
import { describeClient } from '../commands/connection/describe-client.js';
import type { Config } from '../config/config.js';
import { quoteArgument } from '../config/quote-argument.js';
import type { ClientSession } from './client-session.js';
import type { LogLevel } from './ports.js';
import type { ServerStats } from './stats.js';

export interface ClientLimitsHost {
  readonly version: RedisVersion;
  readonly config: Config;
  readonly sessions: ReadonlyMap<number, ClientSession>;
  readonly stats: ServerStats;
  nowMs(): number;
  log(level: LogLevel, text: string): void;
  /** It has to be closed when the input in hand is done. */
  onDoomed(session: ClientSession): void;
}

/** maxmemory-clients counts as at least that much. */
const SMALLEST_LIMIT = 128 * 1024;
/** Clients are told apart by powers of two of what they take, from 32 KB to 8 GB. */
const FIRST_BUCKET = 15;
const LAST_BUCKET = 33;
const SECONDS_NOTED = 8;
/** A reply is a JavaScript string, which can have no more; a C server would run out of memory with many of them. */
const LONGEST_REPLY = 2 ** 29 - 24;

export class ClientLimits {
  readonly #host: ClientLimitsHost;
  readonly #recentBuffers: { input: number; output: number }[] = [];
  #notedSecond = 0;
  readonly #bytes: Record<ClientType, number> = { normal: 0, pubsub: 0, replica: 0, master: 0 };

  constructor(host: ClientLimitsHost) {
    this.#host = host;
  }

  /** What clients of that type take, as it was last counted. */
  bytesOf(type: ClientType): number {
    return this.#bytes[type];
  }

  /** Counts anew what the client takes. */
  account(session: ClientSession): void {
    const type = clientTypeOf(session);
    const bytes = clientMemoryOf(session, this.#host.version);
    this.#bytes[session.countedType] -= session.countedBytes;
    this.#bytes[type] += bytes;
    session.countedType = type;
    session.countedBytes = bytes;
  }

  /** Keeps the greatest buffers of the last seconds (clientsCronTrackExpansiveClients). */
  noteBuffers(session: ClientSession): void {
    const second = Math.floor(this.#host.nowMs() / 1000);
    if (second !== this.#notedSecond) {
      this.#notedSecond = second;
      this.#recentBuffers.push({ input: 0, output: 0 });
      if (this.#recentBuffers.length > SECONDS_NOTED) this.#recentBuffers.shift();
    }
    const noted = this.#recentBuffers.at(-1);
    if (noted === undefined) return;
    noted.input = Math.max(noted.input, session.queryRoom);
    noted.output = Math.max(noted.output, outputBytesOf(session).bytes);
  }

  get recentBuffers(): { readonly input: number; readonly output: number } {
    const greatest = { input: 0, output: 0 };
    for (const { input, output } of this.#recentBuffers) {
      greatest.input = Math.max(greatest.input, input);
      greatest.output = Math.max(greatest.output, output);
    }
    return greatest;
  }

  forget(session: ClientSession): void {
    this.#bytes[session.countedType] -= session.countedBytes;
    session.countedBytes = 0;
  }

  /** Closes a client that lets too much output wait. @param isRunning a command runs: it is closed after that. */
  checkOutput(session: ClientSession, isRunning: boolean): void {
    if (!session.isConnected || session.isEnding || !this.#isOverOutputLimit(session)) return;
    const client = this.#describe(session);
    if (isRunning) {
      session.doom();
      this.#host.onDoomed(session);
      this.#host.log(
        'warning',
        `Client ${client} scheduled to be closed ASAP for overcoming of output buffer limits.`,
      );
    } else {
      session.close('output buffer limit');
      this.#host.log('warning', `Client ${client} closed for overcoming of output buffer limits.`);
    }
  }

  /** Closes the client if a reply of so many bytes would be too much, before it is made. */
  refusesReply(session: ClientSession, bytes: number): boolean {
    const { hard } =
      this.#host.config.values['client-output-buffer-limit'][isSubscriber(session) ? 'pubsub' : 'normal'];
    if (bytes < LONGEST_REPLY && (hard === 0 || bytes < hard)) return false;
    if (!session.isConnected || session.isEnding) return true;
    session.doom();
    this.#host.onDoomed(session);
    this.#host.log(
      'warning',
      `Client ${this.#describe(session)} scheduled to be closed ASAP for overcoming of output buffer limits.`,
    );
    return true;
  }

  closeForQueryBuffer(session: ClientSession): void {
    const client = this.#describe(session);
    const start = session.decoder.startOfBuffer(QUERY_BYTES_SHOWN);
    session.close('query buffer limit');
    this.#host.log(
      'warning',
      `Closing client that reached max query buffer length: ${client} (qbuf initial bytes: ${quoteArgument(start)})`,
    );
  }

  /** maxmemory-clients: closes the greatest clients until all together are below it (evictClients). */
  evict(): void {
    const limit = this.#evictionLimit();
    if (limit === 0 || !this.#isOver(limit)) return;
    for (let bucket = LAST_BUCKET; bucket >= FIRST_BUCKET; bucket--) {
      for (const session of [...this.#host.sessions.values()]) {
        if (bucketOf(session.countedBytes) !== bucket || !mayBeEvicted(session)) continue;
        if (!this.#isOver(limit)) return;
        this.#host.log('notice', `Evicting client: ${this.#describe(session)}`);
        this.#host.stats.evictedClients++;
        session.close('maxmemory-clients');
      }
    }
    if (this.#isOver(limit)) {
      this.#host.log('warning', 'Over client maxmemory after evicting all evictable clients');
    }
  }

  /** What may be evicted, smallest bucket first. */
  buckets(): { readonly bytes: number; readonly clients: number }[] {
    const buckets = Array.from({ length: LAST_BUCKET - FIRST_BUCKET + 1 }, () => ({ bytes: 0, clients: 0 }));
    for (const session of this.#host.sessions.values()) {
      if (!mayBeEvicted(session)) continue;
      const bucket = buckets[bucketOf(session.countedBytes) - FIRST_BUCKET];
      if (bucket === undefined) continue;
      bucket.bytes += session.countedBytes;
      bucket.clients++;
    }
    return buckets;
  }

  /** A replica is not one whose commands are answered (_addReplyToBufferOrList of networking.c). */
  dropAnsweredReplica(session: ClientSession): void {
    this.#host.log(
      'warning',
      `Replica generated a reply to command '${session.lastCommand}', disconnecting it: ${this.#describe(session)}`,
    );
    this.#host.onDoomed(session);
  }

  get isEvicting(): boolean {
    return this.#host.config.values['maxmemory-clients'] !== 0;
  }

  #isOver(limit: number): boolean {
    return this.#bytes.normal + this.#bytes.pubsub >= limit;
  }

  #evictionLimit(): number {
    const { 'maxmemory-clients': setting, maxmemory } = this.#host.config.values;
    let limit = setting;
    if (setting < 0) limit = maxmemory > 0 ? Math.floor((maxmemory * -setting) / 100) : 0;
    return limit === 0 ? 0 : Math.max(limit, SMALLEST_LIMIT);
  }

  #isOverOutputLimit(session: ClientSession): boolean {
    const { config } = this.#host;
    const type = clientTypeOf(session);
    const { hard, soft, softSeconds } =
      config.values['client-output-buffer-limit'][type === 'master' ? 'normal' : type];
    if (hard === 0 && soft === 0) return false;
    const { bytes } = outputBytesOf(session);
    if (bytes === 0 && type !== 'replica') return false;
    // A replica may always be as far behind as the backlog reaches: it could come back and be served from that.
    const hardest = type === 'replica' ? Math.max(hard, config.values['repl-backlog-size']) : hard;
    const isOverSoft = soft !== 0 && bytes >= soft && this.#isOverSoftLimitFor(session, softSeconds);
    if (soft === 0 || bytes < soft) session.overSoftLimitSinceMs = null;
    return isOverSoft || (hard !== 0 && bytes >= hardest);
  }

  /** Whole seconds count, as everywhere in Redis. */
  #isOverSoftLimitFor(session: ClientSession, seconds: number): boolean {
    const now = Math.floor(this.#host.nowMs() / 1000);
    session.overSoftLimitSinceMs ??= now * 1000;
    return now - session.overSoftLimitSinceMs / 1000 > seconds;
  }

  #describe(session: ClientSession): string {
    return describeClient(session, this.#host.version, this.#host.nowMs());
  }
}

const QUERY_BYTES_SHOWN = 64;

function mayBeEvicted(session: ClientSession): boolean {
  const type = clientTypeOf(session);
  return (
    session.isConnected && !session.isEnding && !session.noEvict && (type === 'normal' || type === 'pubsub')
  );
}

function bucketOf(bytes: number): number {
  return Math.min(LAST_BUCKET, Math.max(FIRST_BUCKET, Math.floor(Math.log2(Math.max(1, bytes))) + 1));
}
