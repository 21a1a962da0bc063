/** What there is to know about keys: EXISTS, TYPE, TOUCH, RANDOMKEY. https://redis.io/docs/latest/commands/exists/ */
import { typeOfValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { type Reply, SimpleString } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys, oneKey } from '../key-specs.js';

const NONE = new SimpleString('none');

/** A key that is named twice counts twice. */
function runExists(context: CommandContext, argv: readonly ByteString[]): Reply {
  let count = 0;
  for (let position = 1; position < argv.length; position++) {
    if (context.db.lookupRead(argv[position]!, 'inspect') !== undefined) count++;
  }
  return count;
}

function runTouch(context: CommandContext, argv: readonly ByteString[]): Reply {
  let count = 0;
  for (let position = 1; position < argv.length; position++) {
    const key = argv[position]!;
    if (context.db.lookupRead(key) === undefined) continue;
    // Also for a client that asked with CLIENT NO-TOUCH that its commands do not.
    context.db.touch(key);
    count++;
  }
  return count;
}

function runType(context: CommandContext, argv: readonly ByteString[]): Reply {
  const value = context.db.lookupRead(argv[1]!, 'inspect');
  return value === undefined ? NONE : new SimpleString(typeOfValue(value));
}

export const exists = {
  name: 'exists',
  summary: 'Counts how many of the keys exist.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(N), N being the number of keys.',
  arity: -2,
  flags: ['readonly', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [allKeys(1, 'RO')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  history: [['3.0.3', 'Takes more than one key.']],
  run: runExists,
} as const satisfies Command;

export const touch = {
  name: 'touch',
  summary: 'Counts how many of the keys exist and notes that they were used.',
  since: '3.2.1',
  group: 'generic',
  complexity: 'O(N), N being the number of keys.',
  arity: -2,
  flags: ['readonly', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [allKeys(1, 'RO')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  run: runTouch,
} as const satisfies Command;

export const type = {
  name: 'type',
  summary: 'Tells of which type the value under a key is.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RO')],
  run: runType,
} as const satisfies Command;

export const randomkey = {
  name: 'randomkey',
  summary: 'Names a key of the database, any one.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 1,
  flags: ['readonly'],
  aclCategories: ['keyspace'],
  tips: ['request_policy:all_shards', 'response_policy:special', 'nondeterministic_output'],
  in70: { tips: ['request_policy:all_shards', 'nondeterministic_output'] },
  run: (context) => context.db.randomKey(),
} as const satisfies Command;
