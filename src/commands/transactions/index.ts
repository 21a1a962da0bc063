/** The group of transactions. https://redis.io/docs/latest/develop/interact/transactions/ */
import type { CommandGroupTable } from '../command.js';
import { discard, exec, multi } from './multi.js';
import { unwatch, watch } from './watch.js';

export const transactionCommands: CommandGroupTable = [multi, exec, discard, watch, unwatch];
