/** The commands of the list group. https://redis.io/docs/latest/commands/?group=list */
import type { CommandGroupTable } from '../command.js';
import { blmove, blmpop, blpop, brpop, brpoplpush } from './block.js';
import { lrem, lset, ltrim } from './change.js';
import { lmove, rpoplpush } from './move.js';
import { lmpop, lpop, rpop } from './pop.js';
import { lpos } from './position.js';
import { linsert, lpush, lpushx, rpush, rpushx } from './push.js';
import { lindex, llen, lrange } from './read.js';

export const listCommands: CommandGroupTable = [
  blmove,
  blmpop,
  blpop,
  brpop,
  brpoplpush,
  lindex,
  linsert,
  llen,
  lmove,
  lmpop,
  lpop,
  lpos,
  lpush,
  lpushx,
  lrange,
  lrem,
  lset,
  ltrim,
  rpop,
  rpoplpush,
  rpush,
  rpushx,
];
