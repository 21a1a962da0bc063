/** PUBLISH and SPUBLISH: a message for whoever listens to a channel, here and on other nodes. https://redis.io/docs/latest/commands/publish/ https://redis.io/docs/latest/commands/spublish/ */
import type { ByteString } from '../../resp/byte-string.js';
import type { Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';

export const publishCommands = [
  {
    name: 'publish',
    summary: 'Sends a message to a channel.',
    since: '2.0.0',
    group: 'pubsub',
    complexity:
      'O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).',
    arity: 3,
    flags: ['pubsub', 'loading', 'stale', 'fast', 'may_replicate', 'sentinel'],
    run: (context, argv) => publish(context, argv, false),
  },
  {
    name: 'spublish',
    summary: 'Sends a message to a channel of this shard.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N) where N is the number of clients subscribed to the receiving shard channel.',
    arity: 3,
    flags: ['pubsub', 'loading', 'stale', 'fast', 'may_replicate'],
    keySpecs: [oneKey(1, 'not_key')],
    channelPositions: () => [1],
    run: (context, argv) => publish(context, argv, true),
  },
] as const satisfies readonly Command[];

/** @returns how many clients of this node got it. */
function publish(context: CommandContext, argv: readonly ByteString[], sharded: boolean): Reply {
  const { pubSub, cluster } = context.node;
  const channel = argv[1]!;
  const message = argv[2]!;
  const receivers = pubSub.publish(channel, message, sharded);
  // In a cluster the bus brings it to replicas too; without one they get the command itself.
  if (cluster === null) context.forcePropagation('replicas');
  else cluster.publish(channel, message, sharded);
  return receivers;
}
