/** Clients that listen to shard channels, and have to be told when the slot of one goes: S22. */
import { slotForKey } from '../../../../fixtures/keys.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, stateOf, type Watched } from '../invariants/invariant.js';
import type { Courier } from './courier.js';
import type { WireConnection } from './wire-connection.js';

interface Subscriber {
  readonly node: TestNode;
  readonly connection: WireConnection;
  readonly channel: string;
  /** Who had the slot in the node's view. */
  readonly ownerId: string | undefined;
}

const MOST_SUBSCRIBERS = 4;

export class ShardSubscribers implements Invariant {
  readonly #watched: Watched;
  readonly #courier: Courier;
  readonly #subscribers = new Map<string, Subscriber>();

  constructor(watched: Watched, courier: Courier) {
    this.#watched = watched;
    this.#courier = courier;
  }

  subscribe(channel: string): void {
    if (this.#subscribers.size >= MOST_SUBSCRIBERS) return;
    this.#courier.start({
      commands: [['SSUBSCRIBE', channel]],
      keys: [channel],
      isRetried: false,
      onAnswers: ({ node, connection }) => {
        this.#courier.keep(connection);
        const ownerId = ownerOf(node, channel);
        this.#subscribers.set(channel, { node, connection, channel, ownerId });
        connection.onPush = ([kind, name]) => {
          if (kind !== 'sunsubscribe' || name !== channel) return;
          this.#subscribers.delete(channel);
          if (connection.session.subscriptions?.shardChannels.has(channel) === true)
            this.#watched.report(
              'S22',
              `${node.name} still has a subscriber of ${channel} that it said goodbye to`,
            );
        };
      },
    });
  }

  onEventDone(node: TestNode): void {
    for (const subscriber of this.#subscribers.values()) {
      if (subscriber.node === node) this.#look(subscriber);
    }
  }

  #look({ node, connection, channel, ownerId }: Subscriber): void {
    if (!connection.isOpen || !node.isRunning) {
      this.#subscribers.delete(channel);
      return;
    }
    if (node.state !== 'running' || ownerOf(node, channel) === ownerId) return;
    this.#watched.report(
      'S22',
      `${node.name} did not tell the subscriber of ${channel} that its slot had gone`,
    );
  }
}

function ownerOf(node: TestNode, channel: string): string | undefined {
  return stateOf(node).slots.ownerOf(slotForKey(channel))?.id;
}
