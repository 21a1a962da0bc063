/** HRANDFIELD. https://redis.io/docs/latest/commands/hrandfield/ */
import type { HashValue } from '../../keyspace/values/hash-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  NOT_AN_INTEGER,
  outOfRangeBetween,
  SYNTAX_ERROR,
  VALUE_OUT_OF_RANGE,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, NO_REPLY, type Reply } from '../../resp/reply.js';
import { SHORTEST_BULK } from '../../resp/reply-encoder.js';
import { INT64_MAX, type Int64 } from '../../structures/int64.js';
import type { Random } from '../../time/random.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { hashForRead } from './hash-lookup.js';

/** From one in so many fields on, drawing until enough different ones are found is faster than walking through all. */
const DRAW_WHEN_FEWER_THAN_ONE_IN = 3;

function runHrandfield(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { random } = context.node;
  if (argv.length === 2) {
    const hash = hashForRead(context, argv[1]!);
    if (hash === null || hash instanceof ErrorReply) return hash;
    return anyOf(hash.fieldList(), random);
  }
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  const hash = hashForRead(context, argv[1]!);
  if (hash === null) return [];
  if (hash instanceof ErrorReply) return hash;
  if (options.count < 0 && context.overflowsOutput(-Number(options.count) * SHORTEST_BULK)) return NO_REPLY;
  const fields =
    options.count < 0 ? drawn(hash, -Number(options.count), random) : chosen(hash, options.count, random);
  if (!options.withValues) return fields;
  const pairs = fields.map((field): Reply[] => [field, hash.get(field)!]);
  return context.session.protocol === 2 ? pairs.flat(1) : pairs;
}

function parseOptions(argv: readonly ByteString[]): { count: Int64; withValues: boolean } | ErrorReply {
  const count = parseInteger(argv[2]!);
  if (count === null) return NOT_AN_INTEGER;
  if (count < -INT64_MAX) return outOfRangeBetween(-INT64_MAX, INT64_MAX);
  if (argv.length === 3) return { count, withValues: false };
  if (argv.length > 4 || toLowerAscii(asCString(argv[3]!)) !== 'withvalues') return SYNTAX_ERROR;
  const limit = INT64_MAX / 2n;
  if (count < -limit || count > limit) return VALUE_OUT_OF_RANGE;
  return { count, withValues: true };
}

/** So many fields, any of them any number of times. */
function drawn(hash: HashValue, count: number, random: Random): ByteString[] {
  const fields = hash.fieldList();
  return Array.from({ length: count }, () => anyOf(fields, random));
}

/** So many different fields, or all. */
function chosen(hash: HashValue, wanted: Int64, random: Random): ByteString[] {
  const fields = hash.fieldList();
  if (wanted >= fields.length) return [...fields];
  const count = Number(wanted);
  if (hash.encoding === 'hashtable' && count * DRAW_WHEN_FEWER_THAN_ONE_IN <= fields.length) {
    const found = new Set<ByteString>();
    while (found.size < count) found.add(anyOf(fields, random));
    return [...found];
  }
  // Walks through all and takes each with the probability that leaves as many as are wanted.
  const found: ByteString[] = [];
  for (let index = 0; found.length < count; index++) {
    if (random.below(fields.length - index) < count - found.length) found.push(fields[index]!);
  }
  return found;
}

function anyOf(fields: readonly ByteString[], random: Random): ByteString {
  return fields[random.below(fields.length)]!;
}

export const hrandfield = {
  name: 'hrandfield',
  summary: 'Draws fields of a hash at random.',
  since: '6.2.0',
  group: 'hash',
  complexity: 'O(N), N being the number of fields drawn.',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  run: runHrandfield,
} as const satisfies Command;
