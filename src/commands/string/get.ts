/** Commands that read string values: GET, GETRANGE, MGET, STRLEN, SUBSTR. https://redis.io/docs/latest/commands/get/ */
import { RawString } from '../../keyspace/values/raw-string.js';
import { isStringValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER, WRONG_TYPE } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys, oneKey } from '../key-specs.js';

/** Also the first half of GETDEL, GETSET and SET ... GET. */
export function runGet(context: CommandContext, argv: readonly ByteString[]): Reply {
  const value = context.db.lookupRead(argv[1]!);
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  return value.type === 'string' ? value.toString() : WRONG_TYPE;
}

function runMget(context: CommandContext, argv: readonly ByteString[]): Reply {
  const replies: Reply[] = [];
  for (let position = 1; position < argv.length; position++) {
    const value = context.db.lookupRead(argv[position]!);
    replies.push(value !== undefined && isStringValue(value) ? value.toString() : null);
  }
  return replies;
}

function runStrlen(context: CommandContext, argv: readonly ByteString[]): Reply {
  const value = context.db.lookupRead(argv[1]!);
  if (value === undefined) return 0;
  return isStringValue(value) ? value.length : WRONG_TYPE;
}

function runGetrange(context: CommandContext, argv: readonly ByteString[]): Reply {
  const givenStart = parseInteger(argv[2]!);
  const givenEnd = givenStart === null ? null : parseInteger(argv[3]!);
  if (givenStart === null || givenEnd === null) return NOT_AN_INTEGER;
  const value = context.db.lookupRead(argv[1]!);
  if (value === undefined) return '';
  if (!isStringValue(value)) return WRONG_TYPE;
  if (givenStart < 0 && givenEnd < 0 && givenStart > givenEnd) return '';
  const { length } = value;
  const start = fromEitherEnd(Number(givenStart), length);
  const end = Math.min(fromEitherEnd(Number(givenEnd), length), length - 1);
  if (start > end) return '';
  return value instanceof RawString ? value.slice(start, end + 1) : value.toString().slice(start, end + 1);
}

function fromEitherEnd(index: number, length: number): number {
  return index < 0 ? Math.max(0, length + index) : index;
}

export const get = {
  name: 'get',
  summary: 'Reads the string stored under a key.',
  since: '1.0.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runGet,
} as const satisfies Command;

export const mget = {
  name: 'mget',
  summary: 'Reads the strings stored under several keys in one go.',
  since: '1.0.0',
  group: 'string',
  complexity: 'O(N), N being the number of keys.',
  arity: -2,
  flags: ['readonly', 'fast'],
  aclCategories: ['string'],
  keySpecs: [allKeys(1, 'RO', 'access')],
  tips: ['request_policy:multi_shard'],
  run: runMget,
} as const satisfies Command;

export const strlen = {
  name: 'strlen',
  summary: 'Tells how many bytes the string stored under a key has.',
  since: '2.2.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RO')],
  run: runStrlen,
} as const satisfies Command;

export const getrange = {
  name: 'getrange',
  summary: 'Reads a part of the string stored under a key.',
  since: '2.4.0',
  group: 'string',
  complexity: 'O(N), N being the length of the part; for short strings as good as O(1).',
  arity: 4,
  flags: ['readonly'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runGetrange,
} as const satisfies Command;

export const substr = {
  ...getrange,
  name: 'substr',
  summary: 'Reads a part of the string stored under a key; an old name of GETRANGE.',
  since: '1.0.0',
  deprecated: { since: '2.0.0', replacedBy: '`GETRANGE`' },
} as const satisfies Command;
