/** Patterns of BY and GET: an asterisk stands for the element, `->` comes before the field of a hash (lookupKeyByPattern in sort.c). */
import { HashValue } from '../../keyspace/values/hash-value.js';
import { isStringValue } from '../../keyspace/values/stored-value.js';
import { asCString, type ByteString } from '../../resp/byte-string.js';
import type { CommandContext } from '../context.js';

/** What the pattern leads to; null when that is nothing. `#` is the element itself. */
export function lookUpByPattern(
  { db }: CommandContext,
  pattern: ByteString,
  element: ByteString,
): ByteString | null {
  if (asCString(pattern) === '#') return element;
  const asterisk = pattern.indexOf('*');
  if (asterisk < 0) return null;
  const arrow = pattern.indexOf('->', asterisk + 1);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const tail = pattern.slice(asterisk + 1, hasField ? arrow : undefined);
  const value = db.lookupRead(`${pattern.slice(0, asterisk)}${element}${tail}`);
  if (value === undefined) return null;
  if (hasField) return value instanceof HashValue ? (value.get(pattern.slice(arrow + 2)) ?? null) : null;
  return isStringValue(value) ? value.toString() : null;
}
