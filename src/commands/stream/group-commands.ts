/** The declarations of XGROUP, with its subcommands, and XACK. https://redis.io/docs/latest/commands/xgroup/ */
import type { Command } from '../command.js';
import { helpReply } from '../help.js';
import { oneKey } from '../key-specs.js';
import { runCreate, runCreateconsumer, runDelconsumer, runDestroy, runSetid, runXack } from './group.js';

const HELP = [
  'CREATE <key> <groupname> <id|$> [option]',
  '    Make a consumer group. The options:',
  '    * MKSTREAM',
  '      Make an empty stream where there is no key.',
  '    * ENTRIESREAD entries_read',
  '      How many entries the group has read, for internal use.',
  'CREATECONSUMER <key> <groupname> <consumer>',
  '    Make a consumer of the group.',
  'DELCONSUMER <key> <groupname> <consumer>',
  '    Delete a consumer of the group.',
  'DESTROY <key> <groupname>',
  '    Delete the group.',
  'SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]',
  '    Set the last ID of the group, and how many entries it has read.',
];

const create = {
  name: 'create',
  summary: 'Makes a consumer group of a stream.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1)',
  arity: -5,
  flags: ['write', 'denyoom'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(2, 'RW', 'insert')],
  history: [['7.0.0', '`ENTRIESREAD` came.']],
  run: runCreate,
} as const satisfies Command;

const destroy = {
  name: 'destroy',
  summary: 'Deletes a consumer group.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(N), N being the number of entries that are pending in the group.',
  arity: 4,
  flags: ['write'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(2, 'RW', 'delete')],
  run: runDestroy,
} as const satisfies Command;

export const xgroup = {
  name: 'xgroup',
  summary: 'Holds the commands about consumer groups.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'That of the subcommand.',
  arity: -2,
  flags: [],
  subcommands: [
    create,
    {
      name: 'createconsumer',
      summary: 'Makes a consumer of a group.',
      since: '6.2.0',
      group: 'stream',
      complexity: 'O(1)',
      arity: 5,
      flags: ['write', 'denyoom'],
      aclCategories: ['stream'],
      keySpecs: [oneKey(2, 'RW', 'insert')],
      run: runCreateconsumer,
    },
    {
      ...destroy,
      name: 'delconsumer',
      summary: 'Deletes a consumer of a group.',
      complexity: 'O(1)',
      arity: 5,
      run: runDelconsumer,
    },
    destroy,
    {
      name: 'help',
      summary: 'Lists the subcommands.',
      since: '5.0.0',
      group: 'stream',
      complexity: 'O(1)',
      arity: 2,
      flags: ['loading', 'stale'],
      aclCategories: ['stream'],
      run: (context, argv) => helpReply(context, argv, HELP),
    },
    {
      name: 'setid',
      summary: 'Sets the last ID that a group was given.',
      since: '5.0.0',
      group: 'stream',
      complexity: 'O(1)',
      arity: -5,
      flags: ['write'],
      aclCategories: ['stream'],
      keySpecs: [oneKey(2, 'RW', 'update')],
      history: [['7.0.0', '`ENTRIESREAD` came.']],
      run: runSetid,
    },
  ],
} as const satisfies Command;

export const xack = {
  name: 'xack',
  summary: 'Acknowledges entries: they are no longer pending. Answers how many were.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1) for each ID.',
  arity: -4,
  flags: ['write', 'fast'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  run: runXack,
} as const satisfies Command;
