/** SCRIPT: the cache of scripts, and the script that runs (scriptCommand of eval.c). https://redis.io/docs/latest/commands/script-load/ */
import { type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  BAD_SCRIPT_DEBUG,
  BAD_SCRIPT_FLUSH,
  NOT_BUSY,
  SCRIPT_DEBUG_IN_PIPELINE,
} from '../../resp/errors/index.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';

const subcommands = [
  {
    name: 'load',
    summary: 'Caches a script without running it.',
    since: '2.6.0',
    group: 'scripting',
    complexity: 'O(N) with N being the length in bytes of the script body.',
    arity: 3,
    flags: ['noscript', 'stale'],
    aclCategories: ['scripting'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    run: ({ node }, argv) => node.scripting?.load(argv[2]!) ?? '',
  },
  {
    name: 'exists',
    summary: 'Which of the scripts are cached.',
    since: '2.6.0',
    group: 'scripting',
    complexity:
      'O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).',
    arity: -3,
    flags: ['noscript'],
    aclCategories: ['scripting'],
    tips: ['request_policy:all_shards', 'response_policy:agg_logical_and'],
    run: ({ node }, argv) => argv.slice(2).map((sha) => (node.scripting?.has(sha) ? 1 : 0)),
  },
  {
    name: 'flush',
    summary: 'Forgets every cached script.',
    since: '2.6.0',
    group: 'scripting',
    complexity: 'O(N) with N being the number of scripts in cache',
    arity: -2,
    flags: ['noscript'],
    aclCategories: ['scripting'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    history: [['6.2.0', 'ASYNC and SYNC say how it is done.']],
    run: flush,
  },
  {
    name: 'kill',
    summary: 'Ends the script that runs, if it has written nothing.',
    since: '2.6.0',
    group: 'scripting',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'allow_busy'],
    aclCategories: ['scripting'],
    tips: ['request_policy:all_shards', 'response_policy:one_succeeded'],
    run: ({ node }) => node.scripting?.kill('eval') ?? NOT_BUSY,
  },
  {
    name: 'debug',
    summary: 'Sets the debug mode of scripts.',
    since: '3.2.0',
    group: 'scripting',
    complexity: 'O(1)',
    arity: 3,
    flags: ['noscript'],
    aclCategories: ['scripting'],
    run: setDebugMode,
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of SCRIPT.',
    since: '5.0.0',
    group: 'scripting',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    aclCategories: ['scripting'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'DEBUG (YES|SYNC|NO)',
        '    Set the debug mode for subsequent scripts executed.',
        'EXISTS <sha1> [<sha1> ...]',
        '    Return information about the existence of the scripts in the script cache.',
        'FLUSH [ASYNC|SYNC]',
        '    Flush the Lua scripts cache. Very dangerous on replicas.',
        '    When called without the optional mode argument, the behavior is determined by the',
        '    lazyfree-lazy-user-flush configuration directive. Valid modes are:',
        '    * ASYNC: Asynchronously flush the scripts cache.',
        '    * SYNC: Synchronously flush the scripts cache.',
        'KILL',
        '    Kill the currently executing Lua script.',
        'LOAD <script>',
        '    Load a script into the scripts cache without executing it.',
      ]),
  },
] as const satisfies readonly Command[];

export const script = {
  name: 'script',
  summary: 'A container for commands about scripts.',
  since: '2.6.0',
  group: 'scripting',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

function flush({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const mode = argv[2] === undefined ? 'sync' : toLowerAscii(argv[2]);
  if (argv.length > 3 || (mode !== 'sync' && mode !== 'async')) return BAD_SCRIPT_FLUSH;
  node.scripting?.flush();
  return OK;
}

/** There is no debugger here: a script runs as without. */
function setDebugMode({ session }: CommandContext, argv: readonly ByteString[]): Reply {
  if ((session.queuedBytes ?? 0) > 0) return SCRIPT_DEBUG_IN_PIPELINE;
  return ['yes', 'sync', 'no'].includes(toLowerAscii(argv[2]!)) ? OK : BAD_SCRIPT_DEBUG;
}
