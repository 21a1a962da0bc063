/** What ACL LOG shows: refused commands and failed logins, alike ones counted together (addACLLogEntry of acl.c). https://redis.io/docs/latest/commands/acl-log/ */
import type { ByteString } from '../../resp/byte-string.js';
import type { DeniedReason } from './permission.js';

export interface AclLogEvent {
  readonly reason: DeniedReason | 'auth';
  readonly context: 'toplevel' | 'multi' | 'lua' | 'module';
  /** The command, key or channel; of a login the command's name as it was typed. */
  readonly object: ByteString;
  readonly userName: ByteString;
  /** As CLIENT INFO describes the client. */
  readonly clientInfo: ByteString;
  readonly atMs: number;
}

export interface AclLogEntry extends Omit<AclLogEvent, 'atMs'> {
  readonly id: number;
  readonly count: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** How far apart alike events may be. */
const GROUPED_WITHIN_MS = 60_000;
/** So many of the last entries are looked at. */
const SEARCHED_ENTRIES = 10;

export class AclLog {
  /** The last one first. */
  #entries: readonly AclLogEntry[] = [];
  #nextId = 0;

  get entries(): readonly AclLogEntry[] {
    return this.#entries;
  }

  add({ atMs, ...event }: AclLogEvent, maxLength: number): void {
    const alike = this.#entries.slice(0, SEARCHED_ENTRIES).find((entry) => isAlike(entry, event, atMs));
    if (alike !== undefined) {
      const { clientInfo } = event;
      const updated = { ...alike, clientInfo, updatedAtMs: atMs, count: alike.count + 1 };
      this.#entries = [updated, ...this.#entries.filter((entry) => entry !== alike)];
      return;
    }
    const entry = { ...event, id: this.#nextId++, count: 1, createdAtMs: atMs, updatedAtMs: atMs };
    this.#entries = [entry, ...this.#entries].slice(0, maxLength);
  }

  clear(): void {
    this.#entries = [];
  }
}

function isAlike(entry: AclLogEntry, event: Omit<AclLogEvent, 'atMs'>, atMs: number): boolean {
  return (
    entry.reason === event.reason &&
    entry.context === event.context &&
    Math.abs(atMs - entry.updatedAtMs) <= GROUPED_WITHIN_MS &&
    entry.object === event.object &&
    entry.userName === event.userName
  );
}
