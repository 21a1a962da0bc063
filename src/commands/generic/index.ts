/** The commands of the generic group: they work on keys of any type. https://redis.io/docs/latest/commands/?group=generic */
import type { CommandGroupTable } from '../command.js';
import { copy, move } from './copy-and-move.js';
import { del, unlink } from './delete.js';
import { dump, restore, restoreAsking } from './dump.js';
import { expire, expireat, persist, pexpire, pexpireat } from './expire.js';
import { exists, randomkey, touch, type } from './inspect.js';
import { migrate } from './migrate.js';
import { object } from './object.js';
import { rename, renamenx } from './rename.js';
import { keys, scan } from './scan.js';
import { sort, sortRo } from './sort.js';
import { expiretime, pexpiretime, pttl, ttl } from './time-to-live.js';

export const genericCommands: CommandGroupTable = [
  copy,
  del,
  dump,
  exists,
  expire,
  expireat,
  expiretime,
  keys,
  migrate,
  move,
  object,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  randomkey,
  rename,
  renamenx,
  restore,
  restoreAsking,
  scan,
  sort,
  sortRo,
  touch,
  ttl,
  type,
  unlink,
];
