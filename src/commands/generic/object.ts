/** OBJECT: how the value under a key is stored. https://redis.io/docs/latest/commands/object-encoding/ */
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { encodingOfValue, isStringValue } from '../../keyspace/values/stored-value.js';
import { isSharedInteger } from '../../keyspace/values/string-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { FREQUENCY_NOT_TRACKED, IDLE_TIME_NOT_TRACKED } from '../../resp/errors/index.js';
import type { Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { helpReply } from '../help.js';
import { oneKey } from '../key-specs.js';

/** What Redis answers as the number of references to an object that all keys share (OBJ_SHARED_REFCOUNT). */
const SHARED = 0x7fffffff;

const HELP = [
  'ENCODING <key>',
  '    Name the form in which the value of <key> is held',
  '    in memory.',
  'FREQ <key>',
  '    Tell how often <key> was used lately, on a logarithmic scale; the',
  '    maxmemory-policy has to be one of LFU.',
  'IDLETIME <key>',
  '    Tell for about how many seconds <key> was',
  '    not used.',
  'REFCOUNT <key>',
  '    Count the references to the value of',
  '    <key>.',
];

function inspect(
  context: CommandContext,
  argv: readonly ByteString[],
  answer: (value: StoredValue, key: ByteString) => Reply,
): Reply {
  const key = argv[2]!;
  const value = context.db.lookupRead(key, 'inspect-quietly');
  return value === undefined ? null : answer(value, key);
}

function hasLfuPolicy(context: CommandContext): boolean {
  return context.node.config.values['maxmemory-policy'].endsWith('-lfu');
}

function isShared(context: CommandContext, value: StoredValue): boolean {
  const { maxmemory, 'maxmemory-policy': policy } = context.node.config.values;
  const needsOwnObjects = maxmemory !== 0 && /-l[rf]u$/.test(policy);
  return isStringValue(value) && !needsOwnObjects && isSharedInteger(value);
}

function runEncoding(context: CommandContext, argv: readonly ByteString[]): Reply {
  return inspect(context, argv, encodingOfValue);
}

function runFreq(context: CommandContext, argv: readonly ByteString[]): Reply {
  return inspect(context, argv, (_value, key) =>
    hasLfuPolicy(context) ? context.db.frequency(key) : FREQUENCY_NOT_TRACKED,
  );
}

function runIdletime(context: CommandContext, argv: readonly ByteString[]): Reply {
  return inspect(context, argv, (_value, key) =>
    hasLfuPolicy(context) ? IDLE_TIME_NOT_TRACKED : context.db.idleSeconds(key),
  );
}

function runRefcount(context: CommandContext, argv: readonly ByteString[]): Reply {
  return inspect(context, argv, (value) => (isShared(context, value) ? SHARED : 1));
}

const encoding = {
  name: 'encoding',
  summary: 'Names the form in which a value is held in memory.',
  since: '2.2.3',
  group: 'generic',
  complexity: 'O(1)',
  arity: 3,
  flags: ['readonly'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(2, 'RO')],
  tips: ['nondeterministic_output'],
  run: runEncoding,
} as const satisfies Command;

export const object = {
  name: 'object',
  summary: 'Holds the commands about how values are stored.',
  since: '2.2.3',
  group: 'generic',
  complexity: 'That of the subcommand.',
  arity: -2,
  flags: [],
  subcommands: [
    encoding,
    {
      ...encoding,
      name: 'freq',
      summary: 'Tells how often a key was used lately, on a logarithmic scale.',
      since: '4.0.0',
      run: runFreq,
    },
    {
      name: 'help',
      summary: 'Lists the subcommands.',
      since: '6.2.0',
      group: 'generic',
      complexity: 'O(1)',
      arity: 2,
      flags: ['loading', 'stale'],
      aclCategories: ['keyspace'],
      run: (context, argv) => helpReply(context, argv, HELP),
    },
    {
      ...encoding,
      name: 'idletime',
      summary: 'Tells how long a key was not used.',
      run: runIdletime,
    },
    {
      ...encoding,
      name: 'refcount',
      summary: 'Counts the references to a value.',
      run: runRefcount,
    },
  ],
} as const satisfies Command;
