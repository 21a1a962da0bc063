/** The arguments of ZUNION, ZINTER, ZDIFF and their relatives: numkeys key ... and the options of each. https://redis.io/docs/latest/commands/zunion/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { parseDouble } from '../../resp/double.js';
import {
  atLeastOneKey,
  LIMIT_NEGATIVE,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  WEIGHT_NOT_A_FLOAT,
  WRONG_TYPE,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';
import { type CombineSource, combineSourceOf } from './combine-source.js';

export type Aggregate = 'sum' | 'min' | 'max';

/** How a command of the family differs from the others. */
export interface CombineForm {
  /** ZUNIONSTORE & co: the destination comes first. */
  readonly stores: boolean;
  /** WEIGHTS and AGGREGATE are known. */
  readonly aggregates: boolean;
  /** ZINTERCARD: LIMIT is known, WITHSCORES is not. */
  readonly counts?: boolean;
}

export interface CombineRequest {
  readonly sources: readonly CombineSource[];
  aggregate: Aggregate;
  withScores: boolean;
  /** 0 = none. */
  limit: number;
}

/** Reads the keys too: a key of a wrong type is told before a wrong option. */
export function parseCombine(
  context: CommandContext,
  argv: readonly ByteString[],
  form: CombineForm,
): CombineRequest | ErrorReply {
  const first = form.stores ? 3 : 2;
  const count = parseInteger(argv[first - 1]!);
  if (count === null) return NOT_AN_INTEGER;
  if (count < 1) return atLeastOneKey(context.command.fullName);
  const optionsAt = first + Number(count);
  if (optionsAt > argv.length) return SYNTAX_ERROR;
  const sources: CombineSource[] = [];
  for (let position = first; position < optionsAt; position++) {
    const source = combineSourceOf(context.db.lookupRead(argv[position]!));
    if (source === null) return WRONG_TYPE;
    sources.push(source);
  }
  return parseOptions(argv, optionsAt, form, sources);
}

function parseOptions(
  argv: readonly ByteString[],
  first: number,
  { stores, aggregates, counts = false }: CombineForm,
  sources: readonly CombineSource[],
): CombineRequest | ErrorReply {
  const request: CombineRequest = { sources, aggregate: 'sum', withScores: false, limit: 0 };
  for (let position = first; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const remaining = argv.length - position;
    if (option === 'weights' && aggregates && remaining > sources.length) {
      for (const source of sources) {
        const weight = parseDouble(argv[++position]!);
        if (weight === null) return WEIGHT_NOT_A_FLOAT;
        source.weight = weight;
      }
    } else if (option === 'aggregate' && aggregates && remaining >= 2) {
      const aggregate = toLowerAscii(asCString(argv[++position]!));
      if (aggregate !== 'sum' && aggregate !== 'min' && aggregate !== 'max') return SYNTAX_ERROR;
      request.aggregate = aggregate;
    } else if (option === 'withscores' && !stores && !counts) {
      request.withScores = true;
    } else if (option === 'limit' && counts && remaining >= 2) {
      const limit = parseInteger(argv[++position]!);
      if (limit === null || limit < 0) return LIMIT_NEGATIVE;
      request.limit = Number(limit);
    } else {
      return SYNTAX_ERROR;
    }
  }
  return request;
}
