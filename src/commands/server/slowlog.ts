/** SLOWLOG: the commands that took longest. https://redis.io/docs/latest/commands/slowlog-get/ */
import type { ByteString } from '../../resp/byte-string.js';
import { BAD_SLOWLOG_COUNT, unknownSubcommandOrArity } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';

const DEFAULT_COUNT = 10;

const subcommands = [
  {
    name: 'get',
    summary: 'The newest entries of the slow log.',
    since: '2.2.12',
    group: 'server',
    complexity: 'O(N) where N is the number of entries returned',
    arity: -2,
    flags: ['admin', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'nondeterministic_output'],
    history: [['4.0.0', 'Entries have address and name of the client.']],
    run: getEntries,
  },
  {
    name: 'len',
    summary: 'How many entries the slow log has.',
    since: '2.2.12',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'response_policy:agg_sum', 'nondeterministic_output'],
    run: ({ node }) => node.slowLog?.length ?? 0,
  },
  {
    name: 'reset',
    summary: 'Empties the slow log.',
    since: '2.2.12',
    group: 'server',
    complexity: 'O(N) where N is the number of entries in the slowlog',
    arity: 2,
    flags: ['admin', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    run({ node }) {
      node.slowLog?.reset();
      return OK;
    },
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of SLOWLOG.',
    since: '6.2.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'GET [<count>]',
        '    The newest <count> entries (default: 10; -1: all).',
        '    Each has:',
        '    id, Unix time, duration in microseconds, arguments, address and',
        '    name of the client.',
        'LEN',
        '    How many entries there are.',
        'RESET',
        '    Drop all entries.',
      ]),
  },
] as const satisfies readonly Command[];

export const slowlog = {
  name: 'slowlog',
  summary: 'A container for commands about the slow log.',
  since: '2.2.12',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

function getEntries({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const asked = argv.length === 3 ? parseInteger(argv[2]!) : DEFAULT_COUNT;
  if (asked === null || asked < -1) return BAD_SLOWLOG_COUNT;
  const count = Number(asked) === -1 ? Number.POSITIVE_INFINITY : Number(asked);
  return (node.slowLog?.newest(count) ?? []).map((entry) => [
    entry.id,
    Math.floor(entry.atMs / 1000),
    entry.durationUs,
    [...entry.argv],
    entry.address,
    entry.clientName,
  ]);
}
