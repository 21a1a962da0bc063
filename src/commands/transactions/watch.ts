/** WATCH and UNWATCH: EXEC runs nothing when a watched key changed. https://redis.io/docs/latest/commands/watch/ https://redis.io/docs/latest/commands/unwatch/ */
import { WATCH_INSIDE_MULTI } from '../../resp/errors/index.js';
import { OK } from '../../resp/reply.js';
import type { Command } from '../command.js';

export const watch = {
  name: 'watch',
  summary: 'Makes the next transaction depend on these keys staying as they are.',
  since: '2.2.0',
  group: 'transactions',
  complexity: 'O(1) for every key.',
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  aclCategories: ['transaction'],
  keySpecs: [{ flags: ['RO'], beginSearch: { index: 1 }, findKeys: { lastKey: -1, step: 1, limit: 0 } }],
  run({ node, session }, argv) {
    if (session.transaction !== null) return WATCH_INSIDE_MULTI;
    // A key that was watched before has changed: EXEC fails whatever else is watched.
    if (session.watchedKeyChanged) return OK;
    for (const key of argv.slice(1)) node.keyspace.watch(session, session.dbIndex, key);
    return OK;
  },
} as const satisfies Command;

export const unwatch = {
  name: 'unwatch',
  summary: 'Watches no key any more.',
  since: '2.2.0',
  group: 'transactions',
  complexity: 'O(1)',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  aclCategories: ['transaction'],
  run({ node, session }) {
    node.keyspace.unwatchAll(session);
    session.watchedKeyChanged = false;
    return OK;
  },
} as const satisfies Command;
