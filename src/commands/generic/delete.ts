/** DEL and UNLINK. https://redis.io/docs/latest/commands/del/ */
import { isFreedLazily } from '../../keyspace/memory-size.js';
import type { ByteString } from '../../resp/byte-string.js';
import type { Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys } from '../key-specs.js';

/** Nothing is freed in the background here, so both do the same, but for what is counted. */
function runDel(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { db, node, command } = context;
  const isLazy = command.fullName === 'unlink' || node.config.values['lazyfree-lazy-user-del'];
  let deleted = 0;
  for (let position = 1; position < argv.length; position++) {
    const key = argv[position]!;
    db.expireIfNeeded(key);
    const value = isLazy ? db.peekStored(key) : undefined;
    if (!db.delete(key)) continue;
    if (value !== undefined && isFreedLazily(value)) node.stats.lazyFreed++;
    db.signalModified(key);
    context.notify('g', 'del', key);
    deleted++;
  }
  return deleted;
}

export const del = {
  name: 'del',
  summary: 'Deletes keys.',
  since: '1.0.0',
  group: 'generic',
  complexity:
    'O(N), N being the number of keys; a key with a collection counts for each of its M elements: O(M).',
  arity: -2,
  flags: ['write'],
  aclCategories: ['keyspace'],
  keySpecs: [allKeys(1, 'RM', 'delete')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  run: runDel,
} as const satisfies Command;

export const unlink = {
  ...del,
  name: 'unlink',
  summary: 'Deletes keys, leaving it to the background to free their memory.',
  since: '4.0.0',
  complexity: 'O(1) for each key, whatever it holds; freeing N allocations in the background is O(N).',
  flags: ['write', 'fast'],
} as const satisfies Command;
