/** INFO: the state of the node in sections of lines (genRedisInfoString in server.c). https://redis.io/docs/latest/commands/info/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command, RedisVersion } from '../command.js';
import type { CommandContext } from '../context.js';
import { commandStatsSection, errorStatsSection, latencyStatsSection } from './info/command-sections.js';
import { clusterSection, keyspaceSection, replicationSection } from './info/dataset-sections.js';
import { memorySection } from './info/memory-section.js';
import { persistenceSection } from './info/persistence-section.js';
import type { InfoSection } from './info/section.js';
import { clientsSection, cpuSection, serverSection } from './info/server-section.js';
import { debugSection, statsSection } from './info/stats-section.js';

interface NamedSection {
  readonly name: string;
  readonly title: string;
  readonly lines: InfoSection;
  /** Shown by `all` and when it is asked for, but not by a bare INFO. */
  readonly onDemand?: true;
  /** Not shown by `all` either, and known since that release. */
  readonly byNameOnly?: '7.2';
}

/** In the order in which they are printed. */
const SECTIONS: readonly NamedSection[] = [
  { name: 'server', title: 'Server', lines: serverSection },
  { name: 'clients', title: 'Clients', lines: clientsSection },
  { name: 'memory', title: 'Memory', lines: memorySection },
  { name: 'persistence', title: 'Persistence', lines: persistenceSection },
  { name: 'stats', title: 'Stats', lines: statsSection },
  { name: 'replication', title: 'Replication', lines: replicationSection },
  { name: 'cpu', title: 'CPU', lines: cpuSection },
  { name: 'module_list', title: 'Modules', lines: () => [] },
  { name: 'commandstats', title: 'Commandstats', lines: commandStatsSection, onDemand: true },
  { name: 'errorstats', title: 'Errorstats', lines: errorStatsSection },
  { name: 'latencystats', title: 'Latencystats', lines: latencyStatsSection, onDemand: true },
  { name: 'cluster', title: 'Cluster', lines: clusterSection },
  { name: 'keyspace', title: 'Keyspace', lines: keyspaceSection },
  { name: 'debug', title: 'Debug', lines: debugSection, onDemand: true, byNameOnly: '7.2' },
];

export const info = {
  name: 'info',
  summary: 'State and statistics of the server.',
  since: '1.0.0',
  group: 'server',
  complexity: 'O(1)',
  arity: -1,
  flags: ['loading', 'stale', 'sentinel'],
  aclCategories: ['dangerous'],
  tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
  history: [['7.0.0', 'Takes several sections.']],
  run: (context, argv) => describeNode(context, argv.slice(1)),
} as const satisfies Command;

function describeNode(context: CommandContext, asked: readonly ByteString[]): Reply {
  const chosen = sectionsFor(
    asked.map((section) => toLowerAscii(asCString(section))),
    context.node.version,
  );
  const texts = chosen.map(({ title, lines }) => {
    const printed = lines(context).map(([name, value]) => `${name}:${value}\r\n`);
    return `# ${title}\r\n${printed.join('')}`;
  });
  return new VerbatimReply('txt', texts.join('\r\n'));
}

function sectionsFor(asked: readonly string[], version: RedisVersion): readonly NamedSection[] {
  const wantsAll = asked.includes('all') || asked.includes('everything');
  const wantsDefault = asked.length === 0 || asked.includes('default');
  // The modules have a section of their own under that name too, and here there are none.
  const names = asked.map((name) => (name === 'modules' ? 'module_list' : name));
  return SECTIONS.filter(({ name, onDemand, byNameOnly }) => {
    if (byNameOnly !== undefined) return names.includes(name) && version === byNameOnly;
    return wantsAll || names.includes(name) || (wantsDefault && onDemand !== true);
  });
}
