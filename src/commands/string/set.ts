/** Commands that store a whole string value: SET, SETNX, SETEX, PSETEX, GETSET. https://redis.io/docs/latest/commands/set/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Int64 } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { runGet } from './get.js';
import { expiryTime, parseStringOptions, type StringOptions } from './string-options.js';

function runSet(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  const value = argv[2]!;
  if (argv.length === 3) {
    context.db.lookupWrite(key);
    store(context, key, value, false);
    return OK;
  }
  const options = parseStringOptions(argv, 3, 'set');
  if (options instanceof ErrorReply) return options;
  return setWithOptions(context, argv, value, options);
}

/** setGenericCommand with options: the expiry is checked first, then the type for GET, then the condition. */
function setWithOptions(
  context: CommandContext,
  argv: readonly ByteString[],
  value: ByteString,
  options: StringOptions,
): Reply {
  const key = argv[1]!;
  const { condition, expiry, get } = options;
  let atMs: Int64 | null = null;
  if (expiry !== null) {
    const time = expiryTime(context, expiry);
    if (time instanceof ErrorReply) return time;
    atMs = time;
  }
  const previous = get ? runGet(context, argv) : null;
  if (previous instanceof ErrorReply) return previous;
  const exists = context.db.lookupWrite(key) !== undefined;
  if ((condition === 'nx' && exists) || (condition === 'xx' && !exists)) return previous;
  store(context, key, value, options.keepTtl);
  if (expiry !== null && atMs !== null) {
    context.db.setExpiry(key, atMs);
    // Since 7.2 a command that names the time already is replicated as it came, conditions and all.
    if (expiry.unit !== 'pxat' || context.node.version === '7.0') {
      context.propagateAs(['SET', key, value, 'PXAT', String(atMs)]);
    }
    context.notify('g', 'expire', key);
  } else if (get) {
    context.propagateAs(argv.filter((argument, position) => position < 3 || !isGetOption(argument)));
  }
  return get ? previous : OK;
}

function store(context: CommandContext, key: ByteString, value: ByteString, keepTtl: boolean): void {
  context.db.set(key, value, keepTtl ? KEEP_TTL : undefined);
  context.db.signalModified(key);
  context.notify('$', 'set', key);
}

const KEEP_TTL = { keepTtl: true } as const;

function isGetOption(argument: ByteString): boolean {
  return toLowerAscii(asCString(argument)) === 'get';
}

function runSetnx(context: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[1]!;
  if (context.db.lookupWrite(key) !== undefined) return 0;
  store(context, key, argv[2]!, false);
  return 1;
}

function runSetWithTime(context: CommandContext, argv: readonly ByteString[], unit: 'ex' | 'px'): Reply {
  const options: StringOptions = {
    condition: null,
    get: false,
    keepTtl: false,
    persist: false,
    expiry: { unit, text: argv[2]! },
  };
  return setWithOptions(context, argv, argv[3]!, options);
}

function runGetset(context: CommandContext, argv: readonly ByteString[]): Reply {
  const previous = runGet(context, argv);
  if (previous instanceof ErrorReply) return previous;
  const key = argv[1]!;
  context.db.lookupWrite(key);
  store(context, key, argv[2]!, false);
  context.propagateAs(['SET', key, argv[2]!]);
  return previous;
}

export const set = {
  name: 'set',
  summary: 'Stores a string under a key, whatever it held before, with an optional condition and expiry.',
  since: '1.0.0',
  group: 'string',
  complexity: 'O(1)',
  arity: -3,
  flags: ['write', 'denyoom'],
  aclCategories: ['string'],
  keySpecs: [
    {
      ...oneKey(1, 'RW', 'access', 'update', 'variable_flags'),
      notes: 'RW and access are for `GET`, which reads the old value',
    },
  ],
  history: [
    ['2.6.12', '`EX`, `PX`, `NX` and `XX` came.'],
    ['6.0.0', '`KEEPTTL` came.'],
    ['6.2.0', '`GET`, `EXAT` and `PXAT` came.'],
    ['7.0.0', '`NX` and `GET` go together.'],
  ],
  run: runSet,
} as const satisfies Command;

export const setnx = {
  name: 'setnx',
  summary: 'Stores a string under a key that does not exist yet.',
  since: '1.0.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'OW', 'insert')],
  deprecated: { since: '2.6.12', replacedBy: '`SET` with the `NX` argument' },
  in70: { deprecated: undefined },
  run: runSetnx,
} as const satisfies Command;

export const setex = {
  name: 'setex',
  summary: 'Stores a string under a key together with its time to live in seconds.',
  since: '2.0.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 4,
  flags: ['write', 'denyoom'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'OW', 'update')],
  deprecated: { since: '2.6.12', replacedBy: '`SET` with the `EX` argument' },
  in70: { deprecated: undefined },
  run: (context, argv) => runSetWithTime(context, argv, 'ex'),
} as const satisfies Command;

export const psetex = {
  ...setex,
  name: 'psetex',
  summary: 'Stores a string under a key together with its time to live in milliseconds.',
  since: '2.6.0',
  deprecated: { since: '2.6.12', replacedBy: '`SET` with the `PX` argument' },
  run: (context, argv) => runSetWithTime(context, argv, 'px'),
} as const satisfies Command;

export const getset = {
  name: 'getset',
  summary: 'Stores a string under a key and answers the one it held before.',
  since: '1.0.0',
  group: 'string',
  complexity: 'O(1)',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['string'],
  keySpecs: [oneKey(1, 'RW', 'access', 'update')],
  deprecated: { since: '6.2.0', replacedBy: '`SET` with the `!GET` argument' },
  run: runGetset,
} as const satisfies Command;
