/** BITOP: combines strings bit by bit into another one. https://redis.io/docs/latest/commands/bitop/ */
import { RawString } from '../../keyspace/values/raw-string.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { BITOP_NOT_NEEDS_ONE_KEY, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { bytesOf, stringForRead } from './bitmap-lookup.js';

const OPERATIONS: Readonly<Record<string, (first: number, second: number) => number>> = {
  and: (first, second) => first & second,
  or: (first, second) => first | second,
  xor: (first, second) => first ^ second,
  not: (byte) => byte ^ 255,
};

const NOTHING = new Uint8Array();

function runBitop(context: CommandContext, argv: readonly ByteString[]): Reply {
  const name = toLowerAscii(asCString(argv[1]!));
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) return SYNTAX_ERROR;
  if (name === 'not' && argv.length !== 4) return BITOP_NOT_NEEDS_ONE_KEY;
  const sources: Uint8Array[] = [];
  for (const key of argv.slice(3)) {
    const value = stringForRead(context, key);
    if (value instanceof ErrorReply) return value;
    sources.push(value === null ? NOTHING : bytesOf(value));
  }
  const target = argv[2]!;
  const length = Math.max(...sources.map((source) => source.length));
  if (length > 0) {
    const result = new RawString('');
    result.setBytes(combined(sources, length, operation, name === 'not'));
    context.db.set(target, result);
    context.db.signalModified(target);
    context.notify('$', 'set', target);
  } else if (context.db.delete(target)) {
    context.db.signalModified(target);
    context.notify('g', 'del', target);
  }
  return length;
}

/** Shorter strings go on with zero bytes. */
function combined(
  sources: readonly Uint8Array[],
  length: number,
  operation: (first: number, second: number) => number,
  isUnary: boolean,
): Uint8Array {
  const result = new Uint8Array(length);
  result.set(sources[0] as Uint8Array);
  if (isUnary) return result.map((byte) => operation(byte, 0));
  for (const source of sources.slice(1)) {
    for (let index = 0; index < length; index++) {
      result[index] = operation(result[index] as number, source[index] ?? 0);
    }
  }
  return result;
}

export const bitop = {
  name: 'bitop',
  summary: 'Combines strings bit by bit and stores the result.',
  since: '2.6.0',
  group: 'bitmap',
  complexity: 'O(N)',
  arity: -4,
  flags: ['write', 'denyoom'],
  aclCategories: ['bitmap'],
  keySpecs: [
    oneKey(2, 'OW', 'update'),
    { flags: ['RO', 'access'], beginSearch: { index: 3 }, findKeys: { lastKey: -1, step: 1, limit: 0 } },
  ],
  run: runBitop,
} as const satisfies Command;
