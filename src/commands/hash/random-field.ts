/** HRANDFIELD. https://redis.io/docs/latest/commands/hrandfield/ */
import type { HashValue } from '../../keyspace/values/hash-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, NO_REPLY, type Reply } from '../../resp/reply.js';
import { SHORTEST_BULK } from '../../resp/reply-encoder.js';
import type { Int64 } from '../../structures/int64.js';
import type { Random } from '../../time/random.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { distinctIndexes, parseRandomOptions } from '../random-choice.js';
import { hashForRead } from './hash-lookup.js';

function runHrandfield(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { random } = context.node;
  if (argv.length === 2) {
    const hash = hashForRead(context, argv[1]!);
    if (hash === null || hash instanceof ErrorReply) return hash;
    return anyOf(hash.fieldList(), random);
  }
  const options = parseRandomOptions(argv, 'withvalues');
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

/** So many fields, any of them any number of times. */
function drawn(hash: HashValue, count: number, random: Random): ByteString[] {
  const fields = hash.fieldList();
  return Array.from({ length: count }, () => anyOf(fields, random));
}

/** So many different fields, or all. */
function chosen(hash: HashValue, wanted: Int64, random: Random): ByteString[] {
  const fields = hash.fieldList();
  if (wanted >= fields.length) return [...fields];
  return distinctIndexes(fields.length, Number(wanted), hash.encoding === 'hashtable', random).map(
    (index) => fields[index]!,
  );
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
