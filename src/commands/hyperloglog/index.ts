/** The commands of the hyperloglog group. https://redis.io/docs/latest/commands/?group=hyperloglog */
import type { CommandGroupTable } from '../command.js';
import { pfadd, pfcount, pfmerge } from './add-and-count.js';
import { pfdebug, pfselftest } from './debug.js';

export const hyperLogLogCommands: CommandGroupTable = [pfadd, pfcount, pfdebug, pfmerge, pfselftest];
