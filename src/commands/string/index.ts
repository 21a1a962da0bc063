/** The commands of the string group. https://redis.io/docs/latest/commands/?group=string */
import type { CommandGroupTable } from '../command.js';
import { append, setrange } from './change-in-place.js';
import { get, getrange, mget, strlen, substr } from './get.js';
import { getdel, getex } from './get-and-change.js';
import { decr, decrby, incr, incrby, incrbyfloat } from './increment.js';
import { lcs } from './lcs.js';
import { mset, msetnx } from './multi-set.js';
import { getset, psetex, set, setex, setnx } from './set.js';

export const stringCommands: CommandGroupTable = [
  append,
  decr,
  decrby,
  get,
  getdel,
  getex,
  getrange,
  getset,
  incr,
  incrby,
  incrbyfloat,
  lcs,
  mget,
  mset,
  msetnx,
  psetex,
  set,
  setex,
  setnx,
  setrange,
  strlen,
  substr,
];
