/** The arguments that SCAN, HSCAN, SSCAN and ZSCAN share. https://redis.io/docs/latest/commands/scan/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { INVALID_CURSOR, NOT_AN_INTEGER, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import { globMatches } from '../../structures/glob.js';

export interface ScanOptions {
  /** How many elements one call is to look at, more or less. */
  count: number;
  /** Null: everything matches. */
  pattern: ByteString | null;
  /** The name of a type in lower case; SCAN only. */
  type: ByteString | null;
}

const DEFAULT_COUNT = 10;
const MAX_CURSOR = 2n ** 64n - 1n;

/** What strtoul takes, without the leading space. */
const CURSOR = /^([+-]?)([0-9]+)$/;

/** A cursor as strtoul reads it; one that no SCAN has given is beyond the end of everything. */
export function parseCursor(text: ByteString): number | ErrorReply {
  const cursor = asCString(text);
  if (cursor === '') return 0;
  const match = CURSOR.exec(cursor);
  if (match === null) return INVALID_CURSOR;
  const magnitude = BigInt(match[2]!);
  if (magnitude > MAX_CURSOR) return INVALID_CURSOR;
  return Number(match[1] === '-' ? BigInt.asUintN(64, -magnitude) : magnitude);
}

/** @param start where the options begin in argv. */
export function parseScanOptions(
  argv: readonly ByteString[],
  start: number,
  allowsType: boolean,
): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: DEFAULT_COUNT, pattern: null, type: null };
  for (let position = start; position < argv.length; position += 2) {
    const option = toLowerAscii(asCString(argv[position]!));
    const value = argv[position + 1];
    if (value === undefined) return SYNTAX_ERROR;
    if (option === 'count') {
      const count = parseInteger(value);
      if (count === null) return NOT_AN_INTEGER;
      if (count < 1) return SYNTAX_ERROR;
      options.count = Number(count);
    } else if (option === 'match') {
      options.pattern = value === '*' ? null : value;
    } else if (option === 'type' && allowsType) {
      options.type = toLowerAscii(asCString(value));
    } else {
      return SYNTAX_ERROR;
    }
  }
  return options;
}

export function matchesPattern({ pattern }: ScanOptions, member: ByteString): boolean {
  return pattern === null || globMatches(pattern, member);
}
