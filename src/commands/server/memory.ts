/** MEMORY: what keys and the node would take in a server written in C. https://redis.io/docs/latest/commands/memory-usage/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { DoubleReply, MapReply, OK, type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';
import { oneKey } from '../key-specs.js';
import { memorySection } from './info/memory-section.js';
import { estimateKeySize } from './key-size.js';

const subcommands = [
  {
    name: 'usage',
    summary: 'Estimates the bytes that a key takes.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(N) where N is the number of samples.',
    arity: -3,
    flags: ['readonly'],
    keySpecs: [oneKey(2, 'RO')],
    run: usage,
  },
  {
    name: 'stats',
    summary: 'Where the memory went.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: [],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    run: stats,
  },
  {
    name: 'doctor',
    summary: 'Problems with memory, in words.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: [],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    run: () =>
      new VerbatimReply('txt', 'This node lives in the memory of another process: nothing to report.\n'),
  },
  {
    name: 'malloc-stats',
    summary: 'Statistics of the allocator.',
    since: '4.0.0',
    group: 'server',
    complexity: 'Depends on how much memory is allocated, could be slow',
    arity: 2,
    flags: [],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    run: () => 'Stats not supported for the current allocator',
  },
  {
    name: 'purge',
    summary: 'Asks the allocator to give memory back.',
    since: '4.0.0',
    group: 'server',
    complexity: 'Depends on how much memory is allocated, could be slow',
    arity: 2,
    flags: [],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    run: () => OK,
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of MEMORY.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'DOCTOR',
        '    Problems with memory, in words.',
        'MALLOC-STATS',
        '    Statistics of the allocator.',
        'PURGE',
        '    Ask the allocator to give memory back.',
        'STATS',
        '    Where the memory went.',
        'USAGE <key> [SAMPLES <count>]',
        '    Estimate the bytes that <key> takes with its value. Of nested values',
        '    <count> are looked at (default: 5, 0: all).',
      ]),
  },
] as const satisfies readonly Command[];

export const memory = {
  name: 'memory',
  summary: 'A container for commands about memory.',
  since: '4.0.0',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

function usage({ node, db }: CommandContext, argv: readonly ByteString[]): Reply {
  for (let index = 3; index < argv.length; index += 2) {
    const count = argv[index + 1];
    if (toLowerAscii(asCString(argv[index]!)) !== 'samples' || count === undefined) return SYNTAX_ERROR;
    const samples = parseInteger(count);
    if (samples === null) return NOT_AN_INTEGER;
    if (samples < 0) return SYNTAX_ERROR;
  }
  const value = db.peekStored(argv[2]!);
  return value === undefined ? null : estimateKeySize(argv[2]!, value, node);
}

function stats(context: CommandContext): Reply {
  const { node } = context;
  const lines = new Map(memorySection(context));
  const size = (name: string): number => Number(lines.get(name) ?? 0);
  const keys = node.keyspace.totalKeys;
  const ratio = new DoubleReply(1);
  const databases = node.keyspace.databases.filter((database) => database.size > 0);
  return new MapReply([
    ...['peak.allocated', size('used_memory_peak')],
    ...['total.allocated', size('used_memory')],
    ...['startup.allocated', size('used_memory_startup')],
    ...['replication.backlog', size('mem_replication_backlog')],
    ...['clients.slaves', size('mem_clients_slaves')],
    ...['clients.normal', size('mem_clients_normal')],
    ...['cluster.links', size('mem_cluster_links')],
    ...['aof.buffer', 0],
    ...['lua.caches', node.scripting?.scriptBytes ?? 0],
    ...['functions.caches', size('used_memory_functions')],
    ...databases.flatMap((database): Reply[] => [
      `db.${database.index}`,
      new MapReply([
        'overhead.hashtable.main',
        database.size * 32,
        'overhead.hashtable.expires',
        database.expiringCount * 32,
        'overhead.hashtable.slot-to-keys',
        node.cluster === null ? 0 : database.size * 16,
      ]),
    ]),
    ...['overhead.total', size('used_memory_overhead')],
    ...['keys.count', keys],
    ...['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(size('used_memory_dataset') / keys)],
    ...['dataset.bytes', size('used_memory_dataset')],
    ...[
      'dataset.percentage',
      new DoubleReply(Number.parseFloat(String(lines.get('used_memory_dataset_perc')))),
    ],
    ...['peak.percentage', new DoubleReply(Number.parseFloat(String(lines.get('used_memory_peak_perc'))))],
    ...['allocator.allocated', size('allocator_allocated')],
    ...['allocator.active', size('allocator_active')],
    ...['allocator.resident', size('allocator_resident')],
    ...['allocator-fragmentation.ratio', ratio, 'allocator-fragmentation.bytes', 0],
    ...['allocator-rss.ratio', ratio, 'allocator-rss.bytes', 0],
    ...['rss-overhead.ratio', ratio, 'rss-overhead.bytes', 0],
    ...['fragmentation', ratio, 'fragmentation.bytes', 0],
  ]);
}
