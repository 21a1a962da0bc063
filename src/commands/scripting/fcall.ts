/** FCALL and FCALL_RO: functions by their names (functions.c). https://redis.io/docs/latest/commands/fcall/ */

import type { ByteString } from '../../resp/byte-string.js';
import type { Reply } from '../../resp/reply.js';
import type { Command, KeySpec } from '../command.js';
import type { CommandContext, NodeContext } from '../context.js';
import type { CommandTraits } from '../scripting-port.js';
import type { ResolvedCommand } from '../table.js';

const KEYS = {
  beginSearch: { index: 2 },
  findKeys: { keyNumIndex: 0, firstKey: 1, step: 1 },
} as const;

const CALL = {
  since: '7.0.0',
  group: 'scripting',
  complexity: 'Depends on the function that is executed.',
  arity: -3,
  aclCategories: ['scripting'],
  run: (context: CommandContext, argv: readonly ByteString[]): Reply => {
    const { functions } = context.node;
    return functions?.call(context, argv) ?? null;
  },
  traitsOf: (
    { functions }: NodeContext,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ): CommandTraits | null => functions?.traitsOf(command, argv) ?? null,
} as const;

export const FCALL_COMMANDS = [
  {
    name: 'fcall',
    summary: 'Runs a function.',
    ...CALL,
    flags: ['noscript', 'stale', 'skip_monitor', 'may_replicate', 'no_mandatory_keys', 'movablekeys'],
    keySpecs: [
      {
        ...KEYS,
        flags: ['RW', 'access', 'update'],
        notes: 'What the function does with its keys is not known, so it counts as reading and writing them',
      } satisfies KeySpec,
    ],
  },
  {
    name: 'fcall_ro',
    summary: 'Runs a function that only reads.',
    ...CALL,
    flags: ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
    keySpecs: [
      {
        ...KEYS,
        flags: ['RO', 'access'],
        notes: 'What the function does with its keys is not known, so it counts as reading them',
      } satisfies KeySpec,
    ],
  },
] as const satisfies readonly Command[];
