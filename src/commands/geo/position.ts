/** Commands about positions of members: GEOADD, GEOPOS, GEOHASH, GEODIST. https://redis.io/docs/latest/commands/geoadd/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import { ErrorReply, NULL_ARRAY, type Reply } from '../../resp/reply.js';
import { distanceBetween } from '../../structures/geo-search.js';
import { geohashText, type Position, positionToScore } from '../../structures/geohash.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { addMembers } from '../sorted-set/add.js';
import { sortedSetForRead } from '../sorted-set/sorted-set-lookup.js';
import { distanceReply, parsePosition, parseUnit, positionOfMember, positionReply } from './geo-arguments.js';

const ADD_OPTIONS: ReadonlySet<string> = new Set(['nx', 'xx', 'ch']);

/** A ZADD with the positions as scores, and replicated as that. */
function runGeoadd(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = new Set<string>();
  let first = 2;
  for (; first < argv.length; first++) {
    const option = toLowerAscii(asCString(argv[first]!));
    if (!ADD_OPTIONS.has(option)) break;
    options.add(option);
  }
  if ((argv.length - first) % 3 !== 0 || (options.has('nx') && options.has('xx'))) return SYNTAX_ERROR;
  const zadd: ByteString[] = ['zadd', ...argv.slice(1, first)];
  for (let at = first; at < argv.length; at += 3) {
    const position = parsePosition(argv, at);
    if (position instanceof ErrorReply) return position;
    zadd.push(String(positionToScore(position)), argv[at + 2]!);
  }
  context.propagateAs(zadd);
  return addMembers(context, zadd, false);
}

/** One item for each member asked for. @param missing the item of one that is not there. */
function forEachMember(
  context: CommandContext,
  argv: readonly ByteString[],
  missing: Reply,
  answer: (position: Position) => Reply,
): Reply {
  const set = sortedSetForRead(context, argv[1]!);
  if (set instanceof ErrorReply) return set;
  return argv.slice(2).map((member) => {
    const position = set === null ? null : positionOfMember(set, member);
    return position === null ? missing : answer(position);
  });
}

function runGeodist(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 5) return SYNTAX_ERROR;
  const unitMeters = argv.length === 5 ? parseUnit(argv[4]!) : 1;
  if (unitMeters instanceof ErrorReply) return unitMeters;
  const set = sortedSetForRead(context, argv[1]!);
  if (set === null || set instanceof ErrorReply) return set;
  const from = positionOfMember(set, argv[2]!);
  const to = positionOfMember(set, argv[3]!);
  if (from === null || to === null) return null;
  return distanceReply(distanceBetween(from, to) / unitMeters);
}

export const geoadd = {
  name: 'geoadd',
  summary: 'Adds members with positions to a sorted set, or moves those it has.',
  since: '3.2.0',
  group: 'geo',
  complexity: 'O(log(N)) for each member given, N being the number of members of the sorted set.',
  arity: -5,
  flags: ['write', 'denyoom'],
  aclCategories: ['geo'],
  keySpecs: [oneKey(1, 'RW', 'update')],
  history: [['6.2.0', '`CH`, `NX` and `XX` came.']],
  run: runGeoadd,
} as const satisfies Command;

export const geopos = {
  name: 'geopos',
  summary: 'Reads the positions of members of a sorted set.',
  since: '3.2.0',
  group: 'geo',
  complexity: 'O(N), N being the number of members asked for.',
  arity: -2,
  flags: ['readonly'],
  aclCategories: ['geo'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  run: (context, argv) => forEachMember(context, argv, NULL_ARRAY, positionReply),
} as const satisfies Command;

export const geohash = {
  ...geopos,
  name: 'geohash',
  summary: 'Reads the positions of members of a sorted set as geohashes.',
  run: (context, argv) => forEachMember(context, argv, null, geohashText),
} as const satisfies Command;

export const geodist = {
  ...geopos,
  name: 'geodist',
  summary: 'Tells how far two members of a sorted set are from each other.',
  complexity: 'O(1)',
  arity: -4,
  in70: { complexity: 'O(log(N))' },
  run: runGeodist,
} as const satisfies Command;
