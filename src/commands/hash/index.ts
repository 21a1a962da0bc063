/** The commands of the hash group. https://redis.io/docs/latest/commands/?group=hash */
import type { CommandGroupTable } from '../command.js';
import { hincrby, hincrbyfloat } from './increment.js';
import { hrandfield } from './random-field.js';
import { hexists, hget, hgetall, hkeys, hlen, hmget, hstrlen, hvals } from './read.js';
import { hscan } from './scan.js';
import { hdel, hmset, hset, hsetnx } from './write.js';

export const hashCommands: CommandGroupTable = [
  hdel,
  hexists,
  hget,
  hgetall,
  hincrby,
  hincrbyfloat,
  hkeys,
  hlen,
  hmget,
  hmset,
  hrandfield,
  hscan,
  hset,
  hsetnx,
  hstrlen,
  hvals,
];
