/** Numbers kept as strings: INCR, INCRBY, DECR, DECRBY, INCRBYFLOAT. https://redis.io/docs/latest/commands/incr/ */
import { isStringValue } from '../../keyspace/values/stored-value.js';
import { type StringValue, textValue } from '../../keyspace/values/string-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import {
  DECREMENT_OVERFLOW,
  INCREMENT_OVERFLOW,
  NAN_OR_INFINITY,
  NOT_A_FLOAT,
  NOT_AN_INTEGER,
  WRONG_TYPE,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { LongDouble } from '../../resp/long-double.js';
import type { Reply } from '../../resp/reply.js';
import { addInt64, INT64_MIN, type Int64 } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';

function incrementBy(context: CommandContext, key: ByteString, increment: Int64): Reply {
  const value = context.db.lookupWrite(key);
  if (value !== undefined && !isStringValue(value)) return WRONG_TYPE;
  const previous = value === undefined ? 0 : parseInteger(value.toString());
  if (previous === null) return NOT_AN_INTEGER;
  const sum = addInt64(previous, increment);
  if (sum === null) return INCREMENT_OVERFLOW;
  storeResult(context, key, String(sum), value !== undefined);
  context.notify('$', 'incrby', key);
  return sum;
}

/** The expiry of a key that exists stays. */
function storeResult(context: CommandContext, key: ByteString, result: StringValue, exists: boolean): void {
  if (exists) context.db.replaceValue(key, result);
  else context.db.set(key, result);
  context.db.signalModified(key);
}

function runIncrby(context: CommandContext, argv: readonly ByteString[]): Reply {
  const increment = parseInteger(argv[2]!);
  return increment === null ? NOT_AN_INTEGER : incrementBy(context, argv[1]!, increment);
}

function runDecrby(context: CommandContext, argv: readonly ByteString[]): Reply {
  const decrement = parseInteger(argv[2]!);
  if (decrement === null) return NOT_AN_INTEGER;
  return decrement === INT64_MIN ? DECREMENT_OVERFLOW : incrementBy(context, argv[1]!, -decrement);
}

function runIncrbyfloat(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const value = context.db.lookupWrite(key);
  if (value !== undefined && !isStringValue(value)) return WRONG_TYPE;
  const previous = LongDouble.parse(value === undefined ? '0' : value.toString());
  const increment = previous === null ? null : LongDouble.parse(argv[2]!);
  if (previous === null || increment === null) return NOT_A_FLOAT;
  const sum = previous.plus(increment);
  if (sum === null) return NAN_OR_INFINITY;
  const text = sum.toHumanString();
  storeResult(context, key, textValue(text), value !== undefined);
  context.notify('$', 'incrbyfloat', key);
  // As a SET, so that no replica comes to another result by its own arithmetic.
  context.propagateAs(['SET', key, text, 'KEEPTTL']);
  return text;
}

export const incr = {
  name: 'incr',
  summary: 'Adds one to the integer stored under a key; a missing key counts as 0.',
  since: '1.0.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RW', 'access', 'update')],
  run: (context, argv) => incrementBy(context, argv[1]!, 1),
} as const satisfies Command;

export const decr = {
  ...incr,
  name: 'decr',
  summary: 'Takes one from the integer stored under a key; a missing key counts as 0.',
  run: (context, argv) => incrementBy(context, argv[1]!, -1),
} as const satisfies Command;

export const incrby = {
  ...incr,
  name: 'incrby',
  summary: 'Adds a number to the integer stored under a key; a missing key counts as 0.',
  arity: 3,
  run: runIncrby,
} as const satisfies Command;

export const decrby = {
  ...incrby,
  name: 'decrby',
  summary: 'Takes a number from the integer stored under a key; a missing key counts as 0.',
  run: runDecrby,
} as const satisfies Command;

export const incrbyfloat = {
  ...incrby,
  name: 'incrbyfloat',
  summary: 'Adds to the floating point number stored under a key; a missing key counts as 0.',
  since: '2.6.0',
  run: runIncrbyfloat,
} as const satisfies Command;
