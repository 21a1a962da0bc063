/** The prefixes of clients that track by broadcasting, and the keys that changed under each since the last message (bcastState of tracking.c). */
import type { Session } from '../commands/session.js';
import type { ByteString } from '../resp/byte-string.js';

interface Prefix {
  readonly clients: Set<Session>;
  /** Who changed the key last; null: no client did. */
  readonly changes: Map<ByteString, Session | null>;
}

/** What the clients of one prefix are told of. */
export interface PrefixChanges {
  readonly clients: ReadonlySet<Session>;
  /** In the order of the keys' bytes. */
  readonly changes: readonly { readonly key: ByteString; readonly by: Session | null }[];
}

export class PrefixTable {
  hasChanges = false;
  readonly #prefixes = new Map<ByteString, Prefix>();

  get size(): number {
    return this.#prefixes.size;
  }

  add(prefix: ByteString, session: Session): void {
    let state = this.#prefixes.get(prefix);
    if (state === undefined) {
      state = { clients: new Set(), changes: new Map() };
      this.#prefixes.set(prefix, state);
    }
    state.clients.add(session);
  }

  remove(prefix: ByteString, session: Session): void {
    const state = this.#prefixes.get(prefix);
    state?.clients.delete(session);
    if (state?.clients.size === 0) this.#prefixes.delete(prefix);
  }

  onKeyModified(key: ByteString, by: Session | null): void {
    for (const [prefix, { changes }] of this.#prefixes) {
      if (!key.startsWith(prefix)) continue;
      changes.set(key, by);
      this.hasChanges = true;
    }
  }

  /** The changes since the last call, in the order of the prefixes' bytes. */
  takeChanges(): PrefixChanges[] {
    this.hasChanges = false;
    const taken: PrefixChanges[] = [];
    for (const [, { clients, changes }] of [...this.#prefixes].sort(byBytes)) {
      if (changes.size === 0) continue;
      taken.push({ clients, changes: [...changes].sort(byBytes).map(([key, by]) => ({ key, by })) });
      changes.clear();
    }
    return taken;
  }
}

function byBytes([one]: readonly [ByteString, unknown], [other]: readonly [ByteString, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
