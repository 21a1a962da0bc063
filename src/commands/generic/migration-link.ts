/** What MIGRATE needs of the node: connections to other nodes on which it waits. */
import type { ByteString } from '../../resp/byte-string.js';

/** A connection whose every step is over when the call returns; the node does nothing else meanwhile. */
export interface BlockingConnection {
  write(bytes: ByteString, timeoutMs: number): 'written' | 'timeout' | 'closed';
  /** The next line without its end. */
  readLine(timeoutMs: number): { readonly line: ByteString } | 'timeout' | 'closed';
  close(): void;
}

export interface MigrationLink {
  readonly connection: BlockingConnection;
  /** The database selected on the other side; null = not known. */
  selectedDb: number | null;
}

/** Connections to the targets of MIGRATE. They are kept for a while, because one MIGRATE seldom comes alone. */
export interface MigrationLinks {
  /** A kept connection, or a new one. */
  open(host: ByteString, port: ByteString, timeoutMs: number): MigrationLink | 'refused' | 'timeout';
  /** How many are kept. */
  readonly count: number;
  /** Closes it; the next `open` makes a new one. */
  close(host: ByteString, port: ByteString): void;
}
