/** PUBSUB: which channels have subscribers, and how many. https://redis.io/docs/latest/commands/pubsub/ */
import type { ByteString } from '../../resp/byte-string.js';
import { unknownSubcommandOrArity } from '../../resp/errors/index.js';
import type { Reply } from '../../resp/reply.js';
import { globMatches } from '../../structures/glob.js';
import type { Command } from '../command.js';
import { helpReply } from '../help.js';
import type { Session } from '../session.js';

const subcommands = [
  {
    name: 'channels',
    summary: 'The channels that have subscribers.',
    since: '2.8.0',
    group: 'pubsub',
    complexity:
      'O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns)',
    arity: -2,
    flags: ['pubsub', 'loading', 'stale'],
    run: ({ node }, argv) => listChannels(node.pubSub.channels, argv),
  },
  {
    name: 'numpat',
    summary: 'How many patterns have subscribers.',
    since: '2.8.0',
    group: 'pubsub',
    complexity: 'O(1)',
    arity: 2,
    flags: ['pubsub', 'loading', 'stale'],
    run: ({ node }) => node.pubSub.patterns.size,
  },
  {
    name: 'numsub',
    summary: 'How many subscribers each of the given channels has.',
    since: '2.8.0',
    group: 'pubsub',
    complexity: 'O(N) for the NUMSUB subcommand, where N is the number of requested channels',
    arity: -2,
    flags: ['pubsub', 'loading', 'stale'],
    run: ({ node }, argv) => countSubscribers(node.pubSub.channels, argv),
  },
  {
    name: 'shardchannels',
    summary: 'The shard channels that have subscribers.',
    since: '7.0.0',
    group: 'pubsub',
    complexity:
      'O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).',
    arity: -2,
    flags: ['pubsub', 'loading', 'stale'],
    run: ({ node }, argv) => listChannels(node.pubSub.shardChannels, argv),
  },
  {
    name: 'shardnumsub',
    summary: 'How many subscribers each of the given shard channels has.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels',
    arity: -2,
    flags: ['pubsub', 'loading', 'stale'],
    run: ({ node }, argv) => countSubscribers(node.pubSub.shardChannels, argv),
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of PUBSUB.',
    since: '6.2.0',
    group: 'pubsub',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'CHANNELS [<pattern>]',
        "    Return the currently active channels matching a <pattern> (default: '*').",
        'NUMPAT',
        '    Return number of subscriptions to patterns.',
        'NUMSUB [<channel> ...]',
        '    Return the number of subscribers for the specified channels, excluding',
        '    pattern subscriptions(default: no channels).',
        'SHARDCHANNELS [<pattern>]',
        "    Return the currently active shard level channels matching a <pattern> (default: '*').",
        'SHARDNUMSUB [<shardchannel> ...]',
        '    Return the number of subscribers for the specified shard level channel(s)',
      ]),
  },
] as const satisfies readonly Command[];

export const pubsub = {
  name: 'pubsub',
  summary: 'A container for commands that look into pub/sub.',
  since: '2.8.0',
  group: 'pubsub',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

type Subscribers = ReadonlyMap<ByteString, ReadonlySet<Session>>;

function listChannels(subscribers: Subscribers, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const pattern = argv[2];
  const channels = [...subscribers.keys()];
  return pattern === undefined ? channels : channels.filter((channel) => globMatches(pattern, channel));
}

function countSubscribers(subscribers: Subscribers, argv: readonly ByteString[]): Reply {
  return argv.slice(2).flatMap((channel) => [channel, subscribers.get(channel)?.size ?? 0]);
}
