/** Commands of the group "scripting". */
import type { CommandGroupTable } from '../command.js';
import { EVAL_COMMANDS } from './eval.js';
import { script } from './script.js';

export const scriptingCommands: CommandGroupTable = [...EVAL_COMMANDS, script];
