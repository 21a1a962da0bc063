/** What a section of INFO is. https://redis.io/docs/latest/commands/info/ */
import type { CommandContext } from '../../context.js';

/** Lines in their order. A name may come twice. */
export type InfoLines = readonly (readonly [name: string, value: string | number])[];

export type InfoSection = (context: CommandContext) => InfoLines;

const UNITS = ['K', 'M', 'G', 'T', 'P'];

/** `967.13K`, `12B` (bytesToHuman in server.c). */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let amount = bytes / 1024;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount.toFixed(2)}${UNITS[unit]}`;
}
