/** PFDEBUG and PFSELFTEST: HyperLogLogs from within. https://redis.io/docs/latest/commands/pfdebug/ */
import { asCString, type ByteString, byteStringToBytes, toLowerAscii } from '../../resp/byte-string.js';
import {
  HYPERLOGLOG_NOT_SPARSE,
  PFDEBUG_NO_KEY,
  PFSELFTEST_FAILED,
  unknownPfdebug,
} from '../../resp/errors/index.js';
import { ErrorReply, OK, type Reply, SimpleString } from '../../resp/reply.js';
import { HyperLogLog, REGISTERS } from '../../structures/hyperloglog.js';
import { decodeRuns } from '../../structures/hyperloglog-runs.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { changeable, type StoredHyperLogLog, sparseMaxBytes, unlessCorrupted } from './hyperloglog-lookup.js';

const HEADER_BYTES = 16;
const DENSE = new SimpleString('dense');
const SPARSE = new SimpleString('sparse');
/** Fewer than in Redis, where this takes seconds. */
const TESTED_ELEMENTS = 20_000;

function runPfdebug(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[2]!;
  const found = changeable(context, key, context.db.lookupWrite(key));
  if (found === null) return PFDEBUG_NO_KEY;
  if (found instanceof ErrorReply) return found;
  const { log } = found;
  switch (toLowerAscii(asCString(argv[1]!))) {
    case 'getreg': {
      const made = makeDense(context, found);
      if (made instanceof ErrorReply) return made;
      return Array.from({ length: REGISTERS }, (_, index) => log.register(index));
    }
    case 'decode':
      return log.isSparse ? describeRuns(log) : HYPERLOGLOG_NOT_SPARSE;
    case 'encoding':
      return log.isSparse ? SPARSE : DENSE;
    case 'todense':
      return makeDense(context, found);
    default:
      return unknownPfdebug(argv[1]!);
  }
}

/** @returns 1 when it was sparse. */
function makeDense(context: CommandContext, { log, store }: StoredHyperLogLog): 0 | 1 | ErrorReply {
  if (!log.isSparse) return 0;
  const made = unlessCorrupted(() => log.makeDense());
  if (made instanceof ErrorReply) return made;
  store();
  // The elements are the same: no watch ends, but replicas do the same.
  context.node.keyspace.dirty++;
  return 1;
}

/** `z` and `Z` are zeros with a short and a long code, `v` is a value. */
function describeRuns(log: HyperLogLog): string {
  return decodeRuns(log, HEADER_BYTES)
    .map(({ value, length, bytes }) =>
      value > 0 ? `v:${value},${length}` : `${bytes === 1 ? 'z' : 'Z'}:${length}`,
    )
    .join(' ');
}

/** Both forms have to come to the same counts, and these near the truth. */
function runPfselftest(context: CommandContext): Reply {
  const sparse = HyperLogLog.empty(sparseMaxBytes(context));
  const dense = HyperLogLog.empty(sparseMaxBytes(context));
  dense.makeDense();
  const seed = context.node.random.below(1_000_000);
  let checkpoint = 1;
  for (let count = 1; count <= TESTED_ELEMENTS; count++) {
    const element = byteStringToBytes(`${seed}:${count}`);
    sparse.add(element);
    dense.add(element);
    if (count !== checkpoint) continue;
    if (sparse.count() !== dense.count()) return PFSELFTEST_FAILED;
    checkpoint *= 10;
  }
  return OK;
}

export const pfdebug = {
  name: 'pfdebug',
  summary: 'Shows a HyperLogLog from within; for developers.',
  since: '2.8.9',
  group: 'hyperloglog',
  complexity: 'N/A',
  arity: 3,
  flags: ['write', 'denyoom', 'admin'],
  aclCategories: ['hyperloglog'],
  isSystemCommand: true,
  keySpecs: [oneKey(2, 'RW', 'access')],
  run: runPfdebug,
} as const satisfies Command;

export const pfselftest = {
  name: 'pfselftest',
  summary: 'Tests the HyperLogLogs; for developers.',
  since: '2.8.9',
  group: 'hyperloglog',
  complexity: 'N/A',
  arity: 1,
  flags: ['admin'],
  aclCategories: ['hyperloglog'],
  isSystemCommand: true,
  run: runPfselftest,
} as const satisfies Command;
