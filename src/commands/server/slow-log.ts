/** The commands that took longest: what SLOWLOG shows. Dispatch adds to it (slowlog.c). https://redis.io/docs/latest/commands/slowlog/ */
import type { ByteString } from '../../resp/byte-string.js';

export interface SlowLogEntry {
  /** Rises by one with each entry of the node, also over a reset. */
  readonly id: number;
  readonly atMs: number;
  readonly durationUs: number;
  /** Cut to what is kept of it. */
  readonly argv: readonly ByteString[];
  /** `ip:port` and name of the client. */
  readonly address: string;
  readonly clientName: ByteString;
}

const MAX_ARGUMENTS = 32;
const MAX_ARGUMENT_BYTES = 128;

export class SlowLog {
  /** Newest first. */
  readonly #entries: SlowLogEntry[] = [];
  #nextId = 0;

  get length(): number {
    return this.#entries.length;
  }

  /** @param maxLength slowlog-max-len. */
  add(entry: Omit<SlowLogEntry, 'id'>, maxLength: number): void {
    this.#entries.unshift({ ...entry, argv: shorten(entry.argv), id: this.#nextId++ });
    if (this.#entries.length > maxLength) this.#entries.length = maxLength;
  }

  newest(count: number): readonly SlowLogEntry[] {
    return this.#entries.slice(0, count);
  }

  reset(): void {
    this.#entries.length = 0;
  }
}

function shorten(argv: readonly ByteString[]): ByteString[] {
  const isCut = argv.length > MAX_ARGUMENTS;
  const kept = isCut ? argv.slice(0, MAX_ARGUMENTS - 1) : argv;
  const shortened = kept.map((arg) =>
    arg.length > MAX_ARGUMENT_BYTES
      ? `${arg.slice(0, MAX_ARGUMENT_BYTES)}... (${arg.length - MAX_ARGUMENT_BYTES} more bytes)`
      : arg,
  );
  if (isCut) shortened.push(`... (${argv.length - MAX_ARGUMENTS + 1} more arguments)`);
  return shortened;
}
