/** COMMAND with its subcommands, all from the command table. https://redis.io/docs/latest/commands/command/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import { MapReply, type Reply } from '../../resp/reply.js';
import { globMatches } from '../../structures/glob.js';
import type { AclCategory, Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';
import type { CommandTable, ResolvedCommand } from '../table.js';
import { documentCommand } from './command-docs.js';
import { describeCommand } from './command-info.js';
import { getKeys, getKeysAndFlags } from './command-keys.js';

const subcommands = [
  {
    name: 'count',
    summary: 'How many commands there are.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: ({ node }) => node.commands.commands.size,
  },
  {
    name: 'list',
    summary: 'Names of the commands, all of them or those that fit a filter.',
    since: '7.0.0',
    group: 'server',
    complexity: 'O(N) where N is the total number of Redis commands',
    arity: -2,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['nondeterministic_output_order'],
    run: listCommands,
  },
  {
    name: 'info',
    summary: 'Describes commands for programs.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(N) where N is the number of commands to look up',
    arity: -2,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['nondeterministic_output_order'],
    history: [['7.0.0', 'Without names it describes every command.']],
    run({ node }, argv) {
      if (argv.length === 2) return describeAll(node.commands);
      return argv.slice(2).map((name) => {
        const command = lookUp(node.commands, name);
        return command === null ? null : describeCommand(command);
      });
    },
  },
  {
    name: 'docs',
    summary: 'Describes commands for people.',
    since: '7.0.0',
    group: 'server',
    complexity: 'O(N) where N is the number of commands to look up',
    arity: -2,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['nondeterministic_output_order'],
    run: documentCommands,
  },
  {
    name: 'getkeys',
    summary: 'The keys in a whole command.',
    since: '2.8.13',
    group: 'server',
    complexity: 'O(N) where N is the number of arguments to the command',
    arity: -3,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    in70: { arity: -4 },
    run: getKeys,
  },
  {
    name: 'getkeysandflags',
    summary: 'The keys in a whole command, with what happens to each.',
    since: '7.0.0',
    group: 'server',
    complexity: 'O(N) where N is the number of arguments to the command',
    arity: -3,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    in70: { arity: -4 },
    run: getKeysAndFlags,
  },
  {
    name: 'help',
    summary: 'Lists the subcommands of COMMAND.',
    since: '5.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: (context, argv) =>
      helpReply(context, argv, [
        '(no subcommand)',
        '    Describe every command.',
        'COUNT',
        '    How many commands there are.',
        'LIST',
        '    Names of all commands.',
        'INFO [<command-name> ...]',
        '    Describe commands for programs:',
        '    arity, flags, keys, categories.',
        '    Every command when none is named.',
        'DOCS [<command-name> ...]',
        '    Describe commands for people:',
        '    summary, history, complexity.',
        '    Every command when none is named.',
        'GETKEYS <full-command>',
        '    The keys in a whole command.',
        'GETKEYSANDFLAGS <full-command>',
        '    The keys in a whole command, with what happens to them.',
      ]),
  },
] as const satisfies readonly Command[];

export const command = {
  name: 'command',
  summary: 'Describes every command for programs.',
  since: '2.8.13',
  group: 'server',
  complexity: 'O(N) where N is the total number of Redis commands',
  arity: -1,
  flags: ['loading', 'stale', 'sentinel'],
  aclCategories: ['connection'],
  tips: ['nondeterministic_output_order'],
  subcommands,
  run: ({ node }) => describeAll(node.commands),
} as const satisfies Command;

function describeAll(table: CommandTable): Reply {
  return [...table.commands.values()].map(describeCommand);
}

/** @param name of a command, or of a subcommand as `config|get`. */
function lookUp(table: CommandTable, name: ByteString): ResolvedCommand | null {
  const [container = '', subcommand, ...rest] = name.split('|');
  const found = table.get(container);
  if (found === undefined || rest.length > 0) return null;
  return subcommand === undefined ? found : (found.subcommands.get(toLowerAscii(subcommand)) ?? null);
}

function documentCommands({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const asked =
    argv.length === 2
      ? [...node.commands.commands.values()]
      : argv.slice(2).map((name) => lookUp(node.commands, name));
  const docs: Reply[] = [];
  for (const each of asked) {
    if (each !== null) docs.push(each.fullName, documentCommand(each, node.version));
  }
  return new MapReply(docs);
}

function listCommands({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const filter = parseFilter(argv);
  if (filter === null) return SYNTAX_ERROR;
  const names: string[] = [];
  const add = (commands: Iterable<ResolvedCommand>): void => {
    for (const each of commands) {
      if (filter(each)) names.push(each.fullName);
      add(each.subcommands.values());
    }
  };
  add(node.commands.commands.values());
  return names;
}

/** Null: a syntax error. */
function parseFilter(argv: readonly ByteString[]): ((each: ResolvedCommand) => boolean) | null {
  if (argv.length === 2) return () => true;
  if (argv.length !== 5 || toLowerAscii(asCString(argv[2]!)) !== 'filterby') return null;
  const value = argv[4]!;
  switch (toLowerAscii(asCString(argv[3]!))) {
    case 'module':
      return () => false;
    case 'aclcat':
      return (each) => each.aclCategories.has(toLowerAscii(asCString(value)) as AclCategory);
    case 'pattern':
      return (each) => globMatches(value, each.fullName, true);
    default:
      return null;
  }
}
