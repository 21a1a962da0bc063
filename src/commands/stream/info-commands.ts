/** The declaration of XINFO with its subcommands. https://redis.io/docs/latest/commands/xinfo/ */
import type { Command } from '../command.js';
import { helpReply } from '../help.js';
import { oneKey } from '../key-specs.js';
import { runConsumers, runGroups, runStream } from './info.js';

const HELP = [
  'CONSUMERS <key> <groupname>',
  '    Show the consumers of <groupname>.',
  'GROUPS <key>',
  '    Show the consumer groups of the stream.',
  'STREAM <key> [FULL [COUNT <count>]',
  '    Show what there is to know about the stream.',
];

const groups = {
  name: 'groups',
  summary: 'Lists the consumer groups of a stream.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(1)',
  arity: 3,
  flags: ['readonly'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(2, 'RO', 'access')],
  history: [['7.0.0', '`entries-read` and `lag` came.']],
  run: runGroups,
} as const satisfies Command;

export const xinfo = {
  name: 'xinfo',
  summary: 'Holds the commands that look into streams.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'That of the subcommand.',
  arity: -2,
  flags: [],
  subcommands: [
    {
      ...groups,
      name: 'consumers',
      summary: 'Lists the consumers of a group.',
      arity: 4,
      tips: ['nondeterministic_output'],
      history: [['7.2.0', '`inactive` came.']],
      run: runConsumers,
    },
    groups,
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
      ...groups,
      name: 'stream',
      summary: 'Tells about a stream, with `FULL` about its entries and groups too.',
      arity: -3,
      history: [
        ['6.0.0', '`FULL` came.'],
        [
          '7.0.0',
          '`max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag` came.',
        ],
        ['7.2.0', '`active-time` came; `seen-time` tells of every attempt, not only of successful ones.'],
      ],
      run: runStream,
    },
  ],
} as const satisfies Command;
