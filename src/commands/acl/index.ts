/** ACL with its subcommands. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import type { Command } from '../command.js';
import { helpReply } from '../help.js';
import { inspectCommands } from './inspect-commands.js';
import { userCommands } from './user-commands.js';

const help = {
  name: 'help',
  summary: 'Lists the subcommands of ACL.',
  since: '6.0.0',
  group: 'server',
  complexity: 'O(1)',
  arity: 2,
  flags: ['loading', 'stale', 'sentinel'],
  run: (context, argv) =>
    helpReply(context, argv, [
      'CAT [<category>]',
      '    Without arguments the categories of commands, with one of them',
      '    the commands that are in it.',
      'DELUSER <username> [<username> ...]',
      '    Remove users.',
      'DRYRUN <username> <command> [<arg> ...]',
      '    Tell whether the user may run the command, without running it.',
      'GETUSER <username>',
      '    The rules of a user.',
      'GENPASS [<bits>]',
      '    A random password in hexadecimal digits: of 256 bits, or of as many',
      '    as are asked for.',
      'LIST',
      '    All users, as the configuration file has them.',
      'LOAD',
      '    Read the ACL file again.',
      'LOG [<count> | RESET]',
      '    What was refused lately.',
      'SAVE',
      '    Write the ACL file.',
      'SETUSER <username> <attribute> [<attribute> ...]',
      '    Make or change a user.',
      'USERS',
      '    The names of all users.',
      'WHOAMI',
      '    The user of this connection.',
    ]),
} as const satisfies Command;

export const acl = {
  name: 'acl',
  summary: 'A container for commands about users and what they may do.',
  since: '6.0.0',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: ['sentinel'],
  subcommands: [...userCommands, ...inspectCommands, help],
} as const satisfies Command;
