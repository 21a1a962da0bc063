/** FUNCTION: the libraries of a node (functions.c). https://redis.io/docs/latest/commands/function-load/ */
import { type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  BAD_FUNCTION_FLUSH,
  BAD_RESTORE_POLICY,
  MISSING_FUNCTION_CODE,
  NO_LIBRARY,
  NOT_BUSY,
  unknownLoadOption,
  unknownSubcommandOrArity,
} from '../../resp/errors/index.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { RestorePolicy } from '../functions-port.js';
import { helpReply } from '../help.js';
import { isObeyed } from '../session.js';
import { listLibraries } from './function-list.js';
import { functionStats } from './function-stats.js';

const POLICIES: readonly RestorePolicy[] = ['append', 'replace', 'flush'];
const TO_ALL_SHARDS = ['request_policy:all_shards', 'response_policy:all_succeeded'];

const SUBCOMMAND = { since: '7.0.0', group: 'scripting', aclCategories: ['scripting'] } as const;

const subcommands = [
  {
    name: 'load',
    summary: 'Adds a library.',
    ...SUBCOMMAND,
    complexity: 'O(1) (considering compilation time is redundant)',
    arity: -3,
    flags: ['write', 'denyoom', 'noscript'],
    tips: TO_ALL_SHARDS,
    run: load,
  },
  {
    name: 'delete',
    summary: 'Removes a library and its functions.',
    ...SUBCOMMAND,
    complexity: 'O(1)',
    arity: 3,
    flags: ['write', 'noscript'],
    tips: TO_ALL_SHARDS,
    run: remove,
  },
  {
    name: 'flush',
    summary: 'Removes every library.',
    ...SUBCOMMAND,
    complexity: 'O(N) where N is the number of functions deleted',
    arity: -2,
    flags: ['write', 'noscript'],
    tips: TO_ALL_SHARDS,
    run: flush,
  },
  {
    name: 'dump',
    summary: 'Gives every library as one payload.',
    ...SUBCOMMAND,
    complexity: 'O(N) where N is the number of functions',
    arity: 2,
    flags: ['noscript'],
    run: ({ node }) => node.functions?.dump() ?? '',
  },
  {
    name: 'restore',
    summary: 'Adds every library of a payload.',
    ...SUBCOMMAND,
    complexity: 'O(N) where N is the number of functions on the payload',
    arity: -3,
    flags: ['write', 'denyoom', 'noscript'],
    tips: TO_ALL_SHARDS,
    run: restore,
  },
  {
    name: 'list',
    summary: 'Describes the libraries.',
    ...SUBCOMMAND,
    complexity: 'O(N) where N is the number of functions',
    arity: -2,
    flags: ['noscript'],
    tips: ['nondeterministic_output_order'],
    run: listLibraries,
  },
  {
    name: 'stats',
    summary: 'Describes the function that runs, and the engines.',
    ...SUBCOMMAND,
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'allow_busy'],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    run: functionStats,
  },
  {
    name: 'kill',
    summary: 'Ends the function that runs, if it has written nothing.',
    ...SUBCOMMAND,
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'allow_busy'],
    tips: ['request_policy:all_shards', 'response_policy:one_succeeded'],
    run: ({ node }) => node.scripting?.kill('function') ?? NOT_BUSY,
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of FUNCTION.',
    ...SUBCOMMAND,
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'LOAD [REPLACE] <FUNCTION CODE>',
        '    Create a new library with the given library name and code.',
        'DELETE <LIBRARY NAME>',
        '    Delete the given library.',
        'LIST [LIBRARYNAME PATTERN] [WITHCODE]',
        '    Return general information on all the libraries:',
        '    * Library name',
        '    * The engine used to run the Library',
        '    * Library description',
        '    * Functions list',
        '    * Library code (if WITHCODE is given)',
        '    It also possible to get only function that matches a pattern using LIBRARYNAME argument.',
        'STATS',
        '    Return information about the current function running:',
        '    * Function name',
        '    * Command used to run the function',
        '    * Duration in MS that the function is running',
        '    If no function is running, return nil',
        '    In addition, returns a list of available engines.',
        'KILL',
        '    Kill the current running function.',
        'FLUSH [ASYNC|SYNC]',
        '    Delete all the libraries.',
        '    When called without the optional mode argument, the behavior is determined by the',
        '    lazyfree-lazy-user-flush configuration directive. Valid modes are:',
        '    * ASYNC: Asynchronously flush the libraries.',
        '    * SYNC: Synchronously flush the libraries.',
        'DUMP',
        '    Return a serialized payload representing the current libraries, can be restored using FUNCTION RESTORE command',
        'RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]',
        '    Restore the libraries represented by the given payload, it is possible to give a restore policy to',
        '    control how to handle existing libraries (default APPEND):',
        '    * FLUSH: delete all existing libraries.',
        '    * APPEND: appends the restored libraries to the existing libraries. On collision, abort.',
        '    * REPLACE: appends the restored libraries to the existing libraries, On collision, replace the old',
        '      libraries with the new libraries (notice that even on this option there is a chance of failure',
        '      in case of functions name collision with another library).',
      ]),
  },
] as const satisfies readonly Command[];

export const functionCommand = {
  name: 'function',
  summary: 'A container for commands about functions.',
  since: '7.0.0',
  group: 'scripting',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

function load(context: CommandContext, argv: readonly ByteString[]): Reply {
  const code = argv.at(-1)!;
  const options = argv.slice(2, -1);
  for (const option of options) {
    if (toLowerAscii(option) !== 'replace') return unknownLoadOption(option);
  }
  const { node, session } = context;
  const name = node.functions?.load(code, options.length > 0, isObeyed(session));
  if (typeof name === 'string') context.node.keyspace.dirty++;
  return name ?? MISSING_FUNCTION_CODE;
}

function remove(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (!context.node.functions?.delete(argv[2]!)) return NO_LIBRARY;
  context.node.keyspace.dirty++;
  return OK;
}

function flush(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  if (argv.length === 3 && !['sync', 'async'].includes(toLowerAscii(argv[2]!))) return BAD_FUNCTION_FLUSH;
  context.node.functions?.flush();
  context.node.keyspace.dirty++;
  return OK;
}

function restore(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 4) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const wanted = toLowerAscii(argv[3] ?? 'append');
  const policy = POLICIES.find((each) => each === wanted);
  if (policy === undefined) return BAD_RESTORE_POLICY;
  const error = context.node.functions?.restore(argv[2]!, policy) ?? null;
  if (error !== null) return error;
  context.node.keyspace.dirty++;
  return OK;
}
