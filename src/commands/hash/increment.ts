/** Numbers kept in fields: HINCRBY and HINCRBYFLOAT. https://redis.io/docs/latest/commands/hincrby/ */
import type { ByteString } from '../../resp/byte-string.js';
import {
  HASH_VALUE_NOT_A_FLOAT,
  HASH_VALUE_NOT_AN_INTEGER,
  INCREMENT_NAN_OR_INFINITY,
  INCREMENT_OVERFLOW,
  NAN_OR_INFINITY,
  NOT_A_FLOAT,
  NOT_AN_INTEGER,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { LongDouble } from '../../resp/long-double.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { addInt64 } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { hashForInsert, hashLimits } from './hash-lookup.js';

function runHincrby(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const field = argv[2]!;
  const increment = parseInteger(argv[3]!);
  if (increment === null) return NOT_AN_INTEGER;
  const hash = hashForInsert(context, key);
  if (hash instanceof ErrorReply) return hash;
  const previous = parseInteger(hash.get(field) ?? '0');
  if (previous === null) return HASH_VALUE_NOT_AN_INTEGER;
  const sum = addInt64(previous, increment);
  if (sum === null) return INCREMENT_OVERFLOW;
  hash.set(field, String(sum), hashLimits(context));
  context.db.signalModified(key);
  context.notify('h', 'hincrby', key);
  return sum;
}

function runHincrbyfloat(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const field = argv[2]!;
  const increment = LongDouble.parse(argv[3]!);
  if (increment === null) return NOT_A_FLOAT;
  if (!increment.isFinite) return INCREMENT_NAN_OR_INFINITY;
  const hash = hashForInsert(context, key);
  if (hash instanceof ErrorReply) return hash;
  const previous = LongDouble.parse(hash.get(field) ?? '0');
  if (previous === null) return HASH_VALUE_NOT_A_FLOAT;
  const sum = previous.plus(increment);
  if (sum === null) return NAN_OR_INFINITY;
  const text = sum.toHumanString();
  hash.set(field, text, hashLimits(context));
  context.db.signalModified(key);
  context.notify('h', 'hincrbyfloat', key);
  // As an HSET, so that no replica comes to another result by its own arithmetic.
  context.propagateAs(['HSET', key, field, text]);
  return text;
}

export const hincrby = {
  name: 'hincrby',
  summary: 'Adds to the integer in a field of a hash; a missing field counts as 0.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(1)',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RW', 'access', 'update')],
  run: runHincrby,
} as const satisfies Command;

export const hincrbyfloat = {
  ...hincrby,
  name: 'hincrbyfloat',
  summary: 'Adds to the floating point number in a field of a hash; a missing field counts as 0.',
  since: '2.6.0',
  run: runHincrbyfloat,
} as const satisfies Command;
