/** The commands of the bitmap group. https://redis.io/docs/latest/commands/?group=bitmap */
import type { CommandGroupTable } from '../command.js';
import { getbit, setbit } from './bit.js';
import { bitfield, bitfieldRo } from './bitfield.js';
import { bitop } from './combine.js';
import { bitcount, bitpos } from './search.js';

export const bitmapCommands: CommandGroupTable = [
  bitcount,
  bitfield,
  bitfieldRo,
  bitop,
  bitpos,
  getbit,
  setbit,
];
