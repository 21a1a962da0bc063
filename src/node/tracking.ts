/** Client side caching: which client may hold which keys, and the messages that tell it to forget them (tracking.c). https://redis.io/docs/latest/develop/reference/client-side-caching/ */
import { isSubscriber } from '../commands/connection/client-type.js';
import type { TrackingPort } from '../commands/push-ports.js';
import type { ClientTracking, Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import { encodeArrayHeader, encodeBulk, encodeInteger } from '../resp/reply-encoder.js';
import { PrefixTable } from './tracking-prefixes.js';

export interface TrackingHost {
  readonly sessions: ReadonlyMap<number, Session>;
  /** The session whose command runs, or null. */
  runsFor(): Session | null;
  /** The directive tracking-table-max-keys; 0 = no limit. */
  maxKeys(): number;
  push(session: Session, bytes: ByteString): void;
}

const REDIRECTION_CHANNEL = '__redis__:invalidate';
/** How many keys one round forgets when the table is too large; more with each round that did not suffice. */
const EVICTION_EFFORT = 100;

export class Tracking implements TrackingPort {
  readonly #host: TrackingHost;
  readonly #clients = new Set<Session>();
  /** The ids of the sessions that have read a key; those that are gone are left in until the key changes. */
  readonly #readers = new Map<ByteString, Set<number>>();
  readonly #prefixes = new PrefixTable();
  /** What the client that caused it is told once it has its reply; null = everything. */
  #pending: (ByteString | null)[] = [];
  #itemCount = 0;
  #failedRounds = 0;

  constructor(host: TrackingHost) {
    this.#host = host;
  }

  get keyCount(): number {
    return this.#readers.size;
  }

  get itemCount(): number {
    return this.#itemCount;
  }

  get prefixCount(): number {
    return this.#prefixes.size;
  }

  get isActive(): boolean {
    return this.#clients.size > 0;
  }

  /** The command in hand has made messages for its own client. */
  get isPending(): boolean {
    return this.#pending.length > 0;
  }

  enable(session: Session, tracking: ClientTracking): void {
    this.#clients.add(session);
    session.tracking = tracking;
    for (const prefix of tracking.prefixes) this.#prefixes.add(prefix, session);
  }

  disable(session: Session): void {
    const { tracking } = session;
    if (!tracking) return;
    this.#clients.delete(session);
    session.tracking = null;
    for (const prefix of tracking.prefixes) this.#prefixes.remove(prefix, session);
  }

  /** A tracking client has run a command that reads. */
  remember(
    session: Session,
    tracking: ClientTracking,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ): void {
    if (tracking.broadcast) return;
    if ((tracking.optIn && !tracking.caching) || (tracking.optOut && tracking.caching)) return;
    for (const position of command.keyPositions(argv)) {
      const key = argv[position] as ByteString;
      let readers = this.#readers.get(key);
      if (readers === undefined) {
        readers = new Set();
        this.#readers.set(key, readers);
      }
      if (readers.has(session.id)) continue;
      readers.add(session.id);
      this.#itemCount++;
    }
  }

  /** @param byNode no client did it. */
  onKeyModified(key: ByteString, byNode: boolean): void {
    if (this.#prefixes.size > 0) this.#prefixes.onKeyModified(key, byNode ? null : this.#host.runsFor());
    if (this.#readers.size > 0) this.#invalidate(key);
  }

  /** Keys are tracked without their database, so a flush of one database is one of all. */
  onFlush(): void {
    const runsFor = this.#host.runsFor();
    for (const session of this.#clients) {
      if (session === runsFor) this.#pending.push(null);
      else this.#send(session, nullFor(session));
    }
    this.#readers.clear();
    this.#itemCount = 0;
  }

  /** The reply of the session's command is complete: now it is told what the command itself made stale. */
  sendPending(session: Session): void {
    const pending = this.#pending;
    this.#pending = [];
    if (!this.#host.sessions.has(session.id)) return;
    for (const key of pending) this.#send(session, key === null ? nullFor(session) : keyList([key]));
  }

  /** To be called after each input: the messages of the broadcasting mode, one for each prefix. */
  broadcast(): void {
    if (!this.#prefixes.hasChanges || this.#clients.size === 0) return;
    for (const { clients, changes } of this.#prefixes.takeChanges()) {
      for (const session of clients) {
        const isSpared = session.tracking?.noLoop === true;
        const keys = changes.filter(({ by }) => !isSpared || by !== session).map(({ key }) => key);
        if (keys.length > 0) this.#send(session, keyList(keys));
      }
    }
  }

  /** Forgets keys while there are more than the directive allows. Redis draws them, here the oldest go. */
  limit(): void {
    if (this.#clients.size === 0) return;
    const maxKeys = this.#host.maxKeys();
    if (maxKeys === 0) return;
    let effort = EVICTION_EFFORT * (this.#failedRounds + 1);
    for (const key of this.#readers.keys()) {
      if (this.#readers.size <= maxKeys || effort === 0) break;
      effort--;
      this.#invalidate(key);
    }
    this.#failedRounds = this.#readers.size <= maxKeys ? 0 : this.#failedRounds + 1;
  }

  #invalidate(key: ByteString): void {
    const readers = this.#readers.get(key);
    if (readers === undefined) return;
    const { sessions } = this.#host;
    const runsFor = this.#host.runsFor();
    for (const id of readers) {
      const session = sessions.get(id);
      // Whoever changed to broadcasting since then gets its messages that way.
      if (!session?.tracking || session.tracking.broadcast) continue;
      if (session !== runsFor) this.#send(session, keyList([key]));
      else if (!session.tracking.noLoop) this.#pending.push(key);
    }
    this.#itemCount -= readers.size;
    this.#readers.delete(key);
  }

  /** @param keys encoded: a list of keys, or the null that stands for all. */
  #send(session: Session, keys: ByteString): void {
    const { tracking } = session;
    const redirectTo = tracking?.redirectTo ?? 0;
    const receiver = redirectTo === 0 ? session : this.#host.sessions.get(redirectTo);
    if (receiver === undefined) {
      if (tracking) tracking.redirectionBroken = true;
      if (session.protocol === 3)
        this.#host.push(session, `>2\r\n${encodeBulk('tracking-redir-broken')}${encodeInteger(redirectTo)}`);
    } else if (receiver.protocol === 3) {
      this.#host.push(receiver, `>2\r\n${encodeBulk('invalidate')}${keys}`);
    } else if (redirectTo !== 0 && isSubscriber(receiver)) {
      this.#host.push(receiver, `*3\r\n${encodeBulk('message')}${encodeBulk(REDIRECTION_CHANNEL)}${keys}`);
    }
  }
}

function keyList(keys: readonly ByteString[]): ByteString {
  return encodeArrayHeader(keys.length) + keys.map(encodeBulk).join('');
}

/** The null of the tracking session's own protocol, even when the message goes to another one. */
function nullFor({ protocol }: Session): ByteString {
  return protocol === 2 ? '$-1\r\n' : '_\r\n';
}
