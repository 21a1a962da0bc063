/** PFADD, PFCOUNT and PFMERGE. https://redis.io/docs/latest/commands/pfadd/ */
import { type ByteString, byteStringToBytes } from '../../resp/byte-string.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import { countOf, REGISTERS } from '../../structures/hyperloglog.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys, oneKey } from '../key-specs.js';
import {
  changeable,
  hyperLogLogForInsert,
  hyperLogLogForRead,
  unlessCorrupted,
} from './hyperloglog-lookup.js';

function runPfadd(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const found = hyperLogLogForInsert(context, key);
  if (found instanceof ErrorReply) return found;
  const { log } = found;
  let changes = found.isNew ? 1 : 0;
  const added = unlessCorrupted(() => {
    for (const element of argv.slice(2)) if (log.add(byteStringToBytes(element))) changes++;
  });
  if (!(added instanceof ErrorReply) && changes > 0) log.forgetCount();
  if (changes > 0) found.store();
  if (added instanceof ErrorReply) return added;
  if (changes === 0) return 0;
  context.db.signalModified(key, changes);
  context.notify('$', 'pfadd', key);
  return 1;
}

function runPfcount(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 2) return countUnion(context, argv.slice(1));
  const key = argv[1]!;
  const found = changeable(context, key, context.db.lookupRead(key));
  if (found === null) return 0;
  if (found instanceof ErrorReply) return found;
  const cached = found.log.cachedCount;
  if (cached !== null) return BigInt.asIntN(64, cached);
  const count = unlessCorrupted(() => found.log.count());
  if (count instanceof ErrorReply) return count;
  found.store();
  // A read that changes the value: replicas and whoever watches the key see it.
  context.db.signalModified(key);
  return BigInt.asIntN(64, count);
}

function countUnion(context: CommandContext, keys: readonly ByteString[]): Reply {
  const registers = new Uint8Array(REGISTERS);
  const merged = mergeAll(context, keys, registers);
  return merged instanceof ErrorReply ? merged : BigInt.asIntN(64, countOf(registers));
}

function runPfmerge(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const registers = new Uint8Array(REGISTERS);
  const merged = mergeAll(context, argv.slice(1), registers);
  if (merged instanceof ErrorReply) return merged;
  const target = hyperLogLogForInsert(context, key);
  if (target instanceof ErrorReply) return target;
  const { log } = target;
  const made = merged.hasDense ? unlessCorrupted(() => log.makeDense()) : undefined;
  if (made instanceof ErrorReply) return made;
  for (let index = 0; index < REGISTERS; index++) {
    const value = registers[index] as number;
    // Redis does not look whether that worked.
    if (value > 0) unlessCorrupted(() => log.setAtLeast(index, value));
  }
  log.forgetCount();
  target.store();
  context.db.signalModified(key);
  context.notify('$', 'pfadd', key);
  return OK;
}

/** Raises the registers to those of all keys. @returns whether one of them is dense. */
function mergeAll(
  context: CommandContext,
  keys: readonly ByteString[],
  registers: Uint8Array,
): { readonly hasDense: boolean } | ErrorReply {
  let hasDense = false;
  for (const key of keys) {
    const log = hyperLogLogForRead(context, key);
    if (log === null) continue;
    if (log instanceof ErrorReply) return log;
    if (!log.isSparse) hasDense = true;
    const merged = unlessCorrupted(() => log.mergeInto(registers));
    if (merged instanceof ErrorReply) return merged;
  }
  return { hasDense };
}

export const pfadd = {
  name: 'pfadd',
  summary: 'Adds elements to a HyperLogLog; a missing key comes to be.',
  since: '2.8.9',
  group: 'hyperloglog',
  complexity: 'O(1) for each element.',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['hyperloglog'],
  keySpecs: [oneKey(1, 'RW', 'insert')],
  run: runPfadd,
} as const satisfies Command;

export const pfcount = {
  name: 'pfcount',
  summary: 'Tells about how many different elements were added to one HyperLogLog, or to several in all.',
  since: '2.8.9',
  group: 'hyperloglog',
  complexity:
    'O(1) for one key, fast as its count is cached; O(N) and slow for several, N being their number.',
  arity: -2,
  flags: ['readonly', 'may_replicate'],
  aclCategories: ['hyperloglog'],
  keySpecs: [
    { ...allKeys(1, 'RW', 'access'), notes: 'RW as the cached count may change, which is replicated' },
  ],
  run: runPfcount,
} as const satisfies Command;

export const pfmerge = {
  name: 'pfmerge',
  summary: 'Adds to a HyperLogLog all that was added to others.',
  since: '2.8.9',
  group: 'hyperloglog',
  complexity: 'O(N), N being the number of HyperLogLogs, and slow.',
  arity: -2,
  flags: ['write', 'denyoom'],
  aclCategories: ['hyperloglog'],
  keySpecs: [
    oneKey(1, 'RW', 'access', 'insert'),
    { flags: ['RO', 'access'], beginSearch: { index: 2 }, findKeys: { lastKey: -1, step: 1, limit: 0 } },
  ],
  run: runPfmerge,
} as const satisfies Command;
