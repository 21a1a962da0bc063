/** The keys of GEORADIUS and GEORADIUSBYMEMBER: the source, and what the last STORE or STOREDIST names (georadiusGetKeys in db.c). */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';

/** Of GEORADIUSBYMEMBER; of GEORADIUS it is the unit, and looked at all the same. */
const FIRST_OPTION = 5;

export function radiusKeyPositions(argv: readonly ByteString[]): readonly number[] {
  let stored: number | null = null;
  for (let position = FIRST_OPTION; position < argv.length - 1; position++) {
    const word = toLowerAscii(asCString(argv[position]!));
    if (word === 'store' || word === 'storedist') stored = ++position;
  }
  return stored === null ? [1] : [1, stored];
}
