/** The connections that MIGRATE keeps (migrateGetSocket, migrateCloseTimedoutSockets of cluster.c). */
import type {
  BlockingConnection,
  MigrationLink,
  MigrationLinks,
} from '../commands/generic/migration-link.js';
import type { ByteString } from '../resp/byte-string.js';
import type { Random } from '../time/random.js';

const MAX_LINKS = 64;
/** Unused for longer than this, they are closed. */
const LIFE_SECONDS = 10;

/** What the links need of the node. */
export interface MigrationLinksHost {
  readonly clock: { nowMs(): number };
  readonly random: Random;
  connect(host: string, port: number, timeoutMs: number): BlockingConnection | 'refused' | 'timeout';
}

interface KeptLink extends MigrationLink {
  lastUseSeconds: number;
}

export class KeptMigrationLinks implements MigrationLinks {
  readonly #host: MigrationLinksHost;
  /** By host and port as they were given. */
  readonly #links = new Map<string, KeptLink>();

  constructor(host: MigrationLinksHost) {
    this.#host = host;
  }

  /** For INFO. */
  get count(): number {
    return this.#links.size;
  }

  open(host: ByteString, port: ByteString, timeoutMs: number): MigrationLink | 'refused' | 'timeout' {
    const name = nameOf(host, port);
    const kept = this.#links.get(name);
    if (kept !== undefined) {
      kept.lastUseSeconds = this.#nowSeconds;
      return kept;
    }
    if (this.#links.size >= MAX_LINKS) this.#dropOne();
    const connection = this.#host.connect(host, Number.parseInt(port, 10) || 0, timeoutMs);
    if (typeof connection === 'string') return connection;
    const link: KeptLink = { connection, selectedDb: null, lastUseSeconds: this.#nowSeconds };
    this.#links.set(name, link);
    return link;
  }

  close(host: ByteString, port: ByteString): void {
    this.#close(nameOf(host, port));
  }

  closeUnused(): void {
    for (const [name, { lastUseSeconds }] of [...this.#links]) {
      if (this.#nowSeconds - lastUseSeconds > LIFE_SECONDS) this.#close(name);
    }
  }

  closeAll(): void {
    for (const name of [...this.#links.keys()]) this.#close(name);
  }

  #dropOne(): void {
    const names = [...this.#links.keys()];
    this.#close(names[this.#host.random.below(names.length)]!);
  }

  #close(name: string): void {
    this.#links.get(name)?.connection.close();
    this.#links.delete(name);
  }

  get #nowSeconds(): number {
    return Math.floor(this.#host.clock.nowMs() / 1000);
  }
}

function nameOf(host: ByteString, port: ByteString): string {
  return `${host}:${port}`;
}
