/** Clients that wait, for keys or for the end of a pause, and how they go on when that is over. */
import type { KeyWait } from '../commands/context.js';
import { typeOfValue } from '../keyspace/values/stored-value.js';
import type { ByteString } from '../resp/byte-string.js';
import { FORCED_UNBLOCK } from '../resp/errors/index.js';
import type { Waiter } from './blocked-on-keys.js';
import type { ClientSession } from './client-session.js';
import type { Dispatcher } from './dispatch.js';
import type { Node } from './node.js';

export class WaitingClients {
  readonly #node: Node;
  readonly #dispatcher: Dispatcher;
  /** A pause holds their command back. */
  readonly #postponed = new Set<ClientSession>();
  /** Sessions that go on with their input after the input in hand: their wait ended. */
  readonly #unblocked = new Set<ClientSession>();

  constructor(node: Node, dispatcher: Dispatcher) {
    this.#node = node;
    this.#dispatcher = dispatcher;
  }

  postpone(session: ClientSession, argv: readonly ByteString[]): void {
    this.#postponed.add(session);
    session.postponed = argv;
    session.block({
      kind: 'pause',
      timeoutAtMs: 0,
      onTimeout: () => null,
      release: () => this.#postponed.delete(session),
    });
  }

  /** The pause is over. */
  resumePostponed(): void {
    const sessions = [...this.#postponed];
    this.#postponed.clear();
    for (const session of sessions) {
      if (!session.closed) session.resume();
    }
  }

  /** Since 7.2 the whole command runs again with all checks; before, it took what the ready key has. */
  serve({ session: waiting, command, wait }: Waiter, key: ByteString): void {
    const node = this.#node;
    const session = node.sessions.get(waiting.id);
    if (session === undefined) return;
    node.executor.isRetry = true;
    if (node.version === '7.2') session.retry(() => this.#dispatcher.dispatch(session, wait.argv));
    else if (wait.withoutKey !== undefined && !this.#holds(session, wait, key))
      session.unblock(wait.withoutKey);
    else session.retry(() => this.#dispatcher.runUnchecked(session, command, wait.narrowedTo(key)));
    node.executor.isRetry = false;
  }

  /** The data they wait for is no longer this node's to change: it became a replica, or lost a slot. */
  disconnectBlocked(): void {
    for (const session of [...this.#node.sessions.values()]) {
      const { blocked } = session;
      if (blocked === null || blocked.kind === 'pause' || blocked.kind === 'script') continue;
      session.closeAfterReply = true;
      session.unblock(FORCED_UNBLOCK);
      this.#node.onOutput(session);
    }
  }

  onUnblocked(session: ClientSession): void {
    this.#unblocked.add(session);
  }

  /**
   * Not where the wait ends, for that may be in the middle of another client's command.
   * @returns the sessions that go on now.
   */
  takeUnblocked(): readonly ClientSession[] {
    if (this.#unblocked.size === 0) return NONE;
    const sessions = [...this.#unblocked];
    this.#unblocked.clear();
    return sessions;
  }

  forget(session: ClientSession): void {
    this.#postponed.delete(session);
    this.#unblocked.delete(session);
  }

  #holds(session: ClientSession, { type }: KeyWait, key: ByteString): boolean {
    const value = this.#node.keyspace.database(session.dbIndex).peek(key);
    return value !== undefined && typeOfValue(value) === (type as string);
  }
}

const NONE: readonly ClientSession[] = [];
