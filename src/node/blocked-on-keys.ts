/**
 * Sessions blocked on keys (blocked.c): lists, sorted sets and streams.
 *
 * A handler that finds nothing to take returns `context.blockOnKeys({ type, keys, timeoutAtMs, narrowedTo })`, or the
 * reply of a timeout where `context.mayBlock` is false. A key is ready when it comes to be with a value of that type,
 * which the keyspace tells by itself, and when a command calls `node.blockedOnKeys.signalReady`. When the command,
 * transaction or script that did so is over, the waiting sessions are served in the order in which they blocked: their
 * command runs again from the start, with all checks (7.2), or for the ready key alone and without checks (7.0). It
 * replicates what it does then; one that still finds nothing blocks again, behind the others.
 */
import type { AwaitedType, KeyWait, KeyWaiters } from '../commands/context.js';
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import { typeOfValue } from '../keyspace/values/stored-value.js';
import type { ByteString } from '../resp/byte-string.js';
import { NULL_ARRAY } from '../resp/reply.js';

export interface Waiter {
  readonly session: Session;
  readonly command: ResolvedCommand;
  readonly dbIndex: number;
  readonly wait: KeyWait;
}

/** What serving needs of the node. */
export interface BlockedOnKeysHost {
  readonly keyspace: Keyspace;
  /** Ends the block and runs the command of the waiter for a key that is ready. */
  serve(waiter: Waiter, key: ByteString): void;
}

interface ReadyKey {
  readonly dbIndex: number;
  readonly key: ByteString;
}

/** In the order in which they blocked. */
type Queue = Set<Waiter>;

export class BlockedOnKeys implements KeyWaiters {
  readonly #host: BlockedOnKeysHost;
  /** By database, then by key. */
  readonly #queues = new Map<number, Map<ByteString, Queue>>();
  readonly #counts: Record<AwaitedType, number> = { list: 0, zset: 0, stream: 0 };
  #waiters = 0;
  /** Waiters that a deletion wakes. */
  #deletionWaiters = 0;
  #ready: ReadyKey[] = [];
  #isServing = false;

  constructor(host: BlockedOnKeysHost) {
    this.#host = host;
  }

  /** True while nobody waits: nothing needs to be signalled. */
  get isEmpty(): boolean {
    return this.#waiters === 0;
  }

  get awaitsDeletions(): boolean {
    return this.#deletionWaiters > 0;
  }

  get hasReadyKeys(): boolean {
    return this.#ready.length > 0;
  }

  get awaitedKeys(): number {
    let keys = 0;
    for (const queues of this.#queues.values()) keys += queues.size;
    return keys;
  }

  get awaitedDeletions(): number {
    let keys = 0;
    for (const queues of this.#queues.values()) {
      for (const queue of queues.values()) if ([...queue].some(awaitsDeletion)) keys++;
    }
    return keys;
  }

  /** Everybody who waits, each once. */
  get waiters(): Waiter[] {
    const waiters = new Set<Waiter>();
    for (const queues of this.#queues.values()) {
      for (const queue of queues.values()) for (const waiter of queue) waiters.add(waiter);
    }
    return [...waiters];
  }

  block(waiter: Waiter): void {
    const { session, command, dbIndex, wait } = waiter;
    let queues = this.#queues.get(dbIndex);
    if (queues === undefined) {
      queues = new Map();
      this.#queues.set(dbIndex, queues);
    }
    for (const key of wait.keys) {
      const queue = queues.get(key);
      if (queue === undefined) queues.set(key, new Set([waiter]));
      else queue.add(waiter);
    }
    this.#count(waiter, 1);
    session.block({
      kind: 'keys',
      timeoutAtMs: wait.timeoutAtMs,
      keyed: { key: wait.keys[0] as ByteString, isWrite: command.isWrite },
      onTimeout: () => NULL_ARRAY,
      release: () => this.#forget(waiter),
    });
  }

  signalReady(dbIndex: number, key: ByteString): void {
    if (this.#queues.get(dbIndex)?.has(key) !== true) return;
    const value = this.#host.keyspace.database(dbIndex).peekStored(key);
    if (value === undefined || !this.#isAwaited(typeOfValue(value))) return;
    this.#addReady(dbIndex, key);
  }

  /** A key was deleted or overwritten. */
  signalRemoved(dbIndex: number, key: ByteString): void {
    const queue = this.#queues.get(dbIndex)?.get(key);
    if (queue !== undefined && [...queue].some(awaitsDeletion)) this.#addReady(dbIndex, key);
  }

  /** Serves whoever waits for the keys that are ready, and for those that become so by that. */
  serve(): void {
    // What is served runs commands of its own; those must not begin another round, or the order would be lost.
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (this.#ready.length > 0) {
        const round = this.#ready;
        this.#ready = [];
        while (round.length > 0) {
          const { dbIndex, key } = round.shift() as ReadyKey;
          this.#serveKey(dbIndex, key);
        }
      }
    } finally {
      this.#isServing = false;
    }
  }

  /** At most as many as wait now: one that blocks again comes to the end of the queue. */
  #serveKey(dbIndex: number, key: ByteString): void {
    const queue = this.#queues.get(dbIndex)?.get(key);
    if (queue === undefined) return;
    const database = this.#host.keyspace.database(dbIndex);
    let left = queue.size;
    for (const waiter of queue) {
      if (left-- === 0) break;
      const value = database.peek(key);
      if (value === undefined && !this.awaitsDeletions) break;
      const hasType = value !== undefined && typeOfValue(value) === (waiter.wait.type as string);
      if (hasType || awaitsDeletion(waiter)) this.#host.serve(waiter, key);
    }
  }

  #addReady(dbIndex: number, key: ByteString): void {
    if (this.#ready.some((ready) => ready.key === key && ready.dbIndex === dbIndex)) return;
    this.#ready.push({ dbIndex, key });
  }

  #isAwaited(type: string): boolean {
    return type in this.#counts && this.#counts[type as AwaitedType] > 0;
  }

  #forget(waiter: Waiter): void {
    const queues = this.#queues.get(waiter.dbIndex);
    if (queues === undefined) return;
    for (const key of waiter.wait.keys) {
      const queue = queues.get(key);
      queue?.delete(waiter);
      if (queue?.size === 0) queues.delete(key);
    }
    this.#count(waiter, -1);
  }

  #count(waiter: Waiter, change: 1 | -1): void {
    this.#waiters += change;
    this.#counts[waiter.wait.type] += change;
    if (awaitsDeletion(waiter)) this.#deletionWaiters += change;
  }
}

function awaitsDeletion({ wait }: Waiter): boolean {
  return wait.withoutKey !== undefined;
}
