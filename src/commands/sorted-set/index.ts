/** The commands of the sorted set group. https://redis.io/docs/latest/commands/?group=sorted-set */
import type { CommandGroupTable } from '../command.js';
import { zadd, zincrby } from './add.js';
import { bzmpop, bzpopmax, bzpopmin } from './block.js';
import { zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore } from './combine.js';
import { zmpop, zpopmax, zpopmin } from './pop.js';
import { zrandmember } from './random-member.js';
import {
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
} from './range.js';
import { zcard, zcount, zlexcount, zmscore, zrank, zrevrank, zscore } from './read.js';
import { zrem, zremrangebylex, zremrangebyrank, zremrangebyscore } from './remove.js';
import { zscan } from './scan.js';

export const sortedSetCommands: CommandGroupTable = [
  bzmpop,
  bzpopmax,
  bzpopmin,
  zadd,
  zcard,
  zcount,
  zdiff,
  zdiffstore,
  zincrby,
  zinter,
  zintercard,
  zinterstore,
  zlexcount,
  zmpop,
  zmscore,
  zpopmax,
  zpopmin,
  zrandmember,
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrank,
  zrem,
  zremrangebylex,
  zremrangebyrank,
  zremrangebyscore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
  zrevrank,
  zscan,
  zscore,
  zunion,
  zunionstore,
];
