/** The arguments of the pubsub commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const pubsubArguments: Readonly<Record<string, string>> = {
  psubscribe: 'pattern:pattern*',
  'psubscribe 7.0': 'pattern(pattern:pattern)*',
  publish: 'channel message',
  'pubsub|channels': 'pattern:pattern?',
  'pubsub|numsub': 'channel?*',
  'pubsub|shardchannels': 'pattern:pattern?',
  'pubsub|shardnumsub': 'shardchannel?*',
  punsubscribe: 'pattern:pattern?*',
  spublish: 'shardchannel message',
  ssubscribe: 'shardchannel*',
  subscribe: 'channel*',
  sunsubscribe: 'shardchannel?*',
  unsubscribe: 'channel?*',
};
