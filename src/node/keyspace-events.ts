/** Keyspace events become messages to the subscribers of this node (notify.c). https://redis.io/docs/latest/develop/use/keyspace-notifications/ */
import type { NotificationClass } from '../commands/context.js';
import { parseKeyspaceEvents } from '../config/keyspace-events.js';
import type { ByteString } from '../resp/byte-string.js';
import type { PubSub } from './pub-sub.js';

export class KeyspaceEvents {
  readonly #pubSub: PubSub;
  /** Classes that are published; null: none at all, which is the default. */
  #classes: ReadonlySet<string> | null = null;
  #byKey = false;
  #byEvent = false;

  constructor(pubSub: PubSub) {
    this.#pubSub = pubSub;
  }

  /** @param letters the directive notify-keyspace-events. */
  configure(letters: ByteString): void {
    const asked = parseKeyspaceEvents(letters) ?? new Set();
    this.#byKey = asked.has('K');
    this.#byEvent = asked.has('E');
    this.#classes = this.#byKey || this.#byEvent ? asked : null;
  }

  asksFor(eventClass: NotificationClass): boolean {
    return this.#classes?.has(eventClass) === true;
  }

  /** Never over the bus: whoever wants to know it all subscribes at every node. */
  publish(event: string, key: ByteString, dbIndex: number): void {
    if (this.#byKey) this.#pubSub.publish(`__keyspace@${dbIndex}__:${key}`, event, false);
    if (this.#byEvent) this.#pubSub.publish(`__keyevent@${dbIndex}__:${event}`, key, false);
  }
}
