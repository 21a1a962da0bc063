/** Commands of the group "scripting". */
import type { CommandGroupTable } from '../command.js';
import { EVAL_COMMANDS } from './eval.js';
import { FCALL_COMMANDS } from './fcall.js';
import { functionCommand } from './function.js';
import { script } from './script.js';

export const scriptingCommands: CommandGroupTable = [
  ...EVAL_COMMANDS,
  script,
  ...FCALL_COMMANDS,
  functionCommand,
];
