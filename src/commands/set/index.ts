/** The commands of the set group. https://redis.io/docs/latest/commands/?group=set */
import type { CommandGroupTable } from '../command.js';
import { sdiff, sdiffstore, sinter, sintercard, sinterstore, sunion, sunionstore } from './algebra.js';
import { spop } from './pop.js';
import { srandmember } from './random-member.js';
import { scard, sismember, smembers, smismember } from './read.js';
import { sscan } from './scan.js';
import { sadd, smove, srem } from './write.js';

export const setCommands: CommandGroupTable = [
  sadd,
  scard,
  sdiff,
  sdiffstore,
  sinter,
  sintercard,
  sinterstore,
  sismember,
  smembers,
  smismember,
  smove,
  spop,
  srandmember,
  srem,
  sscan,
  sunion,
  sunionstore,
];
