/** SAVE, BGSAVE and BGREWRITEAOF: the dataset goes to the disk. https://redis.io/docs/latest/commands/save/ https://redis.io/docs/latest/commands/bgsave/ https://redis.io/docs/latest/commands/bgrewriteaof/ */
import { asCString, toLowerAscii } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import type { Command } from '../command.js';

export const savingCommands = [
  {
    name: 'save',
    summary: 'Writes the dataset to the RDB file; meanwhile nothing else is done.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(N) where N is the total number of keys in all databases',
    arity: 1,
    flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
    run: ({ node }) => node.persistence.rdb.save(),
  },
  {
    name: 'bgsave',
    summary: 'Writes the dataset to the RDB file in the background.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -1,
    flags: ['admin', 'noscript', 'no_async_loading'],
    history: [['3.2.2', 'The option `SCHEDULE`.']],
    run({ node }, argv) {
      const isScheduled = argv.length === 2 && toLowerAscii(asCString(argv[1]!)) === 'schedule';
      if (argv.length > 1 && !isScheduled) return SYNTAX_ERROR;
      return node.persistence.rdb.saveInBackground(isScheduled);
    },
  },
  {
    name: 'bgrewriteaof',
    summary: 'Writes the append-only file anew in the background, as short as it can be.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: ['admin', 'noscript', 'no_async_loading'],
    run: ({ node }) => node.persistence.rewriter.request(),
  },
] as const satisfies readonly Command[];
