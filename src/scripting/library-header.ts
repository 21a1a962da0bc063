/** The first line of a function library: `#!lua name=mylib` (functionExtractLibMetaData of functions.c). https://redis.io/docs/latest/develop/interact/programmability/functions-intro/ */
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { splitArguments } from '../resp/split-arguments.js';
import { LibraryError } from './library-error.js';

export interface LibraryHeader {
  readonly name: ByteString;
  /** As it was written. */
  readonly engine: ByteString;
  /** What is compiled: everything behind the line, with its end, so that line numbers are right. */
  readonly source: ByteString;
}

const NAME = 'name=';

/** Throws LibraryError. */
export function readLibraryHeader(code: ByteString): LibraryHeader {
  if (!code.startsWith('#!')) throw new LibraryError('Missing library metadata');
  const end = asCString(code).indexOf('\n');
  const parts = end < 0 ? null : splitArguments(code.slice(0, end));
  if (parts === null || parts.length === 0) throw new LibraryError('Invalid library metadata');
  let name: ByteString | null = null;
  for (const part of parts.slice(1)) {
    if (toLowerAscii(part.slice(0, NAME.length)) !== NAME) {
      throw new LibraryError(`Invalid metadata value given: ${asCString(part)}`);
    }
    if (name !== null) {
      throw new LibraryError('Invalid metadata value, name argument was given multiple times');
    }
    name = part.slice(NAME.length);
  }
  if (name === null) throw new LibraryError('Library name was not given');
  return { name, engine: parts[0]!.slice(2), source: code.slice(end) };
}
