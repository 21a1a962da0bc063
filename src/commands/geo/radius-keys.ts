/** The keys of GEORADIUS and GEORADIUSBYMEMBER: the source, and what STORE and STOREDIST name (georadiusGetKeys in db.c). */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';

/** Where options may begin for a command that knows no better. */
const FIRST_OPTION = 5;

/** @param optionsAt where the options begin. */
export function radiusKeyPositions(argv: readonly ByteString[], optionsAt: number): number[] {
  const store = keyBehind(argv, 'store', optionsAt);
  const storeDistance = keyBehind(argv, 'storedist', optionsAt);
  // A word without a key behind it makes the key specs useless; then every word counts, and the last one decides.
  if (store === argv.length || storeDistance === argv.length) return looseKeyPositions(argv);
  return [1, store, storeDistance].filter((position) => position !== null);
}

function keyBehind(argv: readonly ByteString[], word: string, from: number): number | null {
  const found = argv.findIndex((argument, position) => position >= from && wordOf(argument) === word);
  return found < 0 ? null : found + 1;
}

function looseKeyPositions(argv: readonly ByteString[]): number[] {
  let stored: number | null = null;
  for (let position = FIRST_OPTION; position < argv.length - 1; position++) {
    const word = wordOf(argv[position]!);
    if (word === 'store' || word === 'storedist') stored = ++position;
  }
  return stored === null ? [1] : [1, stored];
}

function wordOf(argument: ByteString): string {
  return toLowerAscii(asCString(argument));
}
