/** EVAL, EVALSHA and their read-only forms (eval.c). https://redis.io/docs/latest/commands/eval/ */
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command, CommandFlag, KeySpec } from '../command.js';
import type { CommandContext, NodeContext } from '../context.js';
import type { CommandTraits } from '../scripting-port.js';
import type { ResolvedCommand } from '../table.js';

const FLAGS = [
  'noscript',
  'stale',
  'skip_monitor',
  'may_replicate',
  'no_mandatory_keys',
  'movablekeys',
] as const;
const READONLY_FLAGS = [
  'readonly',
  'noscript',
  'stale',
  'skip_monitor',
  'no_mandatory_keys',
  'movablekeys',
] as const satisfies readonly CommandFlag[];

const KEYS = {
  flags: ['RW', 'access', 'update'],
  beginSearch: { index: 2 },
  findKeys: { keyNumIndex: 0, firstKey: 1, step: 1 },
} as const satisfies KeySpec;
const NOTED_KEYS = {
  ...KEYS,
  notes: 'what the script does with its keys is not known, so it counts as reading and writing them',
} as const satisfies KeySpec;
const READONLY_KEYS = { ...KEYS, flags: ['RO', 'access'] } as const satisfies KeySpec;
const NOTED_READONLY_KEYS = {
  ...READONLY_KEYS,
  notes: 'what the script does with its keys is not known, so it counts as reading them',
} as const satisfies KeySpec;

const SCRIPT = {
  group: 'scripting',
  complexity: 'Depends on the script that is executed.',
  arity: -3,
  aclCategories: ['scripting'],
} as const;
const BY_TEXT = {
  run: (context: CommandContext, argv: readonly ByteString[]): Reply => evaluate(context, argv, false),
  traitsOf: (
    { scripting }: NodeContext,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ): CommandTraits | null => scripting?.traitsOf(command, argv, false) ?? null,
};
const BY_SHA = {
  run: (context: CommandContext, argv: readonly ByteString[]): Reply => evaluate(context, argv, true),
  traitsOf: (
    { scripting }: NodeContext,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ): CommandTraits | null => scripting?.traitsOf(command, argv, true) ?? null,
};

export const EVAL_COMMANDS = [
  {
    name: 'eval',
    summary: 'Runs a Lua script.',
    since: '2.6.0',
    ...SCRIPT,
    flags: FLAGS,
    keySpecs: [NOTED_KEYS],
    ...BY_TEXT,
  },
  {
    name: 'evalsha',
    summary: 'Runs a cached Lua script by its SHA1.',
    since: '2.6.0',
    ...SCRIPT,
    flags: FLAGS,
    keySpecs: [KEYS],
    ...BY_SHA,
  },
  {
    name: 'eval_ro',
    summary: 'Runs a Lua script that only reads.',
    since: '7.0.0',
    ...SCRIPT,
    flags: READONLY_FLAGS,
    keySpecs: [NOTED_READONLY_KEYS],
    ...BY_TEXT,
  },
  {
    name: 'evalsha_ro',
    summary: 'Runs a cached Lua script that only reads, by its SHA1.',
    since: '7.0.0',
    ...SCRIPT,
    flags: READONLY_FLAGS,
    keySpecs: [READONLY_KEYS],
    ...BY_SHA,
  },
] as const satisfies readonly Command[];

function evaluate(context: CommandContext, argv: readonly ByteString[], bySha: boolean): Reply {
  const { scripting } = context.node;
  if (!scripting) return new ErrorReply('ERR this node runs no scripts');
  return scripting.evaluate(context, argv, bySha);
}
