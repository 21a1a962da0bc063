/** Commands that read hashes: HGET, HMGET, HGETALL, HKEYS, HVALS, HLEN, HEXISTS, HSTRLEN. https://redis.io/docs/latest/commands/hget/ */
import type { HashValue } from '../../keyspace/values/hash-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, MapReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { hashForRead } from './hash-lookup.js';

/** Answers from the hash under the key. @param missing the answer where there is no key. */
function readHash(
  context: CommandContext,
  argv: readonly ByteString[],
  missing: Reply,
  answer: (hash: HashValue) => Reply,
): Reply {
  const hash = hashForRead(context, argv[1]!);
  if (hash === null) return missing;
  return hash instanceof ErrorReply ? hash : answer(hash);
}

function runHget(context: CommandContext, argv: readonly ByteString[]): Reply {
  return readHash(context, argv, null, (hash) => hash.get(argv[2]!) ?? null);
}

function runHmget(context: CommandContext, argv: readonly ByteString[]): Reply {
  const hash = hashForRead(context, argv[1]!);
  if (hash instanceof ErrorReply) return hash;
  return argv.slice(2).map((field) => hash?.get(field) ?? null);
}

function runHgetall(context: CommandContext, argv: readonly ByteString[]): Reply {
  return readHash(context, argv, new MapReply([]), (hash) => {
    const flat: Reply[] = [];
    for (const [field, value] of hash.entries()) flat.push(field, value);
    return new MapReply(flat);
  });
}

export const hget = {
  name: 'hget',
  summary: 'Reads a field of a hash.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(1)',
  arity: 3,
  flags: ['readonly', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runHget,
} as const satisfies Command;

export const hmget = {
  name: 'hmget',
  summary: 'Reads several fields of a hash.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(N), N being the number of fields asked for.',
  arity: -3,
  flags: ['readonly', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runHmget,
} as const satisfies Command;

export const hgetall = {
  name: 'hgetall',
  summary: 'Reads every field of a hash with its value.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(N), N being the number of fields of the hash.',
  arity: 2,
  flags: ['readonly'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output_order'],
  run: runHgetall,
} as const satisfies Command;

export const hkeys = {
  ...hgetall,
  name: 'hkeys',
  summary: 'Lists the names of the fields of a hash.',
  run: (context, argv) => readHash(context, argv, [], (hash) => [...hash.fields()]),
} as const satisfies Command;

export const hvals = {
  ...hgetall,
  name: 'hvals',
  summary: 'Lists the values of the fields of a hash.',
  run: (context, argv) => readHash(context, argv, [], (hash) => [...hash.values()]),
} as const satisfies Command;

export const hlen = {
  name: 'hlen',
  summary: 'Counts the fields of a hash.',
  since: '2.0.0',
  group: 'hash',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['hash'],
  keySpecs: [oneKey(1, 'RO')],
  run: (context, argv) => readHash(context, argv, 0, (hash) => hash.size),
} as const satisfies Command;

export const hexists = {
  ...hlen,
  name: 'hexists',
  summary: 'Tells whether a hash has a field.',
  arity: 3,
  run: (context, argv) => readHash(context, argv, 0, (hash) => (hash.has(argv[2]!) ? 1 : 0)),
} as const satisfies Command;

export const hstrlen = {
  ...hlen,
  name: 'hstrlen',
  summary: 'Tells how many bytes the value of a field of a hash has.',
  since: '3.2.0',
  arity: 3,
  run: (context, argv) => readHash(context, argv, 0, (hash) => hash.get(argv[2]!)?.length ?? 0),
} as const satisfies Command;
