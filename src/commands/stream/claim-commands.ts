/** The declarations of XCLAIM and XAUTOCLAIM. https://redis.io/docs/latest/commands/xautoclaim/ */
import type { Command } from '../command.js';
import { oneKey } from '../key-specs.js';
import { runXautoclaim, runXclaim } from './claim.js';

export const xclaim = {
  name: 'xclaim',
  summary: 'Gives pending entries to another consumer, as if they had been delivered to it.',
  since: '5.0.0',
  group: 'stream',
  complexity: 'O(log N), N being the number of entries that are pending in the group.',
  arity: -6,
  flags: ['write', 'fast'],
  aclCategories: ['stream'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  tips: ['nondeterministic_output'],
  run: runXclaim,
} as const satisfies Command;

export const xautoclaim = {
  ...xclaim,
  name: 'xautoclaim',
  summary: 'Gives the entries that have been pending for long to another consumer.',
  since: '6.2.0',
  complexity: 'O(1) for a small COUNT.',
  keySpecs: [oneKey(1, 'RW', 'delete')],
  history: [['7.0.0', 'Answers the IDs of deleted entries, which are no longer pending, too.']],
  run: runXautoclaim,
} as const satisfies Command;
