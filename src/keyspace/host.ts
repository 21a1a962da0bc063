/** What the keyspace needs of the node around it. */
import type { ByteString } from '../resp/byte-string.js';
import type { Random } from '../time/random.js';

/** Classes of keyspace notifications, by their letters in notify-keyspace-events. */
export type EventClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 'n' | 't' | 'd' | 'm';

/** Why the node itself deletes a key: decides between DEL and UNLINK (lazyfree-lazy-expire, -eviction, -server-del). */
export type DeletionReason = 'expire' | 'eviction' | 'slot';

export interface KeyspaceHost {
  readonly random: Random;
  /** Unix ms, constant while the node handles one command or transaction. */
  nowMs(): number;
  /** Keys expire logically only: reads do not see them, but only the master deletes them. */
  isReplica(): boolean;
  /** replica-read-only is no: writes of clients delete expired keys. Asked on replicas only. */
  isWritableReplica(): boolean;
  /** What runs now came over the link from our master: no key counts as expired. Asked on replicas only. */
  isMasterLink(): boolean;
  /** Clients are paused (CLIENT PAUSE, manual failover): expired keys are not deleted. */
  expiryPaused(): boolean;
  /** Replicates the deletion, as DEL or UNLINK, before whatever the running command replicates. */
  propagateDeletion(dbIndex: number, key: ByteString, reason: DeletionReason): void;
  /** Publishes a keyspace event when notify-keyspace-events asks for its class. */
  notify(eventClass: EventClass, event: string, key: ByteString, dbIndex: number): void;
  /** A key is deleted as it expired, with a value in so many pieces of memory. */
  onExpired?(pieces: number): void;
  /** A key changed (or went): client tracking. @param byNode no client did it: the key expired, or its slot was lost. */
  onKeyModified?(dbIndex: number, key: ByteString, byNode: boolean): void;
  /** All keys of a database (null: of every database) are about to go: client tracking. */
  onFlush?(dbIndex: number | null): void;
  /** False: nobody waits for a key, so none is told of when many come and go at once (FLUSHALL, SWAPDB). */
  hasKeyWaiters?(): boolean;
  /** A key came to be, now or by a swap of databases: whoever blocks on it may go on. */
  onKeyAdded?(dbIndex: number, key: ByteString): void;
  /** A key was deleted or overwritten by another value: XREADGROUP blocked on it ends. */
  onKeyRemoved?(dbIndex: number, key: ByteString): void;
}
