/** EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, PERSIST. https://redis.io/docs/latest/commands/expire/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  GT_WITH_LT,
  invalidExpireTime,
  NOT_AN_INTEGER,
  NX_WITH_OTHER_CONDITION,
  unsupportedOption,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { addInt64, type Int64, multiplyInt64 } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';

type Condition = 'nx' | 'xx' | 'gt' | 'lt';

/** @param baseMs what the given time counts from: now, or 0 for a Unix time. */
function setExpiry(
  context: CommandContext,
  argv: readonly ByteString[],
  baseMs: number,
  unitMs: 1 | 1000,
): Reply {
  const conditions = parseConditions(argv);
  if (conditions instanceof ErrorReply) return conditions;
  const given = parseInteger(argv[2]!);
  if (given === null) return NOT_AN_INTEGER;
  const scaled = multiplyInt64(given, unitMs);
  const atMs = scaled === null ? null : addInt64(scaled, baseMs);
  if (atMs === null) return invalidExpireTime(context.command.fullName);

  const { db, node } = context;
  const key = argv[1]!;
  if (db.lookupWrite(key) === undefined) return 0;
  if (conditions.size > 0 && !isMet(conditions, atMs, db.exactExpiry(key))) return 0;

  if (atMs <= context.nowMs && !node.keyspace.host.isReplica()) {
    db.delete(key);
    context.propagateAs([node.config.values['lazyfree-lazy-expire'] ? 'UNLINK' : 'DEL', key]);
    db.signalModified(key);
    context.notify('g', 'del', key);
    return 1;
  }
  db.setExpiry(key, atMs);
  if (context.command.fullName !== 'pexpireat') {
    context.propagateAs(['PEXPIREAT', key, String(atMs), ...argv.slice(3)]);
  }
  db.signalModified(key);
  context.notify('g', 'expire', key);
  return 1;
}

function parseConditions(argv: readonly ByteString[]): ReadonlySet<Condition> | ErrorReply {
  const conditions = new Set<Condition>();
  for (let position = 3; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option !== 'nx' && option !== 'xx' && option !== 'gt' && option !== 'lt') {
      return unsupportedOption(argv[position]!);
    }
    conditions.add(option);
  }
  if (conditions.has('nx') && conditions.size > 1) return NX_WITH_OTHER_CONDITION;
  if (conditions.has('gt') && conditions.has('lt')) return GT_WITH_LT;
  return conditions;
}

/** A key without expiry counts as one that lives for ever. */
function isMet(conditions: ReadonlySet<Condition>, atMs: Int64, currentMs: Int64 | null): boolean {
  if (conditions.has('nx') && currentMs !== null) return false;
  if (conditions.has('xx') && currentMs === null) return false;
  if (conditions.has('gt') && (currentMs === null || atMs <= currentMs)) return false;
  return !(conditions.has('lt') && currentMs !== null && atMs >= currentMs);
}

function runPersist(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  if (context.db.lookupWrite(key) === undefined || !context.db.removeExpiry(key)) return 0;
  context.db.signalModified(key);
  context.notify('g', 'persist', key);
  return 1;
}

export const expire = {
  name: 'expire',
  summary: 'Lets a key expire in that many seconds.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: -3,
  flags: ['write', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  history: [['7.0.0', '`NX`, `XX`, `GT` and `LT` came.']],
  run: (context, argv) => setExpiry(context, argv, context.nowMs, 1000),
} as const satisfies Command;

export const pexpire = {
  ...expire,
  name: 'pexpire',
  summary: 'Lets a key expire in that many milliseconds.',
  since: '2.6.0',
  run: (context, argv) => setExpiry(context, argv, context.nowMs, 1),
} as const satisfies Command;

export const expireat = {
  ...expire,
  name: 'expireat',
  summary: 'Lets a key expire at a Unix time in seconds.',
  since: '1.2.0',
  run: (context, argv) => setExpiry(context, argv, 0, 1000),
} as const satisfies Command;

export const pexpireat = {
  ...expire,
  name: 'pexpireat',
  summary: 'Lets a key expire at a Unix time in milliseconds.',
  since: '2.6.0',
  run: (context, argv) => setExpiry(context, argv, 0, 1),
} as const satisfies Command;

export const persist = {
  name: 'persist',
  summary: 'Takes the expiry from a key.',
  since: '2.2.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 2,
  flags: ['write', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  run: runPersist,
} as const satisfies Command;
