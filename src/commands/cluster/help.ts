/** CLUSTER HELP. The lines of syntax are those of Redis, as tools show them; what they mean is in our own words. */
import type { Command, RedisVersion } from '../command.js';
import { helpReply } from '../help.js';
import { inClusterMode } from './subcommand.js';

interface HelpEntry {
  readonly syntax: string;
  readonly text: readonly string[];
  /** Where the lines differ in 7.0. */
  readonly text70?: readonly string[];
  readonly since72?: true;
}

const ENTRIES: readonly HelpEntry[] = [
  { syntax: 'ADDSLOTS <slot> [<slot> ...]', text: ['Make this node the owner of slots that have none.'] },
  {
    syntax: 'ADDSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]',
    text: ['As ADDSLOTS, for every slot from <start slot> to <end slot>.'],
  },
  { syntax: 'BUMPEPOCH', text: ['Take the next config epoch.'] },
  { syntax: 'COUNT-FAILURE-REPORTS <node-id>', text: ['How many masters report <node-id> as failing.'] },
  { syntax: 'COUNTKEYSINSLOT <slot>', text: ['How many keys of <slot> are here.'] },
  { syntax: 'DELSLOTS <slot> [<slot> ...]', text: ['Forget who owns the slots.'] },
  {
    syntax: 'DELSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]',
    text: ['As DELSLOTS, for every slot from <start slot> to <end slot>.'],
  },
  { syntax: 'FAILOVER [FORCE|TAKEOVER]', text: ['Make this replica take over from its master.'] },
  { syntax: 'FORGET <node-id>', text: ['Drop a node from the table of known nodes.'] },
  { syntax: 'GETKEYSINSLOT <slot> <count>', text: ['List up to <count> keys of <slot>.'] },
  { syntax: 'FLUSHSLOTS', text: ['Give up all slots of this node.'] },
  { syntax: 'INFO', text: ['State and statistics of the cluster.'] },
  { syntax: 'KEYSLOT <key>', text: ['The slot that <key> hashes to.'] },
  { syntax: 'MEET <ip> <port> [<bus-port>]', text: ['Start a handshake with another node.'] },
  { syntax: 'MYID', text: ['The id of this node.'] },
  { syntax: 'MYSHARDID', text: ['The id of the shard of this node.'], since72: true },
  {
    syntax: 'NODES',
    text: [
      'One line for each known node:',
      '<id> <ip:port@bus-port[,hostname]> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...',
    ],
    text70: [
      'One line for each known node:',
      '<id> <ip:port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...',
    ],
  },
  { syntax: 'REPLICATE <node-id>', text: ['Become a replica of <node-id>.'] },
  { syntax: 'RESET [HARD|SOFT]', text: ['Forget the cluster; HARD: the own id and epochs as well.'] },
  { syntax: 'SET-CONFIG-EPOCH <epoch>', text: ['Set the first config epoch of a new node.'] },
  {
    syntax: 'SETSLOT <slot> (IMPORTING <node-id>|MIGRATING <node-id>|STABLE|NODE <node-id>)',
    text: ['Open or close a slot for migration, or name its owner.'],
  },
  { syntax: 'REPLICAS <node-id>', text: ['The replicas of <node-id>, as lines of NODES.'] },
  { syntax: 'SAVECONFIG', text: ['Write nodes.conf now.'] },
  {
    syntax: 'SLOTS',
    text: [
      'Ranges of slots. Each range holds:',
      'start, end, then address, port and id of master and replicas',
    ],
  },
  { syntax: 'SHARDS', text: ['Shards with their ranges of slots and their nodes.'] },
  {
    syntax: 'LINKS',
    text: ['The connections of the cluster bus.', 'Each element is a map that describes one connection'],
  },
];

function helpLines(version: RedisVersion): string[] {
  const lines: string[] = [];
  for (const { syntax, text, text70, since72 } of ENTRIES) {
    if (since72 && version === '7.0') continue;
    const explained = version === '7.0' ? (text70 ?? text) : text;
    lines.push(syntax, ...explained.map((line) => `    ${line}`));
  }
  return lines;
}

export const helpCommands = [
  {
    name: 'help',
    summary: 'Lists the subcommands of CLUSTER.',
    since: '5.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: inClusterMode((_cluster, argv, context) =>
      helpReply(context, argv, helpLines(context.node.version)),
    ),
  },
] as const satisfies readonly Command[];
