/** Reads that also change the key: GETDEL and GETEX. https://redis.io/docs/latest/commands/getex/ */
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { runGet } from './get.js';
import { expiryTime, parseStringOptions } from './string-options.js';

function runGetdel(context: CommandContext, argv: readonly ByteString[]): Reply {
  const value = runGet(context, argv);
  if (value instanceof ErrorReply) return value;
  const key = argv[1]!;
  if (!context.db.delete(key)) return value;
  const { config, version } = context.node;
  const isLazy = version === '7.0' && config.values['lazyfree-lazy-user-del'];
  context.propagateAs([isLazy ? 'UNLINK' : 'DEL', key]);
  context.db.signalModified(key);
  context.notify('g', 'del', key);
  return value;
}

function runGetex(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseStringOptions(argv, 2, 'get');
  if (options instanceof ErrorReply) return options;
  const value = runGet(context, argv);
  if (value === null || value instanceof ErrorReply) return value;
  const { db, node } = context;
  const key = argv[1]!;
  const { expiry } = options;
  if (expiry !== null) {
    const atMs = expiryTime(context, expiry);
    if (atMs instanceof ErrorReply) return atMs;
    const isAbsolute = expiry.unit === 'exat' || expiry.unit === 'pxat';
    if (isAbsolute && atMs <= context.nowMs && !node.keyspace.host.isReplica()) {
      db.delete(key);
      context.propagateAs([node.config.values['lazyfree-lazy-expire'] ? 'UNLINK' : 'DEL', key]);
      db.signalModified(key);
      context.notify('g', 'del', key);
    } else {
      db.setExpiry(key, atMs);
      context.propagateAs(['PEXPIREAT', key, String(atMs)]);
      db.signalModified(key);
      context.notify('g', 'expire', key);
    }
  } else if (options.persist && db.removeExpiry(key)) {
    db.signalModified(key);
    context.propagateAs(['PERSIST', key]);
    context.notify('g', 'persist', key);
  }
  return value;
}

export const getdel = {
  name: 'getdel',
  summary: 'Reads the string stored under a key and deletes the key.',
  since: '6.2.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 2,
  flags: ['write', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete')],
  run: runGetdel,
} as const satisfies Command;

export const getex = {
  name: 'getex',
  summary: 'Reads the string stored under a key and sets, changes or removes the expiry of the key.',
  since: '6.2.0',
  group: 'string',
  complexity: 'O(1)',
  arity: -2,
  flags: ['write', 'fast'],
  aclCategories: ['string'],
  keySpecs: [
    { ...oneKey(1, 'RW', 'access', 'update'), notes: 'RW and update are for the TTL, which it changes' },
  ],
  run: runGetex,
} as const satisfies Command;
