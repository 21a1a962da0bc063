/** The arguments that LMPOP and BLMPOP share: numkeys key ... LEFT|RIGHT [COUNT count]. */
import type { ListEnd } from '../../keyspace/values/list-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { COUNT_NOT_POSITIVE, NUMKEYS_NOT_POSITIVE, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import { parseEnd } from './list-lookup.js';

export interface MultiPop {
  readonly keys: readonly ByteString[];
  readonly end: ListEnd;
  readonly count: number;
}

/** @param start where the number of keys is in argv. */
export function parseMultiPop(argv: readonly ByteString[], start: number): MultiPop | ErrorReply {
  const numkeys = parseInteger(argv[start]!);
  if (numkeys === null || numkeys < 1) return NUMKEYS_NOT_POSITIVE;
  const whereAt = start + 1 + Number(numkeys);
  if (whereAt >= argv.length) return SYNTAX_ERROR;
  const end = parseEnd(argv[whereAt]!);
  if (end === null) return SYNTAX_ERROR;
  const keys = argv.slice(start + 1, whereAt);
  if (whereAt + 1 === argv.length) return { keys, end, count: 1 };
  if (toLowerAscii(asCString(argv[whereAt + 1]!)) !== 'count' || whereAt + 2 === argv.length)
    return SYNTAX_ERROR;
  const count = parseInteger(argv[whereAt + 2]!);
  if (count === null || count < 1) return COUNT_NOT_POSITIVE;
  return whereAt + 3 === argv.length ? { keys, end, count: Number(count) } : SYNTAX_ERROR;
}
