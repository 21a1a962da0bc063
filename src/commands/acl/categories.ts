/** The categories of commands, and which commands of a release belong to each. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import type { AclCategory } from '../command.js';
import type { CommandTable, ResolvedCommand } from '../table.js';

/** In the order in which Redis prints them. */
export const ACL_CATEGORIES: readonly AclCategory[] = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
];

/** @param name in lower case, without the `@`. */
export function isAclCategory(name: string): name is AclCategory {
  return (ACL_CATEGORIES as readonly string[]).includes(name);
}

const commandsOfTables = new WeakMap<CommandTable, readonly ResolvedCommand[]>();

/** Every command, each followed by its subcommands, whatever they were renamed to. */
export function everyCommand({ original }: CommandTable): readonly ResolvedCommand[] {
  let commands = commandsOfTables.get(original);
  if (commands === undefined) {
    commands = [...original.commands.values()].flatMap((command) => [
      command,
      ...command.subcommands.values(),
    ]);
    commandsOfTables.set(original, commands);
  }
  return commands;
}

/** The command of a rule, by the name that Redis gave it: `get`, `config`, `config|get`. Undefined: there is none. */
export function commandOfRule({ original }: CommandTable, name: string): ResolvedCommand | undefined {
  const [command = '', subcommand, ...rest] = name.toLowerCase().split('|');
  if (rest.length > 0) return undefined;
  const found = original.get(command);
  return subcommand === undefined ? found : found?.subcommands.get(subcommand);
}
