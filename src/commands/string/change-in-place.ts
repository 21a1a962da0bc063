/** Changes within a string value: APPEND and SETRANGE. https://redis.io/docs/latest/commands/setrange/ */
import { RawString } from '../../keyspace/values/raw-string.js';
import { isStringValue } from '../../keyspace/values/stored-value.js';
import type { StringValue } from '../../keyspace/values/string-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { NOT_AN_INTEGER, OFFSET_OUT_OF_RANGE, STRING_TOO_LONG, WRONG_TYPE } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { isObeyed } from '../session.js';

/** False when a string of that many bytes is longer than proto-max-bulk-len. */
export function isAllowedLength(context: CommandContext, bytes: number): boolean {
  return isObeyed(context.session) || bytes <= context.node.config.values['proto-max-bulk-len'];
}

/** The value under the key in a form that can be changed in place: Redis's raw encoding. Expiry stays. */
export function rawStringAt(context: CommandContext, key: ByteString, value: StringValue): RawString {
  if (value instanceof RawString) return value;
  const raw = new RawString(value.toString());
  context.db.replaceValue(key, raw);
  return raw;
}

function runAppend(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const text = argv[2]!;
  const value = context.db.lookupWrite(key);
  let length = text.length;
  if (value === undefined) {
    context.db.set(key, text);
  } else {
    if (!isStringValue(value)) return WRONG_TYPE;
    length += value.length;
    if (!isAllowedLength(context, length)) return STRING_TOO_LONG;
    rawStringAt(context, key, value).append(text);
  }
  context.db.signalModified(key);
  context.notify('$', 'append', key);
  return length;
}

function runSetrange(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const text = argv[3]!;
  const offset = parseInteger(argv[2]!);
  if (offset === null) return NOT_AN_INTEGER;
  if (offset < 0) return OFFSET_OUT_OF_RANGE;
  const value = context.db.lookupWrite(key);
  if (value !== undefined && !isStringValue(value)) return WRONG_TYPE;
  if (text.length === 0) return value === undefined ? 0 : value.length;
  if (!isAllowedLength(context, Number(offset) + text.length)) return STRING_TOO_LONG;
  let raw: RawString;
  if (value === undefined) {
    raw = new RawString('');
    context.db.set(key, raw);
  } else {
    raw = rawStringAt(context, key, value);
  }
  raw.write(Number(offset), text);
  context.db.signalModified(key);
  context.notify('$', 'setrange', key);
  return raw.length;
}

export const append = {
  name: 'append',
  summary: 'Adds to the end of the string stored under a key; a missing key comes to be.',
  since: '2.0.0',
  group: 'string',
  complexity: 'O(1) on average for short additions, as the room that a string has doubles when it runs out.',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RW', 'insert')],
  run: runAppend,
} as const satisfies Command;

export const setrange = {
  name: 'setrange',
  summary: 'Overwrites a part of the string stored under a key; a missing key comes to be.',
  since: '2.2.0',
  group: 'string',
  complexity: 'O(1) on average for short values; else O(M), M being the length of the value.',
  arity: 4,
  flags: ['write', 'denyoom'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  run: runSetrange,
} as const satisfies Command;
