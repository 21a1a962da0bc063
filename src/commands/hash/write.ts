/** Commands that change fields of hashes: HSET, HMSET, HSETNX, HDEL. https://redis.io/docs/latest/commands/hset/ */
import type { ByteString } from '../../resp/byte-string.js';
import { wrongArity } from '../../resp/errors/index.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { hashForInsert, hashForWrite, hashLimits } from './hash-lookup.js';

/** Sets all the fields. @returns how many of them are new. */
function setFields(context: CommandContext, argv: readonly ByteString[]): number | ErrorReply {
  if (argv.length % 2 === 1) return wrongArity(context.command.fullName);
  const key = argv[1]!;
  const hash = hashForInsert(context, key);
  if (hash instanceof ErrorReply) return hash;
  const limits = hashLimits(context);
  const given = (argv.length - 2) / 2;
  // Since 7.2 the number of fields given decides, even if some are given twice.
  if (given > limits.maxListpackEntries && context.node.version !== '7.0') hash.convertToHashtable();
  let created = 0;
  for (let position = 2; position < argv.length; position += 2) {
    if (hash.set(argv[position]!, argv[position + 1]!, limits)) created++;
  }
  context.db.signalModified(key, given);
  context.notify('h', 'hset', key);
  return created;
}

function runHmset(context: CommandContext, argv: readonly ByteString[]): Reply {
  const created = setFields(context, argv);
  return created instanceof ErrorReply ? created : OK;
}

function runHsetnx(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const field = argv[2]!;
  const hash = hashForInsert(context, key);
  if (hash instanceof ErrorReply) return hash;
  if (hash.has(field)) return 0;
  hash.set(field, argv[3]!, hashLimits(context));
  context.db.signalModified(key);
  context.notify('h', 'hset', key);
  return 1;
}

/** With its last field the key goes too. */
function runHdel(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const hash = hashForWrite(context, key);
  if (hash === null) return 0;
  if (hash instanceof ErrorReply) return hash;
  let deleted = 0;
  for (let position = 2; position < argv.length && hash.size > 0; position++) {
    if (hash.delete(argv[position]!)) deleted++;
  }
  if (deleted === 0) return 0;
  if (hash.size === 0) context.db.delete(key);
  context.db.signalModified(key, deleted);
  context.notify('h', 'hdel', key);
  if (hash.size === 0) context.notify('g', 'del', key);
  return deleted;
}

export const hset = {
  name: 'hset',
  summary: 'Sets fields of a hash; a missing key comes to be.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(N), N being the number of fields given.',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  history: [['4.0.0', 'Takes more than one field and value.']],
  run: setFields,
} as const satisfies Command;

export const hmset = {
  name: 'hmset',
  summary: 'Sets fields of a hash; the older form of HSET.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(N), N being the number of fields given.',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  deprecated: { since: '4.0.0', replacedBy: '`HSET` with multiple field-value pairs' },
  run: runHmset,
} as const satisfies Command;

export const hsetnx = {
  name: 'hsetnx',
  summary: 'Sets a field of a hash that the hash does not have yet.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(1)',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RW', 'insert')],
  run: runHsetnx,
} as const satisfies Command;

export const hdel = {
  name: 'hdel',
  summary: 'Deletes fields of a hash, and the key with the last of them.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(N), N being the number of fields given.',
  arity: -3,
  flags: ['write', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RW', 'delete')],
  history: [['2.4.0', 'Takes more than one field.']],
  run: runHdel,
} as const satisfies Command;
