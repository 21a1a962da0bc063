/** Commands that set scores: ZADD and ZINCRBY. https://redis.io/docs/latest/commands/zadd/ */
import { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { parseDouble } from '../../resp/double.js';
import {
  GT_LT_OR_NX,
  INCR_SINGLE_PAIR,
  NOT_A_FLOAT,
  RESULTING_SCORE_NAN,
  SYNTAX_ERROR,
  XX_WITH_NX,
} from '../../resp/errors/index.js';
import { DoubleReply, ErrorReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { sortedSetForWrite, sortedSetLimits } from './sorted-set-lookup.js';

interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  ch: boolean;
  incr: boolean;
}

/** What became of one member: `kept` also where the score was the same already. */
type Outcome = 'added' | 'updated' | 'kept' | 'skipped' | 'not-a-number';

/** ZADD, and all that is one in disguise (ZINCRBY, GEOADD). */
export function addMembers(context: CommandContext, argv: readonly ByteString[], incr: boolean): Reply {
  const options: AddOptions = { nx: false, xx: false, gt: false, lt: false, ch: false, incr };
  let first = 2;
  while (first < argv.length) {
    const option = optionOf(argv[first]!);
    if (option === null) break;
    options[option] = true;
    first++;
  }
  const count = (argv.length - first) / 2;
  if (count === 0 || !Number.isInteger(count)) return SYNTAX_ERROR;
  const { nx, xx, gt, lt } = options;
  if (nx && xx) return XX_WITH_NX;
  if ((gt && nx) || (lt && nx) || (gt && lt)) return GT_LT_OR_NX;
  if (options.incr && count > 1) return INCR_SINGLE_PAIR;
  const scores: number[] = [];
  for (let position = first; position < argv.length; position += 2) {
    const score = parseDouble(argv[position]!);
    if (score === null) return NOT_A_FLOAT;
    scores.push(score);
  }
  const key = argv[1]!;
  const found = sortedSetForWrite(context, key);
  if (found instanceof ErrorReply) return found;
  if (found === null && xx) return options.incr ? null : 0;
  const set = found ?? createdSet(context, key, argv[first + 1]!);
  // Since 7.2 the number of members given decides, even if some are given twice.
  if (context.node.version !== '7.0' && count > sortedSetLimits(context).maxListpackEntries)
    set.convertToSkiplist();
  return applyScores(context, set, options, scores, argv, first);
}

function applyScores(
  context: CommandContext,
  set: SortedSetValue,
  options: AddOptions,
  scores: readonly number[],
  argv: readonly ByteString[],
  first: number,
): Reply {
  const key = argv[1]!;
  let added = 0;
  let updated = 0;
  let reply: Reply = null;
  for (let index = 0; index < scores.length; index++) {
    const member = argv[first + 2 * index + 1]!;
    const previous = set.score(member);
    const given = scores[index]!;
    const score = options.incr && previous !== undefined ? previous + given : given;
    const outcome = outcomeOf(previous, score, options);
    if (outcome === 'not-a-number') return RESULTING_SCORE_NAN;
    if (outcome === 'added') added++;
    else if (outcome === 'updated') updated++;
    if (outcome === 'added' || outcome === 'updated') set.set(member, score, sortedSetLimits(context));
    if (outcome !== 'skipped' && options.incr) reply = new DoubleReply(score);
  }
  if (added + updated > 0) {
    context.db.signalModified(key, added + updated);
    context.notify('z', options.incr ? 'zincr' : 'zadd', key);
  }
  if (options.incr) return reply;
  return options.ch ? added + updated : added;
}

function outcomeOf(previous: number | undefined, score: number, { nx, xx, gt, lt }: AddOptions): Outcome {
  if (previous === undefined) return xx ? 'skipped' : 'added';
  if (nx) return 'skipped';
  if (Number.isNaN(score)) return 'not-a-number';
  if ((lt && score >= previous) || (gt && score <= previous)) return 'skipped';
  return score === previous ? 'kept' : 'updated';
}

function createdSet(context: CommandContext, key: ByteString, firstMember: ByteString): SortedSetValue {
  const { maxListpackEntries, maxListpackValue } = sortedSetLimits(context);
  const isListpack = maxListpackEntries > 0 && firstMember.length <= maxListpackValue;
  const created = new SortedSetValue(isListpack ? 'listpack' : 'skiplist');
  context.db.set(key, created);
  return created;
}

function optionOf(text: ByteString): keyof AddOptions | null {
  const first = text.charCodeAt(0);
  // Most of what comes here is a number.
  if (first <= 57) return null;
  const option = toLowerAscii(asCString(text));
  switch (option) {
    case 'nx':
    case 'xx':
    case 'gt':
    case 'lt':
    case 'ch':
    case 'incr':
      return option;
    default:
      return null;
  }
}

export const zadd = {
  name: 'zadd',
  summary: 'Adds members with scores to a sorted set, or sets the scores of those it has.',
  since: '1.2.0',
  group: 'sorted-set',
  complexity: 'O(log(N)) for each member given, N being the number of members of the sorted set.',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  history: [
    ['2.4.0', 'Takes more than one member.'],
    ['3.0.2', '`XX`, `NX`, `CH` and `INCR` came.'],
    ['6.2.0', '`GT` and `LT` came.'],
  ],
  run: (context, argv) => addMembers(context, argv, false),
} as const satisfies Command;

export const zincrby = {
  name: 'zincrby',
  summary: 'Adds to the score of a member of a sorted set; a missing member counts as 0.',
  since: '1.2.0',
  group: 'sorted-set',
  complexity: 'O(log(N)), N being the number of members of the sorted set.',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  aclCategories: ['sortedset'],
  keySpecs: [oneKey(1, 'RW', 'access', 'update')],
  run: (context, argv) => addMembers(context, argv, true),
} as const satisfies Command;
