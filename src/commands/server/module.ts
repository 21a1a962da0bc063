/** MODULE: no module can be loaded here, as on a server whose modules all fail to load. https://redis.io/docs/latest/commands/module-list/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { MODULE_NOT_LOADED, NO_SUCH_MODULE } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';

const subcommands = [
  {
    name: 'list',
    summary: 'The modules that are loaded.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(N) where N is the number of loaded modules.',
    arity: 2,
    flags: ['admin', 'noscript'],
    tips: ['nondeterministic_output_order'],
    run: () => [],
  },
  {
    name: 'load',
    summary: 'Loads a module.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -3,
    flags: ['admin', 'noscript', 'no_async_loading', 'protected'],
    run: ({ node }, argv) => failToLoad(node, argv[2]!),
  },
  {
    name: 'loadex',
    summary: 'Loads a module with directives of its own.',
    since: '7.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -3,
    flags: ['admin', 'noscript', 'no_async_loading', 'protected'],
    run: loadExtended,
  },
  {
    name: 'unload',
    summary: 'Drops a module.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'noscript', 'no_async_loading', 'protected'],
    run({ node }, argv) {
      node.log('warning', `Error unloading module ${asCString(argv[2]!)}: no such module with that name`);
      return NO_SUCH_MODULE;
    },
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of MODULE.',
    since: '5.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale'],
    run: (context, argv) =>
      helpReply(context, argv, [
        'LIST',
        '    The modules that are loaded.',
        'LOAD <path> [<arg> ...]',
        '    Load the module at <path> with these arguments.',
        'LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]',
        '    As LOAD, with values for directives of the module.',
        'UNLOAD <name>',
        '    Drop a module.',
      ]),
  },
] as const satisfies readonly Command[];

export const module = {
  name: 'module',
  summary: 'A container for commands about modules.',
  since: '4.0.0',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: [],
  subcommands,
} as const satisfies Command;

/** CONFIG name value, repeated, then ARGS; what is wrong with them only the log says. */
function loadExtended({ node }: CommandContext, argv: readonly ByteString[]): ErrorReply {
  for (let position = 3; position < argv.length; position++) {
    const word = toLowerAscii(asCString(argv[position]!));
    if (word === 'args') break;
    if (word !== 'config') {
      node.log('notice', `Syntax Error from arguments to loadex around ${asCString(argv[position]!)}.`);
      return MODULE_NOT_LOADED;
    }
    if (position + 2 >= argv.length) {
      node.log('notice', 'CONFIG specified without name value pair');
      return MODULE_NOT_LOADED;
    }
    position += 2;
  }
  return failToLoad(node, argv[2]!);
}

function failToLoad(node: CommandContext['node'], path: ByteString): ErrorReply {
  const name = asCString(path);
  node.log(
    'warning',
    `Module ${name} failed to load: ${name}: cannot open shared object file: No such file or directory`,
  );
  return MODULE_NOT_LOADED;
}
