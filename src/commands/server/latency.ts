/** LATENCY: what held up the node, and how long commands took. On a clock that stands while a command runs, only what sleeps on purpose takes any time. https://redis.io/docs/latest/commands/latency-histogram/ */
import { type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { noLatencySamples } from '../../resp/errors/index.js';
import { MapReply, type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';
import { latencyDoctor, latencyGraph } from './latency-report.js';

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
      new VerbatimReply('txt', latencyDoctor(node.latency, node.config.values['latency-monitor-threshold'])),
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
    run: ({ node, nowMs }, argv) =>
      node.latency.samplesOf(argv[2]!).length === 0
        ? noLatencySamples(argv[2]!)
        : new VerbatimReply('txt', latencyGraph(node.latency, argv[2]!, nowMs)),
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
    run: ({ node }, argv) =>
      node.latency.samplesOf(argv[2]!).map(({ atS, latencyMs }): Reply => [atS, latencyMs]),
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
    run: latest,
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
    run: reset,
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
    if (counters === undefined) continue;
    const { histogram: durations } = counters;
    if (durations === null) continue;
    const steps = durations.cumulative().flatMap(([ns, count]) => [Math.floor(ns / 1000), count]);
    reply.push(name, new MapReply(['calls', durations.total, 'histogram_usec', new MapReply(steps)]));
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

function latest({ node: { latency: events } }: CommandContext): Reply {
  return events.names.map((name): Reply => {
    const last = events.samplesOf(name).at(-1);
    return [name, last?.atS ?? 0, last?.latencyMs ?? 0, events.maxMsOf(name)];
  });
}

/** @returns how many events were dropped. */
function reset({ node: { latency: events } }: CommandContext, argv: readonly ByteString[]): Reply {
  const names = argv.length === 2 ? events.names : argv.slice(2);
  return names.filter((name) => events.reset(name)).length;
}
