/** The options of SORT and SORT_RO. */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  NOT_AN_INTEGER,
  SORT_BY_DENIED,
  SORT_BY_IN_CLUSTER_MODE,
  SORT_GET_DENIED,
  SORT_GET_IN_CLUSTER_MODE,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import { mayReadEveryKey } from '../acl/permission.js';
import type { CommandContext } from '../context.js';

export interface SortOptions {
  readonly isDescending: boolean;
  readonly isAlphabetic: boolean;
  readonly offset: bigint | number;
  /** Negative: all. */
  readonly count: bigint | number;
  /** Pattern of the keys that hold what is sorted by; null: the elements themselves. */
  readonly by: ByteString | null;
  /** BY something without an asterisk: the order stays as it is. */
  readonly isUnsorted: boolean;
  readonly gets: readonly ByteString[];
  readonly store: ByteString | null;
}

export function parseSortOptions(
  { node, command, session }: CommandContext,
  argv: readonly ByteString[],
): SortOptions | ErrorReply {
  const isReadOnly = command.fullName === 'sort_ro';
  const inCluster = node.cluster !== null;
  const mayReadAll = mayReadEveryKey(session.user, command, argv);
  const gets: ByteString[] = [];
  let isDescending = false;
  let isAlphabetic = false;
  let offset: bigint | number = 0;
  let count: bigint | number = -1;
  let by: ByteString | null = null;
  let isUnsorted = false;
  let store: ByteString | null = null;
  for (let position = 2; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const argument = argv[position + 1];
    if (option === 'asc' || option === 'desc') {
      isDescending = option === 'desc';
    } else if (option === 'alpha') {
      isAlphabetic = true;
    } else if (option === 'limit' && position + 2 < argv.length) {
      const givenOffset = parseInteger(argv[++position]!);
      const givenCount = parseInteger(argv[++position]!);
      if (givenOffset === null || givenCount === null) return NOT_AN_INTEGER;
      offset = givenOffset;
      count = givenCount;
    } else if (option === 'store' && argument !== undefined && !isReadOnly) {
      store = argument;
      position++;
    } else if (option === 'by' && argument !== undefined) {
      by = argument;
      // Once it is set it stays, whatever another BY says.
      if (!asCString(argument).includes('*')) isUnsorted = true;
      else if (inCluster) return SORT_BY_IN_CLUSTER_MODE;
      else if (!mayReadAll) return SORT_BY_DENIED;
      position++;
    } else if (option === 'get' && argument !== undefined) {
      if (inCluster) return SORT_GET_IN_CLUSTER_MODE;
      if (!mayReadAll) return SORT_GET_DENIED;
      gets.push(argument);
      position++;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return { isDescending, isAlphabetic, offset, count, by, isUnsorted, gets, store };
}

/** The key to sort, and the one behind the last STORE (sortGetKeys in db.c). */
export function keyPositionsOfSort(argv: readonly ByteString[]): readonly number[] {
  let storePosition = 0;
  for (let position = 2; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'limit') position += 2;
    else if (option === 'get' || option === 'by') position++;
    else if (option === 'store' && position + 1 < argv.length) storePosition = position + 1;
  }
  return storePosition === 0 ? [1] : [1, storePosition];
}
