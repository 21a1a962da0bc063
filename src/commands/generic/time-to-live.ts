/** TTL, PTTL, EXPIRETIME, PEXPIRETIME. https://redis.io/docs/latest/commands/ttl/ */
import type { ByteString } from '../../resp/byte-string.js';
import type { Reply } from '../../resp/reply.js';
import type { Int64 } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';

const NO_KEY = -2;
const NO_EXPIRY = -1;

/** @param sinceMs what the answer counts from: now, or 0 for a Unix time. */
function timeToLive(
  context: CommandContext,
  argv: readonly ByteString[],
  sinceMs: number,
  unitMs: 1 | 1000,
): Reply {
  const key = argv[1]!;
  if (context.db.lookupRead(key, 'inspect') === undefined) return NO_KEY;
  const atMs = context.db.exactExpiry(key);
  if (atMs === null) return NO_EXPIRY;
  if (typeof atMs === 'bigint') return inUnit(atMs - BigInt(sinceMs), unitMs);
  const leftMs = Math.max(0, atMs - sinceMs);
  return unitMs === 1 ? leftMs : Math.floor((leftMs + 500) / 1000);
}

/** Rounded to the nearest unit. For the last half second of 64 bits Redis overflows here, and so depends on the compiler. */
function inUnit(ms: bigint, unitMs: 1 | 1000): Int64 {
  return unitMs === 1 ? ms : (ms + 500n) / 1000n;
}

export const ttl = {
  name: 'ttl',
  summary: 'Tells in how many seconds a key expires.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  history: [['2.8.0', 'Answers -2 where there is no key.']],
  run: (context, argv) => timeToLive(context, argv, context.nowMs, 1000),
} as const satisfies Command;

export const pttl = {
  ...ttl,
  name: 'pttl',
  summary: 'Tells in how many milliseconds a key expires.',
  since: '2.6.0',
  run: (context, argv) => timeToLive(context, argv, context.nowMs, 1),
} as const satisfies Command;

export const expiretime = {
  name: 'expiretime',
  summary: 'Tells at which Unix time, in seconds, a key expires.',
  since: '7.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 2,
  flags: ['readonly', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: (context, argv) => timeToLive(context, argv, 0, 1000),
} as const satisfies Command;

export const pexpiretime = {
  ...expiretime,
  name: 'pexpiretime',
  summary: 'Tells at which Unix time, in milliseconds, a key expires.',
  run: (context, argv) => timeToLive(context, argv, 0, 1),
} as const satisfies Command;
