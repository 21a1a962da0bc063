/** COPY and MOVE. https://redis.io/docs/latest/commands/copy/ https://redis.io/docs/latest/commands/move/ */
import type { Database } from '../../keyspace/database.js';
import { copyOfValue } from '../../keyspace/values/stored-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  COPY_IN_CLUSTER_MODE,
  DB_INDEX_OUT_OF_RANGE,
  MOVE_IN_CLUSTER_MODE,
  NOT_AN_INTEGER,
  outOfRangeBetween,
  SAME_OBJECT,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';

const INT_MIN = -0x80000000;
const INT_MAX = 0x7fffffff;

function runMove(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { db: source, node } = context;
  const key = argv[1]!;
  if (node.cluster !== null) return MOVE_IN_CLUSTER_MODE;
  const index = parseDatabaseIndex(context, argv[2]!);
  if (index instanceof ErrorReply) return index;
  const target = node.keyspace.database(index);
  if (target === source) return SAME_OBJECT;
  const value = source.lookupWrite(key);
  if (value === undefined) return 0;
  const expiresAtMs = source.exactExpiry(key);
  if (target.lookupWrite(key) !== undefined) return 0;
  target.set(key, value);
  if (expiresAtMs !== null) target.setExpiry(key, expiresAtMs);
  source.delete(key);
  source.signalModified(key, 0);
  target.signalModified(key);
  context.notify('g', 'move_from', key);
  notifyIn(context, target, 'move_to', key);
  return 1;
}

function runCopy(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { db: source, node } = context;
  let targetIndex = source.index;
  let replaces = false;
  for (let position = 3; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'replace') {
      replaces = true;
    } else if (option === 'db' && position + 1 < argv.length) {
      const index = parseDatabaseIndex(context, argv[++position]!);
      if (index instanceof ErrorReply) return index;
      targetIndex = index;
    } else {
      return SYNTAX_ERROR;
    }
  }
  if (node.cluster !== null && (source.index !== 0 || targetIndex !== 0)) return COPY_IN_CLUSTER_MODE;
  const target = node.keyspace.database(targetIndex);
  const from = argv[1]!;
  const to = argv[2]!;
  if (source === target && from === to) return SAME_OBJECT;
  const value = source.lookupRead(from);
  if (value === undefined) return 0;
  const expiresAtMs = source.exactExpiry(from);
  if (target.lookupWrite(to) !== undefined) {
    if (!replaces) return 0;
    target.delete(to);
  }
  target.set(to, copyOfValue(value));
  if (expiresAtMs !== null) target.setExpiry(to, expiresAtMs);
  target.signalModified(to);
  notifyIn(context, target, 'copy_to', to);
  return 1;
}

function parseDatabaseIndex(context: CommandContext, text: ByteString): number | ErrorReply {
  const index = parseInteger(text);
  if (index === null) return NOT_AN_INTEGER;
  if (index < INT_MIN || index > INT_MAX) return outOfRangeBetween(INT_MIN, INT_MAX);
  if (index < 0 || index >= context.node.config.values.databases) return DB_INDEX_OUT_OF_RANGE;
  return Number(index);
}

function notifyIn(context: CommandContext, database: Database, event: string, key: ByteString): void {
  context.node.keyspace.host.notify('g', event, key, database.index);
}

export const move = {
  name: 'move',
  summary: 'Moves a key to another database, unless that has one of the same name.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 3,
  flags: ['write', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RW', 'access', 'update')],
  run: runMove,
} as const satisfies Command;

export const copy = {
  name: 'copy',
  summary: 'Copies the value under a key to another key, in the same database or another one.',
  since: '6.2.0',
  group: 'generic',
  complexity: 'O(1) for strings; O(N) for collections, N being the number of items at every depth.',
  arity: -3,
  flags: ['write', 'denyoom'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RO', 'access'), oneKey(2, 'OW', 'update')],
  run: runCopy,
} as const satisfies Command;
