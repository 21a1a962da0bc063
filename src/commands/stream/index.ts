/** The commands of the stream group. https://redis.io/docs/latest/commands/?group=stream */
import type { CommandGroupTable } from '../command.js';
import { xadd, xdel, xtrim } from './add.js';
import { xautoclaim, xclaim } from './claim-commands.js';
import { xack, xgroup } from './group-commands.js';
import { xinfo } from './info-commands.js';
import { xread, xreadgroup } from './multi-read.js';
import { xpending } from './pending.js';
import { xlen, xrange, xrevrange } from './read.js';
import { xsetid } from './set-id.js';

export const streamCommands: CommandGroupTable = [
  xack,
  xadd,
  xautoclaim,
  xclaim,
  xdel,
  xgroup,
  xinfo,
  xlen,
  xpending,
  xrange,
  xread,
  xreadgroup,
  xrevrange,
  xsetid,
  xtrim,
];
