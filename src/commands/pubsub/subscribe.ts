/** SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and their opposites: a client listens to channels. Answered by one message for each name. https://redis.io/docs/latest/develop/interact/pubsub/ */
import type { ByteString } from '../../resp/byte-string.js';
import { notForDenyBlocking } from '../../resp/errors/index.js';
import { PushReply, PushSequence, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys } from '../key-specs.js';
import type { SubscriptionKind } from '../push-ports.js';
import type { Session } from '../session.js';

export const subscribeCommands = [
  {
    name: 'subscribe',
    summary: 'Begins to listen to channels.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of channels to subscribe to.',
    arity: -2,
    flags: ['pubsub', 'noscript', 'loading', 'stale', 'sentinel'],
    run: (context, argv) => subscribe(context, argv, 'channel'),
  },
  {
    name: 'unsubscribe',
    summary: 'Stops to listen to some channels, or to all.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of channels to unsubscribe.',
    arity: -1,
    flags: ['pubsub', 'noscript', 'loading', 'stale', 'sentinel'],
    run: (context, argv) => unsubscribe(context, argv, 'channel'),
    in70: { complexity: 'O(N) where N is the number of clients already subscribed to a channel.' },
  },
  {
    name: 'psubscribe',
    summary: 'Begins to listen to all channels whose names match a pattern.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of patterns to subscribe to.',
    arity: -2,
    flags: ['pubsub', 'noscript', 'loading', 'stale', 'sentinel'],
    run: (context, argv) => subscribe(context, argv, 'pattern'),
    in70: { complexity: 'O(N) where N is the number of patterns the client is already subscribed to.' },
  },
  {
    name: 'punsubscribe',
    summary: 'Stops to listen to the channels of some patterns, or of all.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of patterns to unsubscribe.',
    arity: -1,
    flags: ['pubsub', 'noscript', 'loading', 'stale', 'sentinel'],
    run: (context, argv) => unsubscribe(context, argv, 'pattern'),
    in70: {
      complexity:
        'O(N+M) where N is the number of patterns the client is already subscribed and M is the number of total patterns subscribed in the system (by any client).',
    },
  },
  {
    name: 'ssubscribe',
    summary: 'Begins to listen to channels of this shard.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of shard channels to subscribe to.',
    arity: -2,
    flags: ['pubsub', 'noscript', 'loading', 'stale'],
    keySpecs: [allKeys(1, 'not_key')],
    channelPositions: everyArgument,
    run: (context, argv) => subscribe(context, argv, 'shard-channel'),
  },
  {
    name: 'sunsubscribe',
    summary: 'Stops to listen to some channels of this shard, or to all.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of shard channels to unsubscribe.',
    arity: -1,
    flags: ['pubsub', 'noscript', 'loading', 'stale'],
    keySpecs: [allKeys(1, 'not_key')],
    channelPositions: everyArgument,
    run: (context, argv) => unsubscribe(context, argv, 'shard-channel'),
    in70: { complexity: 'O(N) where N is the number of clients already subscribed to a shard channel.' },
  },
] as const satisfies readonly Command[];

/** The first word of the message that confirms a subscription, or its end after `un` and the like. */
const CONFIRMATIONS = {
  channel: { subscribed: 'subscribe', unsubscribed: 'unsubscribe' },
  pattern: { subscribed: 'psubscribe', unsubscribed: 'punsubscribe' },
  'shard-channel': { subscribed: 'ssubscribe', unsubscribed: 'sunsubscribe' },
} as const satisfies Record<SubscriptionKind, object>;

function subscribe(
  { node, session, command }: CommandContext,
  argv: readonly ByteString[],
  kind: SubscriptionKind,
): Reply {
  // Who waits for one reply per command cannot subscribe. In MULTI it always could, and only SSUBSCRIBE is too young for that.
  if (kind === 'shard-channel' && session.transaction !== null)
    return notForDenyBlocking(command.fullName.toUpperCase());
  return new PushSequence(
    argv.slice(1).map((name) => {
      node.pubSub.subscribe(session, kind, name);
      return confirmation(session, kind, 'subscribed', name);
    }),
  );
}

function unsubscribe(
  { node, session }: CommandContext,
  argv: readonly ByteString[],
  kind: SubscriptionKind,
): Reply {
  const names = argv.length > 1 ? argv.slice(1) : namesOf(session, kind);
  // Whoever ends all of nothing is told so too.
  if (names.length === 0) return new PushSequence([confirmation(session, kind, 'unsubscribed', null)]);
  return new PushSequence(
    names.map((name) => {
      node.pubSub.unsubscribe(session, kind, name);
      return confirmation(session, kind, 'unsubscribed', name);
    }),
  );
}

function namesOf({ subscriptions }: Session, kind: SubscriptionKind): readonly ByteString[] {
  if (!subscriptions) return [];
  const { channels, patterns, shardChannels } = subscriptions;
  return [...(kind === 'channel' ? channels : kind === 'pattern' ? patterns : shardChannels)];
}

/** Channels and patterns are counted together, shard channels by themselves. */
function confirmation(
  { subscriptions }: Session,
  kind: SubscriptionKind,
  what: 'subscribed' | 'unsubscribed',
  name: ByteString | null,
): PushReply {
  let remaining = 0;
  if (subscriptions) {
    const { channels, patterns, shardChannels } = subscriptions;
    remaining = kind === 'shard-channel' ? shardChannels.size : channels.size + patterns.size;
  }
  return new PushReply([CONFIRMATIONS[kind][what], name, remaining]);
}

function everyArgument(argv: readonly ByteString[]): readonly number[] {
  return argv.slice(1).map((_, index) => index + 1);
}
