/** LATENCY: no event takes noticeable time here, so the monitor has no samples; histograms come from the command statistics. https://redis.io/docs/latest/commands/latency-histogram/ */
import { type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { noLatencySamples } from '../../resp/errors/index.js';
import { MapReply, type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';

const TIPS = ['nondeterministic_output', 'request_policy:all_nodes', 'response_policy:special'] as const;

const subcommands = [
  {
    name: 'doctor',
    summary: 'What the samples mean, in words.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: TIPS,
    run: ({ node }) =>
      new VerbatimReply(
        'txt',
        node.config.values['latency-monitor-threshold'] === 0
          ? 'Latency monitoring is disabled: CONFIG SET latency-monitor-threshold <milliseconds> enables it.\n'
          : 'No latency spike was observed in the lifetime of this node.\n',
      ),
  },
  {
    name: 'graph',
    summary: 'The samples of an event as a picture.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: TIPS,
    run: (_context, argv) => noLatencySamples(argv[2]!),
  },
  {
    name: 'history',
    summary: 'The samples of an event.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: TIPS,
    run: () => [],
  },
  {
    name: 'latest',
    summary: 'The newest sample of every event.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: TIPS,
    run: () => [],
  },
  {
    name: 'reset',
    summary: 'Drops the samples of some or of all events.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'response_policy:agg_sum'],
    in70: { tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'] },
    run: () => 0,
  },
  {
    name: 'histogram',
    summary: 'How long commands took, as cumulative counts.',
    since: '7.0.0',
    group: 'server',
    complexity: 'O(N) where N is the number of commands with latency information being retrieved.',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: TIPS,
    run: histogram,
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of LATENCY.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'DOCTOR',
        '    What the samples mean, in words.',
        'GRAPH <event>',
        '    The samples of <event> as a picture.',
        'HISTORY <event>',
        '    The samples of <event>.',
        'LATEST',
        '    The newest sample of every event.',
        'RESET [<event> ...]',
        '    Drop the samples of these events.',
        '    (default: of all events)',
        'HISTOGRAM [COMMAND ...]',
        '    How long these commands took, as cumulative counts.',
        '    All commands when none is named.',
      ]),
  },
] as const satisfies readonly Command[];

export const latency = {
  name: 'latency',
  summary: 'A container for commands about latency.',
  since: '2.8.13',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

function histogram({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const { commands } = node.stats;
  const names = argv.length === 2 ? [...commands.keys()] : namesIn(argv.slice(2), node);
  const reply: Reply[] = [];
  for (const name of names) {
    const counters = commands.get(name);
    if (counters === undefined || counters.calls === 0) continue;
    const { calls, microseconds } = counters;
    reply.push(
      name,
      new MapReply(['calls', calls, 'histogram_usec', new MapReply([bucketOf(microseconds / calls), calls])]),
    );
  }
  return new MapReply(reply);
}

/** A container stands for its subcommands. */
function namesIn(asked: readonly ByteString[], node: CommandContext['node']): string[] {
  return asked.flatMap((name) => {
    const [container = '', subcommand] = toLowerAscii(name).split('|');
    const command = node.commands.get(container);
    if (command === undefined) return [];
    if (subcommand !== undefined) return [`${container}|${subcommand}`];
    return [command.fullName, ...[...command.subcommands.values()].map((each) => each.fullName)];
  });
}

/** Only the mean is known. Buckets end at the powers of two of 1.024 microseconds, counted in nanoseconds. */
function bucketOf(microseconds: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, microseconds)))) || 1;
}
