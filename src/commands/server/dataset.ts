/** DBSIZE, FLUSHALL, FLUSHDB and SWAPDB: whole databases. https://redis.io/docs/latest/commands/flushall/ https://redis.io/docs/latest/commands/swapdb/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  BAD_FIRST_DB_INDEX,
  BAD_SECOND_DB_INDEX,
  DB_INDEX_OUT_OF_RANGE,
  SWAPDB_IN_CLUSTER_MODE,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInt32Range } from '../../resp/integer.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

const FLUSH_HISTORY = [
  ['4.0.0', 'Modifier `ASYNC`.'],
  ['6.2.0', 'Modifier `SYNC`.'],
] as const;

export const datasetCommands = [
  {
    name: 'dbsize',
    summary: 'How many keys the database has.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: ['readonly', 'fast'],
    aclCategories: ['keyspace'],
    tips: ['request_policy:all_shards', 'response_policy:agg_sum'],
    run: ({ db }) => db.size,
  },
  {
    name: 'flushall',
    summary: 'Removes every key of every database.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(N) where N is the total number of keys in all databases',
    arity: -1,
    flags: ['write'],
    aclCategories: ['keyspace', 'dangerous'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    history: FLUSH_HISTORY,
    run: (context, argv) => flush(context, argv, null),
  },
  {
    name: 'flushdb',
    summary: 'Removes every key of the selected database.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(N) where N is the number of keys in the selected database',
    arity: -1,
    flags: ['write'],
    aclCategories: ['keyspace', 'dangerous'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    history: FLUSH_HISTORY,
    run: (context, argv) => flush(context, argv, context.session.dbIndex),
  },
  {
    name: 'swapdb',
    summary: 'Exchanges the contents of two databases.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(N) where N is the count of clients watching or blocking on keys from both databases.',
    arity: 3,
    flags: ['write', 'fast'],
    aclCategories: ['keyspace', 'dangerous'],
    run: swap,
  },
] as const satisfies readonly Command[];

function flush(context: CommandContext, argv: readonly ByteString[], dbIndex: number | null): Reply {
  const isLazy = context.node.config.values['lazyfree-lazy-user-flush'];
  const mode = argv.length === 1 ? (isLazy ? 'async' : 'sync') : toLowerAscii(asCString(argv[1]!));
  if (argv.length > 2 || (mode !== 'sync' && mode !== 'async')) return SYNTAX_ERROR;
  const { keyspace, stats } = context.node;
  const flushed = keyspace.flush(dbIndex);
  keyspace.dirty += flushed;
  if (mode === 'async') stats.lazyFreed += flushed;
  if (dbIndex === null) context.node.persistence.rdb.onFlushAll();
  // Also of an empty database: a replica might have keys that its master has not.
  context.forcePropagation();
  return OK;
}

function swap({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.cluster !== null) return SWAPDB_IN_CLUSTER_MODE;
  const first = parseInt32Range(argv[1]!);
  if (first === null) return BAD_FIRST_DB_INDEX;
  const second = parseInt32Range(argv[2]!);
  if (second === null) return BAD_SECOND_DB_INDEX;
  const { keyspace } = node;
  if (keyspace.databases[first] === undefined || keyspace.databases[second] === undefined)
    return DB_INDEX_OUT_OF_RANGE;
  keyspace.swap(first, second);
  keyspace.dirty++;
  return OK;
}
