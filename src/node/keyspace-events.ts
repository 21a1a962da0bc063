/** Where keyspace events (https://redis.io/topics/notifications) come together: pub/sub and tests listen here. */
import type { NotificationClass } from '../commands/context.js';
import type { ByteString } from '../resp/byte-string.js';

export type KeyspaceEventListener = (
  eventClass: NotificationClass,
  event: string,
  key: ByteString,
  dbIndex: number,
) => void;

export class KeyspaceEvents {
  readonly #listeners = new Set<KeyspaceEventListener>();

  /** @returns a function that takes the listener away. */
  subscribe(listener: KeyspaceEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(eventClass: NotificationClass, event: string, key: ByteString, dbIndex: number): void {
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener(eventClass, event, key, dbIndex);
  }
}
