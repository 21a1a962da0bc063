/** CONFIG with its subcommands. https://redis.io/docs/latest/commands/config-get/ https://redis.io/docs/latest/commands/config-set/ */
import type { ByteString } from '../../resp/byte-string.js';
import {
  configFileNotForced,
  configFileNotRewritten,
  NO_CONFIG_FILE,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { MapReply, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext, NodeContext } from '../context.js';
import { helpReply } from '../help.js';
import { isLocalSession } from './local-session.js';
import { resetStats } from './reset-stats.js';

const subcommands = [
  {
    name: 'get',
    summary: 'Values of the directives that fit the patterns.',
    since: '2.0.0',
    group: 'server',
    complexity: 'O(N) when N is the number of configuration parameters provided',
    arity: -3,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    history: [['7.0.0', 'Takes several patterns.']],
    run: ({ node }, argv) => MapReply.of(node.config.get(argv.slice(2))),
  },
  {
    name: 'set',
    summary: 'Changes directives of the running server.',
    since: '2.0.0',
    group: 'server',
    complexity: 'O(N) when N is the number of configuration parameters provided',
    arity: -4,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    history: [['7.0.0', 'Takes several directives.']],
    run: setDirectives,
  },
  {
    name: 'resetstat',
    summary: 'Sets the statistics of INFO back.',
    since: '2.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    in70: { tips: [] },
    run({ node }) {
      resetStats(node);
      return OK;
    },
  },
  {
    name: 'rewrite',
    summary: 'Writes the current values into the configuration file.',
    since: '2.8.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    in70: { tips: [] },
    run: rewriteFile,
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of CONFIG.',
    since: '5.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'GET <pattern>',
        '    The directives that fit <pattern>, with their values.',
        'SET <directive> <value>',
        '    Give <directive> another value.',
        'RESETSTAT',
        '    Set the statistics of INFO back.',
        'REWRITE',
        '    Write the current values into the configuration file.',
      ]),
  },
] as const satisfies readonly Command[];

export const config = {
  name: 'config',
  summary: 'A container for commands about the configuration.',
  since: '2.0.0',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

function setDirectives({ node, session }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length % 2 !== 0) return SYNTAX_ERROR;
  const pairs: (readonly [ByteString, ByteString])[] = [];
  for (let index = 2; index < argv.length; index += 2) pairs.push([argv[index]!, argv[index + 1]!]);
  const isLoading = node.loading === true || node.asyncLoading === true;
  const origin = { isLoading, isLocal: isLocalSession(session) };
  return node.config.set(pairs, origin) ?? OK;
}

function userLines({ acl }: NodeContext): ByteString[] {
  return acl.users.map((user) => acl.describe(user));
}

function rewriteFile({ node }: CommandContext): Reply {
  const file = node.configFile ?? null;
  if (file === null) return NO_CONFIG_FILE;
  try {
    file.write(node.config.rewrite(file.read(), userLines(node)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    node.log('warning', `CONFIG REWRITE failed: ${reason}`);
    return configFileNotRewritten(reason);
  }
  node.log(node.version === '7.0' ? 'warning' : 'notice', 'CONFIG REWRITE executed with success.');
  return OK;
}

/** DEBUG CONFIG-REWRITE-FORCE-ALL: as CONFIG REWRITE, with every directive. */
export function rewriteAll({ node }: CommandContext): Reply {
  const file = node.configFile ?? null;
  if (file === null) return configFileNotForced('Bad address');
  try {
    file.write(node.config.rewrite(file.read(), userLines(node), true));
  } catch (error) {
    return configFileNotForced(error instanceof Error ? error.message : String(error));
  }
  return OK;
}
