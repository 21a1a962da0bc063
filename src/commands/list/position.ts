/** LPOS. https://redis.io/docs/latest/commands/lpos/ */
import type { ListValue } from '../../keyspace/values/list-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  COUNT_NEGATIVE,
  MAXLEN_NEGATIVE,
  NOT_AN_INTEGER,
  outOfRangeBetween,
  RANK_ZERO,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { INT64_MAX, INT64_MIN } from '../../structures/int64.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { listForRead } from './list-lookup.js';

interface Search {
  /** Matches before this one are skipped; 1 = none. */
  rank: number;
  fromTail: boolean;
  /** Null: the option was not given; 0: every match. */
  count: number | null;
  /** Elements to look at; 0 = all. */
  maxlen: number;
}

function runLpos(context: CommandContext, argv: readonly ByteString[]): Reply {
  const search = parseSearch(context, argv);
  if (search instanceof ErrorReply) return search;
  const list = listForRead(context, argv[1]!);
  if (list instanceof ErrorReply) return list;
  const found = list === null ? [] : positionsOf(list, argv[2]!, search);
  return search.count === null ? (found[0] ?? null) : found;
}

function parseSearch({ node }: CommandContext, argv: readonly ByteString[]): Search | ErrorReply {
  const search: Search = { rank: 1, fromTail: false, count: null, maxlen: 0 };
  let overflows = false;
  for (let position = 3; position < argv.length; position += 2) {
    const option = toLowerAscii(asCString(argv[position]!));
    const argument = argv[position + 1];
    if (argument === undefined) return SYNTAX_ERROR;
    const value = parseInteger(argument);
    if (option === 'rank') {
      if (value === null) return NOT_AN_INTEGER;
      if (value === INT64_MIN && node.version !== '7.0') return outOfRangeBetween(-INT64_MAX, INT64_MAX);
      if (value === 0) return RANK_ZERO;
      overflows = value === INT64_MIN;
      search.fromTail = value < 0;
      search.rank = overflows ? 1 : Math.abs(Number(value));
    } else if (option === 'count') {
      if (value === null || value < 0) return COUNT_NEGATIVE;
      search.count = Number(value);
    } else if (option === 'maxlen') {
      if (value === null || value < 0) return MAXLEN_NEGATIVE;
      search.maxlen = Number(value);
    } else {
      return SYNTAX_ERROR;
    }
  }
  // 7.0 takes the least rank, and its arithmetic makes of it one that ends no count.
  if (overflows && search.count !== null) search.count = 0;
  return search;
}

function positionsOf(list: ListValue, element: ByteString, search: Search): number[] {
  const { rank, fromTail, maxlen } = search;
  const found: number[] = [];
  const limit = search.count === null ? 1 : search.count || Number.POSITIVE_INFINITY;
  let looked = 0;
  let matches = 0;
  list.scan(fromTail, (candidate) => {
    if (maxlen !== 0 && looked >= maxlen) return false;
    if (candidate === element && ++matches >= rank) found.push(fromTail ? list.size - 1 - looked : looked);
    looked++;
    return found.length < limit;
  });
  return found;
}

export const lpos = {
  name: 'lpos',
  summary: 'Tells at which indexes of a list an element is.',
  since: '6.0.6',
  group: 'list',
  complexity: 'O(N), N being the length of the list or, where MAXLEN is given, that many elements.',
  arity: -3,
  flags: ['readonly'],
  aclCategories: ['list'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: runLpos,
} as const satisfies Command;
